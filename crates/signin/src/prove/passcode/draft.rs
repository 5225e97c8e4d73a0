//! What one send draws and says: the code, its row, and the two mails of which one is queued.

use vestibule_app::mail::{self, QueueEntry};
use vestibule_app::vault::{self, KeyPurpose};
use vestibule_app::{App, Context, Error};
use vestibule_core::Address;
use vestibule_core::clock::{self, Instant};
use vestibule_core::ids::{ClientId, PasscodeId, Realm, ordered_uuid};
use vestibule_core::letter::{self, Content, Letter, NoAccess, RequestFacts, Sender};
use vestibule_core::passcode::{Code, CodePurpose, draw_mark};
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_core::urls::network_prefix;
use vestibule_store::outbox::NewOutbox;
use vestibule_store::signin::NewPasscode;

use super::digest;
use crate::trip::Trip;

/// What the report page tells of who asked; sealed in the code's row.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct RequestContext {
    pub address: Address,
    pub browser: String,
    pub network: String,
    pub client: Option<ClientId>,
    pub locale: String,
}

impl RequestContext {
    fn seal(&self, app: &App, realm: Realm, id: PasscodeId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(app.vault.seal(KeyPurpose::CodeContext, &[realm.id().as_bytes(), id.0.as_bytes()], &plain)?)
    }

    pub(crate) fn open(app: &App, realm: Realm, id: PasscodeId, sealed: &[u8]) -> Result<Self, Error> {
        let plain =
            app.vault.unseal(KeyPurpose::CodeContext, &[realm.id().as_bytes(), id.0.as_bytes()], sealed)?;
        serde_json::from_slice(&plain).map_err(Error::internal)
    }
}

/// What one send draws.
pub(super) struct Draft<'a> {
    app: &'a App,
    ctx: &'a Context,
    trip: &'a Trip,
    address: &'a Address,
    id: PasscodeId,
    code: Code,
    mark: String,
    report: Secret,
    expires_at: Instant,
}

impl<'a> Draft<'a> {
    pub(super) fn new(app: &'a App, ctx: &'a Context, trip: &'a Trip, address: &'a Address) -> Self {
        let random = app.random.as_ref();
        Self {
            app,
            ctx,
            trip,
            address,
            id: PasscodeId(ordered_uuid(trip.at(), random)),
            code: Code::draw(random),
            mark: draw_mark(random),
            report: secret_256(random),
            expires_at: clock::after(trip.at(), trip.tenant().settings.code.lifetime()),
        }
    }

    /// The code's row.
    pub(super) fn passcode(&self, subject_key: Digest, ordinal: i32) -> Result<NewPasscode, Error> {
        let (app, trip) = (self.app, self.trip);
        let context = RequestContext {
            address: self.address.clone(),
            browser: self.ctx.browser.clone(),
            network: network_prefix(self.ctx.source),
            client: trip.sealed.ending.client().cloned(),
            locale: self.ctx.locale.clone(),
        };
        Ok(NewPasscode {
            realm_id: trip.realm(),
            id: self.id,
            interaction_id: trip.sealed.id,
            ordinal,
            purpose: CodePurpose::SignIn,
            subject_key,
            digest: digest(app, trip, self.address.key(), self.code.expose())?,
            decoy: false,
            mark: self.mark.clone(),
            expires_at: self.expires_at,
            created_at: trip.at(),
            report_digest: Some(vault::hash("report", trip.live.epoch, self.report.expose())),
            context: context.seal(app, trip.realm(), self.id)?,
        })
    }

    fn app_name(&self) -> Option<String> {
        self.trip.application.as_ref().map(|a| a.application.name.clone())
    }

    /// E01.
    pub(super) fn code_mail(&self) -> Result<NewOutbox, Error> {
        let app = self.app;
        let content = Content::Code(letter::CodeLetter {
            code: self.code.expose().to_owned(),
            mark: self.mark.clone(),
            until: self.expires_at,
            facts: RequestFacts {
                email: self.address.as_str().to_owned(),
                app: self.app_name(),
                browser: self.ctx.browser.clone(),
                network: network_prefix(self.ctx.source),
                at: self.trip.at(),
            },
            report: app.urls.report(&self.trip.sealed.segment, self.report.expose()),
        });
        let dedupe = app.vault.mac(KeyPurpose::Address, &[b"mail code", self.id.0.as_bytes()])?;
        self.queued(Some(self.id), dedupe, content)
    }

    /// E13.
    pub(super) fn no_access(&self) -> Result<NewOutbox, Error> {
        let app = self.app;
        let contact = self.trip.tenant().settings.contact.clone();
        let content = Content::NoAccess(NoAccess { app: self.app_name(), contact });
        // One a day and address over all tenants (N-22): the key does not name the tenant.
        let dedupe =
            app.vault.mac(KeyPurpose::Address, &[b"mail no access", self.address.limit_key().as_bytes()])?;
        self.queued(None, dedupe, content)
    }

    fn queued(
        &self,
        passcode: Option<PasscodeId>,
        dedupe: Digest,
        content: Content,
    ) -> Result<NewOutbox, Error> {
        let tenant = self.trip.tenant();
        let from = Sender {
            org: tenant.name.clone(),
            help: self.app.urls.help(&self.trip.sealed.segment),
            privacy: tenant.settings.privacy_url.clone(),
        };
        let letter = Letter { to: self.address.as_str().to_owned(), from, content };
        let queue = QueueEntry { tenant: tenant.id, passcode, dedupe };
        let (vault, random) = (&self.app.vault, self.app.random.as_ref());
        Ok(mail::queued(vault, random, self.trip.at(), &self.ctx.locale, queue, &letter)?)
    }
}
