//! From a queued mail's values to its template, in the language that it was queued in.

use vestibule_app::App;
use vestibule_app::mail::{Code, Content, Invitation, NoAccess, Reported};
use vestibule_core::clock::Instant;
use vestibule_ui::mail::{CodeMail, InviteMail, Inviter, Mail, NoAccessMail, ReportedMail, Sender};
use vestibule_ui::page::RequestFacts;
use vestibule_ui::{Lang, Link, Ui};

/// What all letters need.
pub(crate) struct Letters<'a> {
    pub app: &'a App,
    pub ui: &'a Ui,
    pub lang: Lang,
    /// What support finds the mail by.
    pub trace: String,
}

impl Letters<'_> {
    /// The mail, or why it cannot be made.
    pub(crate) fn render(&self, content: &Content) -> Result<Mail, String> {
        match content {
            Content::Code(c) => self.code(c),
            Content::Invitation(c) => self.invitation(c),
            Content::NoAccess(c) => self.no_access(c),
            Content::Reported(c) => self.reported(c),
        }
    }

    fn code(&self, c: &Code) -> Result<Mail, String> {
        let mail = CodeMail {
            from: self.sender(&c.org, &c.help_url, c.privacy_url.as_deref())?,
            code: c.code.clone(),
            until: c.expires_at,
            lifetime: c.expires_at - c.asked_at,
            mark: c.mark.clone(),
            facts: facts(&c.to, Some(&c.app), &c.browser, &c.network, c.asked_at),
            report: link(&c.report_url)?,
        };
        mail.render(self.ui, self.lang).map_err(|e| e.to_string())
    }

    fn invitation(&self, c: &Invitation) -> Result<Mail, String> {
        let mail = InviteMail {
            from: self.sender(&c.org, &c.help_url, c.privacy_url.as_deref())?,
            inviter: c.inviter.clone().map(|name| Inviter { name, email: c.inviter_email.clone() }),
            app: c.app.clone(),
            message: c.message.clone(),
            email: c.to.clone(),
            link: link(&c.redeem_url)?,
            until: c.expires_at,
            now: self.app.clock.now(),
            trace: self.trace.clone(),
        };
        mail.render(self.ui, self.lang).map_err(|e| e.to_string())
    }

    fn no_access(&self, c: &NoAccess) -> Result<Mail, String> {
        let mail = NoAccessMail {
            from: self.sender(&c.org, &c.help_url, c.privacy_url.as_deref())?,
            app: Some(c.app.clone()),
            contact: c.contact.clone(),
            now: self.app.clock.now(),
            trace: self.trace.clone(),
        };
        mail.render(self.ui, self.lang).map_err(|e| e.to_string())
    }

    fn reported(&self, c: &Reported) -> Result<Mail, String> {
        let mail = ReportedMail {
            from: self.sender(&c.org, &c.help_url, None)?,
            facts: facts(&c.guest, c.app.as_deref(), &c.browser, &c.network, c.asked_at),
            reported_at: c.reported_at,
            session_ended: c.used,
            invitation_suspended: c.suspended,
            paused_until: c.paused_until,
            trace: self.trace.clone(),
        };
        mail.render(self.ui, self.lang).map_err(|e| e.to_string())
    }

    fn sender(&self, org: &str, help: &str, privacy: Option<&str>) -> Result<Sender, String> {
        let host = self.app.urls.host().to_owned();
        Ok(Sender { org: org.to_owned(), host, help: link(help)?, privacy: privacy.map(link).transpose()? })
    }
}

fn link(url: &str) -> Result<Link, String> {
    Link::parse(url).ok_or_else(|| "a link is none".to_owned())
}

fn facts(email: &str, app: Option<&str>, browser: &str, network: &str, at: Instant) -> RequestFacts {
    RequestFacts {
        email: email.to_owned(),
        app: app.map(ToOwned::to_owned),
        browser: browser.to_owned(),
        network: network.to_owned(),
        place: None,
        at,
    }
}
