//! `vestibule app`.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use vestibule_admin::Desk;
use vestibule_admin::application::{Create, Disable, Enable, List, Registered, Show, Update};
use vestibule_core::client::{Application, ApplicationSettings, ApplicationType, SigningAlgorithm};
use vestibule_core::ids::ClientId;

use crate::failure::Failure;
use crate::input;
use crate::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Register an application
    #[command(
        after_help = "Examples:\n  vestibule app create --tenant alder.example --name \"Project Portal\" --redirect-uri https://portal.alder.example/signin/callback\n  vestibule app create --tenant alder.example --name Desktop --type native --redirect-uri http://127.0.0.1/cb"
    )]
    Create(New),
    /// Change an application
    Set(Change),
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

#[derive(Debug, Args)]
pub(super) struct New {
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
    kind: Kind,
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
}

#[derive(Debug, Args)]
pub(super) struct Change {
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Web,
    Spa,
    Native,
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Terminal { desk, out } = terminal;
        match self {
            Self::Create(new) => out.one(&Told::from(new.register(&desk).await?)),
            Self::Set(change) => out.one(&Shown::from(change.make(&desk).await?)),
            Self::List { tenant } => {
                let list = desk.perform(List { tenant: input::tenant(&desk, &tenant).await? }).await?;
                let list: Vec<Shown> = list.into_iter().map(Shown::from).collect();
                out.list(&list, &["name", "clientId", "kind", "enabled", "redirectUris"])
            }
            Self::Show { client_id, tenant } => {
                let tenant = input::tenant(&desk, &tenant).await?;
                out.one(&Shown::from(desk.perform(Show { tenant, client: ClientId(client_id) }).await?))
            }
        }
    }
}

impl New {
    async fn register(self, desk: &Desk<'_>) -> Result<Registered, Failure> {
        let algorithm = SigningAlgorithm::parse(&self.alg)
            .ok_or_else(|| Failure::new("invalid", 2, "alg: RS256, ES256, PS256 or EdDSA"))?;
        let kind = match self.kind {
            _ if self.public => ApplicationType::Spa,
            Kind::Web => ApplicationType::Web,
            Kind::Spa => ApplicationType::Spa,
            Kind::Native => ApplicationType::Native,
        };
        let new = Create {
            tenant: input::tenant(desk, &self.tenant).await?,
            name: self.name,
            kind,
            redirect_uris: self.redirect_uri,
            post_logout_redirect_uris: self.post_logout_redirect_uri,
            algorithm,
            client: self.id.map(ClientId),
            homepage: self.homepage,
        };
        Ok(desk.perform(new).await?)
    }
}

impl Change {
    /// The definition is changed where the application is at home; it is switched on and off in the tenant that is named.
    async fn make(self, desk: &Desk<'_>) -> Result<Application, Failure> {
        let (tenant, client) = (input::tenant(desk, &self.tenant).await?, ClientId(self.client_id));
        let home = desk.perform(Show { tenant, client: client.clone() }).await?.tenant;
        let switches = self.enable || self.disable;
        let defines = !self.add_redirect_uri.is_empty()
            || !self.remove_redirect_uri.is_empty()
            || self.sign_up.is_some()
            || self.homepage.is_some();
        let update = Update {
            tenant: home,
            client: client.clone(),
            add_redirect_uris: self.add_redirect_uri,
            remove_redirect_uris: self.remove_redirect_uri,
            sign_up: self.sign_up.map(|word| word == "on"),
            homepage: self.homepage,
        };
        if defines || !switches {
            desk.perform(update).await?;
        }
        if self.enable {
            desk.perform(Enable { tenant, client: client.clone() }).await?;
        }
        if self.disable {
            desk.perform(Disable { tenant, client: client.clone() }).await?;
        }
        Ok(desk.perform(Show { tenant, client }).await?)
    }
}

/// A new application, as it is printed once.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    client_id: ClientId,
    client_secret: Option<String>,
    name: String,
    kind: ApplicationType,
    issuer: String,
    metadata_url: String,
    id_token_signed_response_alg: SigningAlgorithm,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
}

impl From<Registered> for Told {
    fn from(registered: Registered) -> Self {
        let Registered { application, secret, issuer } = registered;
        Self {
            client_id: application.client_id,
            client_secret: secret.map(|s| s.expose().to_owned()),
            name: application.name,
            kind: application.kind,
            metadata_url: format!("{issuer}/.well-known/openid-configuration"),
            issuer,
            id_token_signed_response_alg: application.algorithm,
            redirect_uris: application.redirect_uris.into_iter().map(|r| r.uri).collect(),
            post_logout_redirect_uris: application.post_logout_redirect_uris,
        }
    }
}

/// An application, as commands show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    client_id: ClientId,
    name: String,
    kind: ApplicationType,
    enabled: bool,
    public: bool,
    id_token_signed_response_alg: SigningAlgorithm,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    settings: ApplicationSettings,
}

impl From<Application> for Shown {
    fn from(application: Application) -> Self {
        Self {
            client_id: application.client_id,
            name: application.name,
            kind: application.kind,
            enabled: application.enabled,
            public: application.public,
            id_token_signed_response_alg: application.algorithm,
            redirect_uris: application.redirect_uris.into_iter().map(|r| r.uri).collect(),
            post_logout_redirect_uris: application.post_logout_redirect_uris,
            settings: application.settings,
        }
    }
}
