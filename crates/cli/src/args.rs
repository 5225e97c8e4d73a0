//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Vestibule: sign-in for the people you let in from outside.
#[derive(Debug, Parser)]
#[command(name = "vestibule", version, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Examples:\n  vestibule demo\n  vestibule tenant create \"Alder Works\" --domain alder.example --data ./data"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Args, Clone)]
pub(crate) struct Global {
    /// Directory of the embedded database and the root key
    #[arg(long, global = true, env = "VESTIBULE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Database address: postgres://… or sqlite:PATH; an SQLite file in the data directory without it
    #[arg(long, global = true, env = "VESTIBULE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Public address of the deployment; stored by the first command
    #[arg(long, global = true, env = "VESTIBULE_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// File of the root key; root.key in the data directory without it
    #[arg(long, global = true, env = "VESTIBULE_ROOT_KEY_FILE", value_name = "FILE")]
    pub root_key_file: Option<PathBuf>,
    /// Machine-readable output on stdout
    #[arg(long, global = true, env = "VESTIBULE_JSON")]
    pub json: bool,
    /// Configuration file (TOML)
    #[arg(long, global = true, env = "VESTIBULE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    #[command(
        after_help = "Examples:\n  vestibule serve --data ./data --smtp-url smtps://mail.alder.example\n  vestibule serve --data ./data --listen 127.0.0.1:8080 --smtp-url smtp://127.0.0.1:2525"
    )]
    Serve(Box<Serve>),
    /// Run a demonstration: server, sample application and mailbox page, on this machine only
    #[command(after_help = "Examples:\n  vestibule demo\n  vestibule demo --listen 127.0.0.1:9000")]
    Demo(Demo),
    /// Organisations that let people in
    #[command(subcommand)]
    Tenant(Tenant),
    /// Applications (relying parties)
    #[command(subcommand)]
    App(App),
    /// Policies and settings of a tenant
    #[command(subcommand)]
    Policy(Policy),
    /// Invite guests
    #[command(
        after_help = "Examples:\n  vestibule invite nicole@partner.example --tenant alder.example\n  vestibule invite nicole@partner.example --tenant alder.example --no-mail --json"
    )]
    Invite(Invite),
    /// Guests of a tenant
    #[command(subcommand)]
    Guest(Guest),
    /// Read the logs
    #[command(subcommand)]
    Logs(Logs),
    /// Outgoing mail
    #[command(subcommand)]
    Mail(Mail),
    /// Signing keys
    #[command(subcommand)]
    Keys(Keys),
    /// Home-realm discovery
    #[command(subcommand)]
    Hrd(Hrd),
    /// The deployment itself
    #[command(subcommand)]
    Deployment(Deployment),
}

#[derive(Debug, Args, Default)]
pub(crate) struct Serve {
    /// Public listener; port 0 takes any free one
    #[arg(long, env = "VESTIBULE_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// Listener of /healthz, /readyz and /metrics
    #[arg(long, env = "VESTIBULE_MANAGEMENT_LISTEN", value_name = "ADDR")]
    pub management_listen: Option<String>,
    #[arg(long, env = "VESTIBULE_SMTP_URL", value_name = "URL", hide_env_values = true)]
    #[arg(help = "Mail server: smtps://host, smtp://user:password@host:587 (STARTTLS), smtp+unix:///path")]
    pub smtp_url: Option<String>,
    /// PEM file of the authority that signed the mail server's certificate
    #[arg(long, env = "VESTIBULE_SMTP_CA_FILE", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,
    /// Sender address of every mail
    #[arg(long, env = "VESTIBULE_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Name of the deployment in mails
    #[arg(long, env = "VESTIBULE_SITE", value_name = "NAME")]
    pub site: Option<String>,
    /// PEM file of the certificate chain, for TLS of its own
    #[arg(long, env = "VESTIBULE_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file of the private key
    #[arg(long, env = "VESTIBULE_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Front whose X-Forwarded-For counts; repeatable
    #[arg(long, env = "VESTIBULE_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Addresses per hour for a source range (an office, a load test); repeatable
    #[arg(long, env = "VESTIBULE_SOURCE_LIMIT", value_name = "CIDR=N", value_delimiter = ',')]
    pub source_limit: Vec<String>,
    /// Worker threads; as many as cores without it
    #[arg(long, env = "VESTIBULE_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// What is logged: error, warn, info, debug, or directives
    #[arg(long, env = "VESTIBULE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How it is logged
    #[arg(long, env = "VESTIBULE_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Listener of the demonstration; loopback only
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: String,
    /// Listener of the sample application; loopback only
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDR")]
    pub portal_listen: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// Make a tenant
    #[command(
        after_help = "Examples:\n  vestibule tenant create \"Alder Works\" --domain alder.example\n  vestibule tenant create \"Alder Works\" --domain alder.example --admin it@alder.example --json"
    )]
    Create {
        /// Display name
        name: String,
        /// First verified domain
        #[arg(long)]
        domain: String,
        /// GUID, if it is brought along
        #[arg(long, value_name = "GUID")]
        id: Option<String>,
        /// Address of the first administrator
        #[arg(long, value_name = "ADDRESS")]
        admin: Option<String>,
    },
    /// List the tenants
    List,
    /// Show a tenant
    Show {
        /// GUID or domain
        tenant: String,
    },
    /// Switch a tenant on
    Enable {
        /// GUID or domain
        tenant: String,
    },
    /// Switch a tenant off
    Disable {
        /// GUID or domain
        tenant: String,
    },
    /// Domains of a tenant
    #[command(subcommand)]
    Domain(TenantDomain),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantDomain {
    /// Add a domain that you vouch for
    Add {
        /// Domain
        domain: String,
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum App {
    /// Register an application
    #[command(
        after_help = "Examples:\n  vestibule app create --tenant alder.example --name \"Project Portal\" --redirect-uri https://portal.alder.example/signin/callback\n  vestibule app create --tenant alder.example --name Desktop --type native --redirect-uri http://127.0.0.1/cb"
    )]
    Create {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// Display name
        #[arg(long)]
        name: String,
        /// Redirect URI; repeatable
        #[arg(long, required = true, value_name = "URI")]
        redirect_uri: Vec<String>,
        /// Kind of program
        #[arg(long = "type", value_enum, default_value = "web", conflicts_with = "public")]
        kind: AppType,
        /// The same as --type spa
        #[arg(long)]
        public: bool,
        #[arg(long, default_value = "RS256", help = "Signature of ID tokens: RS256, ES256, PS256 or EdDSA")]
        alg: String,
        /// Post-logout redirect URI; repeatable
        #[arg(long, value_name = "URI")]
        post_logout_redirect_uri: Vec<String>,
        /// Client id, if it is brought along
        #[arg(long)]
        id: Option<String>,
        /// Where the application opens
        #[arg(long, value_name = "URL")]
        homepage: Option<String>,
    },
    /// Change an application
    Set {
        /// Client id
        client_id: String,
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// Redirect URI to add; repeatable
        #[arg(long, value_name = "URI")]
        add_redirect_uri: Vec<String>,
        /// Redirect URI to take back; repeatable
        #[arg(long, value_name = "URI")]
        remove_redirect_uri: Vec<String>,
        /// Switch it on
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Switch it off
        #[arg(long)]
        disable: bool,
        /// Just-in-time sign-up of strangers: on or off
        #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(["on", "off"]))]
        sign_up: Option<String>,
        /// Where the application opens
        #[arg(long, value_name = "URL")]
        homepage: Option<String>,
    },
    /// List the applications of a tenant
    List {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
    },
    /// Show an application
    Show {
        /// Client id
        client_id: String,
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AppType {
    Web,
    Spa,
    Native,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Set a policy: otp=on|off, access=JSON, domains=JSON, settings=JSON
    #[command(
        after_help = "Examples:\n  vestibule policy set --tenant alder.example otp=off\n  vestibule policy set --tenant alder.example 'access=[{\"name\":\"daily\",\"control\":{\"kind\":\"signInFrequency\",\"minutes\":480}}]'"
    )]
    Set {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// KEY=VALUE
        assignment: String,
    },
    /// Show what holds
    Show {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// One policy only
        key: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// Addresses
    #[arg(required = true, value_name = "ADDRESS")]
    pub addresses: Vec<String>,
    /// GUID or domain of the tenant
    #[arg(long)]
    pub tenant: String,
    /// Where the guest goes after accepting; a registered address of an application
    #[arg(long, value_name = "URL")]
    pub redirect_url: Option<String>,
    /// Member who invites; the tenant's first administrator without it
    #[arg(long, value_name = "ADDRESS")]
    pub inviter: Option<String>,
    /// Only make the link
    #[arg(long)]
    pub no_mail: bool,
    /// The guest's name, for one address
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// A message to the guest, plain text
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Guest {
    /// List the guests of a tenant
    List {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// At most so many
        #[arg(long, default_value_t = 1_000)]
        limit: i64,
    },
    /// Show a guest
    Show(GuestName),
    /// Block a guest: every session ends at once
    Block(GuestName),
    /// Let a guest in again
    Unblock(GuestName),
}

#[derive(Debug, Args)]
pub(crate) struct GuestName {
    /// Address or object id
    pub guest: String,
    /// GUID or domain of the tenant
    #[arg(long)]
    pub tenant: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Logs {
    /// Sign-ins, the newest first
    Signin {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// Go on with new ones as they come
        #[arg(long)]
        follow: bool,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// What waits, was sent or failed
    Queue {
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Publish the next signing keys
    Rotate,
    /// List the published signing keys
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Hrd {
    /// Explain which ways an address is offered, and why
    #[command(
        after_help = "Examples:\n  vestibule hrd explain nicole@partner.example --tenant alder.example\n  vestibule hrd explain nicole@partner.example --tenant alder.example --app CLIENT_ID --json"
    )]
    Explain {
        /// Address
        address: String,
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// Client id of the application
        #[arg(long, value_name = "CLIENT_ID")]
        app: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Deployment {
    /// Change the public address; applications must be told the new issuer
    SetBaseUrl {
        #[arg(help = "https://host")]
        url: String,
    },
}
