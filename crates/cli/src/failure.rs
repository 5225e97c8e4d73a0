//! What a command says when it fails: what, why, next; and its exit code (ux 9).

use std::fmt;

use vestibule_admin::AdminError;
use vestibule_app::bootstrap::OpenError;

/// A failure, ready to be told.
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

    pub(crate) fn config(what: impl fmt::Display) -> Self {
        Self::new("config", 3, what)
    }

    /// On stderr: three lines for people, one object for programs.
    #[expect(clippy::print_stderr, reason = "this is how a command speaks")]
    pub(crate) fn tell(&self, json: bool) {
        if json {
            let hint = self.hint.as_deref().map(without_passwords);
            let message = without_passwords(&self.what);
            let body = serde_json::json!({ "error": self.code, "message": message, "hint": hint });
            eprintln!("{body}");
            return;
        }
        eprintln!("error[{}]: {}", self.code, shown(&self.what));
        if let Some(hint) = &self.hint {
            eprintln!("  hint: {}", shown(hint));
        }
        eprintln!("  docs: docs/reference/errors.md#{}", self.code);
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

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        let text = error.to_string();
        match error {
            AdminError::NotFound { kind, .. } => {
                let hint = match kind {
                    "tenant" => "`vestibule tenant list` shows what there is",
                    "application" => "`vestibule app list --tenant T` shows what there is",
                    "guest" => "`vestibule guest list --tenant T` shows what there is",
                    _ => "check the spelling",
                };
                Self::new("not-found", 4, text).hint(hint)
            }
            AdminError::Conflict(_) => Self::new("conflict", 5, text)
                .hint("look at what is there: `vestibule tenant|app|guest list`, then change it or take another name"),
            AdminError::Invalid { what, .. } => Self::new("invalid", 2, text).hint(form_of(what)),
            AdminError::Denied(denied) => {
                let roles: Vec<&str> = denied.roles.iter().map(|r| r.as_str()).collect();
                Self::new("not-allowed", 6, text).hint(format!("these roles may: {}", roles.join(", ")))
            }
            AdminError::Db(_) => Self::new("database", 7, text).hint("check --data or --database-url"),
            AdminError::Vault(_) | AdminError::Internal(_) => Self::new("internal", 1, text),
        }
    }
}

/// How an input has to look, with an example.
fn form_of(what: &str) -> &'static str {
    match what {
        "tenant" => "name a tenant by its GUID or one of its domains; `vestibule tenant list` shows them",
        "domain" => "a domain looks like partner.example",
        "domains" => {
            r#"for example: vestibule policy set --tenant T 'domains={"allow":[{"domain":"partner.example"}]}'"#
        }
        "access" => {
            r#"for example: vestibule policy set --tenant T 'access=[{"name":"Terms","control":{"kind":"terms","version":1}}]'"#
        }
        "settings" => {
            r#"for example: vestibule policy set --tenant T 'settings={"contact":"it@alder.example"}'"#
        }
        "otp" | "policy" => "for example: vestibule policy set --tenant T otp=off",
        "address" | "inviter" | "admin" => "an address looks like nicole@partner.example",
        "name" => "one line of 1 to 64 characters that can be seen",
        "redirect URI" => {
            "https://host/path; on this machine http://127.0.0.1:3000/path; native: com.example.app:/path too"
        }
        "redirect URL" => "register it first: vestibule app set CLIENT_ID --tenant T --add-redirect-uri URL",
        "base URL" => "an origin without a path, like https://id.example or http://127.0.0.1:8080",
        _ => "docs/reference/cli.md says what each option takes",
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let text = error.to_string();
        match &error {
            OpenError::OtherBaseUrl { given, .. } => Self::new("base-url", 3, text).hint(format!(
                "leave --base-url out, or move the deployment: vestibule deployment set-base-url {given}"
            )),
            OpenError::BaseUrl { .. } => Self::new("base-url", 3, text).hint(form_of("base URL")),
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
