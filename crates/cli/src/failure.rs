//! What a command says when it fails: what, why, next; and its exit code (ux 9).

use std::fmt;

use vestibule_admin::{AdminError, Conflict, Invalid, Thing};
use vestibule_app::bootstrap::OpenError;
use vestibule_app::error::chain;
use vestibule_core::policies::PolicyError;

use crate::output::note;

/// A failure, ready to be printed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Stable; also the anchor in the reference of errors.
    pub code: &'static str,
    /// What happened.
    pub what: String,
    /// What to do next.
    pub hint: Option<String>,
    /// Exit code.
    pub exit: u8,
}

impl Failure {
    pub(crate) fn new(code: &'static str, exit: u8, what: impl fmt::Display) -> Self {
        Self { code, what: what.to_string(), hint: None, exit }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// An input that cannot be meant, and how it has to look.
    pub(crate) fn invalid(input: Input, problem: impl fmt::Display) -> Self {
        Self::new("invalid", 2, format!("{}: {problem}", input.name())).hint(input.form())
    }

    pub(crate) fn config(what: impl fmt::Display) -> Self {
        Self::new("config", 3, what)
    }

    /// On stderr: three lines for people, one object for programs.
    pub(crate) fn print(&self, json: bool) {
        if json {
            let hint = self.hint.as_deref().map(without_passwords);
            let message = without_passwords(&self.what);
            let body = serde_json::json!({ "error": self.code, "message": message, "hint": hint });
            return note(&body.to_string());
        }
        note(&format!("error[{}]: {}", self.code, shown(&self.what)));
        if let Some(hint) = &self.hint {
            note(&format!("  hint: {}", shown(hint)));
        }
        note(&format!("  docs: docs/reference/errors.md#{}", self.code));
    }
}

/// A text for a terminal: nothing of an input moves its cursor.
fn shown(text: &str) -> String {
    without_passwords(text).chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// What stands between `://` and `@` in a URL is left out (SEC-01).
fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("://");
        let authority = part.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(part.len());
        match part.get(..authority).and_then(|a| a.rfind('@')) {
            Some(at) => {
                out.push_str("***");
                out.push_str(part.get(at..).unwrap_or_default());
            }
            None => out.push_str(part),
        }
    }
    out
}

/// What a command takes, as it is called in its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    Tenant,
    Domain,
    Address,
    Inviter,
    Admin,
    Name,
    Id,
    RedirectUri,
    RedirectUrl,
    Homepage,
    Message,
    Policy,
    Otp,
    Access,
    Domains,
    Settings,
    BaseUrl,
    Query,
    Application,
    From,
}

impl Input {
    const fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Domain => "domain",
            Self::Address => "address",
            Self::Inviter => "inviter",
            Self::Admin => "admin",
            Self::Name => "name",
            Self::Id => "id",
            Self::RedirectUri => "redirect URI",
            Self::RedirectUrl => "redirect URL",
            Self::Homepage => "homepage",
            Self::Message => "message",
            Self::Policy => "policy",
            Self::Otp => "otp",
            Self::Access => "access",
            Self::Domains => "domains",
            Self::Settings => "settings",
            Self::BaseUrl => "base URL",
            Self::Query => "list",
            Self::Application => "application",
            Self::From => "from",
        }
    }

    /// How it has to look, with an example.
    const fn form(self) -> &'static str {
        match self {
            Self::Tenant => {
                "name a tenant by its GUID or one of its domains; `vestibule tenant list` shows them"
            }
            Self::Domain => "a domain looks like partner.example",
            Self::Domains => {
                r#"for example: vestibule policy set --tenant T 'domains={"allow":[{"domain":"partner.example"}]}'"#
            }
            Self::Access => {
                r#"for example: vestibule policy set --tenant T 'access=[{"name":"Terms","control":{"kind":"terms","version":1}}]'"#
            }
            Self::Settings => {
                r#"for example: vestibule policy set --tenant T 'settings={"contact":"it@alder.example"}'"#
            }
            Self::Otp | Self::Policy => "for example: vestibule policy set --tenant T otp=off",
            Self::Address | Self::Inviter | Self::Admin => "an address looks like nicole@partner.example",
            Self::Name => "one line of 1 to 64 characters that can be seen",
            Self::RedirectUri => {
                "https://host/path; on this machine http://127.0.0.1:3000/path; native: com.example.app:/path too"
            }
            Self::RedirectUrl => {
                "register it first: vestibule app set CLIENT_ID --tenant T --add-redirect-uri URL"
            }
            Self::BaseUrl => "an origin without a path, like https://id.example or http://127.0.0.1:8080",
            Self::Query => {
                r#"for example: vestibule guest list --tenant T --filter "endswith(mail,'@partner.example')" --order-by mail"#
            }
            Self::Application => "`vestibule app list --tenant T` shows the client ids that there are",
            Self::From => "a moment to come, like 2026-12-24 or 2026-12-24T18:00:00Z",
            Self::Id | Self::Homepage | Self::Message => "docs/reference/cli.md says what each option takes",
        }
    }
}

/// The input that is wrong.
const fn input_of(invalid: &Invalid) -> Input {
    match invalid {
        Invalid::Name(_) => Input::Name,
        Invalid::TenantId | Invalid::ClientId => Input::Id,
        Invalid::RedirectUri { .. } | Invalid::NoRedirectUri | Invalid::TooManyRedirectUris => {
            Input::RedirectUri
        }
        Invalid::Homepage(_) => Input::Homepage,
        Invalid::DomainRefused(_) => Input::Address,
        Invalid::Message => Input::Message,
        Invalid::RedirectUrl(_) => Input::RedirectUrl,
        Invalid::Inviter => Input::Inviter,
        Invalid::Policy(PolicyError::Domain(_)) | Invalid::DocumentTooLarge => Input::Domains,
        Invalid::PastDate => Input::From,
        Invalid::RuleApplication(_) => Input::Application,
        Invalid::Policy(PolicyError::Frequency | PolicyError::TermsVersion | PolicyError::Unknown) => {
            Input::Access
        }
        Invalid::Settings(_) | Invalid::DateOfSettings => Input::Settings,
    }
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        let text = chain(&error);
        match error {
            AdminError::NotFound(thing) => Self::new("not-found", 4, text).hint(match thing {
                Thing::Tenant(_) => "`vestibule tenant list` shows what there is",
                Thing::Application(_) => "`vestibule app list --tenant T` shows what there is",
                Thing::Guest(_) => "`vestibule guest list --tenant T` shows what there is",
                Thing::Scheduled(_) => "`vestibule policy show --tenant T scheduled` shows what there is",
                Thing::Inviter(_) | Thing::RedirectUri(_) => "check the spelling",
            }),
            AdminError::Conflict(conflict) => Self::new("conflict", 5, text).hint(way_on(&conflict)),
            AdminError::Invalid(invalid) => Self::new("invalid", 2, text).hint(input_of(&invalid).form()),
            AdminError::Denied(denied) => {
                let roles: Vec<&str> = denied.roles.iter().map(|r| r.as_str()).collect();
                Self::new("not-allowed", 6, text).hint(match roles[..] {
                    [] => "whoever runs the deployment may, on its server".to_owned(),
                    _ => format!("these roles may: {}", roles.join(", ")),
                })
            }
            AdminError::Db(_) => Self::new("database", 7, text).hint("check --data or --database-url"),
            AdminError::Vault(_)
            | AdminError::Key(_)
            | AdminError::Broken(_)
            | AdminError::Document(_)
            | AdminError::Fault(_) => Self::new("internal", 1, text),
        }
    }
}

/// What to do about a conflict.
const fn way_on(conflict: &Conflict) -> &'static str {
    match conflict {
        Conflict::TenantOff => "switch it on: vestibule tenant enable TENANT",
        Conflict::RegisteredElsewhere(_) => "name its home: vestibule app set CLIENT_ID --tenant HOME",
        Conflict::Overtaken => "look at them, then set them again: vestibule policy show --tenant T settings",
        Conflict::TooManyScheduled => "take some back: vestibule policy cancel --tenant T POLICY",
        Conflict::UriExists(_) => "`vestibule app show CLIENT_ID --tenant T` shows what is registered",
        Conflict::NewerSettings(_) => "set them by the newer release, or update this one",
        Conflict::OlderNode { .. } => {
            "update that node, or stop it and wait two minutes: a newer kind of policy would keep everybody out there"
        }
        Conflict::TenantExists(_)
        | Conflict::DomainTaken(_)
        | Conflict::ApplicationExists(_)
        | Conflict::Member(_)
        | Conflict::Refused(_) => {
            "look at what is there: `vestibule tenant|app|guest list`, then change it or take another name"
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let text = chain(&error);
        match &error {
            OpenError::OtherBaseUrl { given, .. } => Self::new("base-url", 3, text).hint(format!(
                "leave --base-url out, or move the deployment: vestibule deployment set-base-url {given}"
            )),
            OpenError::BaseUrl { .. } => Self::new("base-url", 3, text).hint(Input::BaseUrl.form()),
            OpenError::OtherRootKey | OpenError::Vault(_) => Self::new("root-key", 3, text)
                .hint("give the file that the first command made: --root-key-file FILE"),
            OpenError::Db(vestibule_app::DbError::Target(_)) => Self::new("database-url", 3, text)
                .hint("a file, sqlite:FILE, or postgres://user@host/database"),
            OpenError::Db(_) => Self::new("database", 7, text).hint("check --data or --database-url"),
            OpenError::MailFrom(_) => {
                Self::new("mail-from", 3, text).hint("an address that may send, like no-reply@id.example")
            }
            OpenError::Keys(_) => Self::new("internal", 1, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_01_passwords_and_control_characters_are_not_shown() {
        let text = "bad: smtp://user:p@ss@mail.test:25x and http://u:pw@id.test/ but https://id.test/a@b";
        let told = "bad: smtp://***@mail.test:25x and http://***@id.test/ but https://id.test/a@b";
        assert_eq!(without_passwords(text), told);
        assert_eq!(shown("a\u{1b}]0;x\u{7}b"), "a ]0;x b");
    }
}
