//! The one door to all use cases: it asks whether the actor may, tells of a refusal, and lets write only what has leave,
//! with its row of the trail and its change number in the same transaction (ADM-01, AUD-03, architecture rule 6).

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde_json::Value;
use vestibule_app::audit::{self, AuditedChange};
use vestibule_app::live::Live;
use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::vault::Vault;
use vestibule_app::{App, Context, DbError};
use vestibule_core::Random;
use vestibule_core::access::{Action, Actor, Allowed, Denied, Object};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::urls::Urls;
use vestibule_store::{self as store, Conn, Now, QueryResult};

use crate::effect::{Effect, Nothing, Writes};
use crate::error::AdminError;

/// Where somebody administers: the deployment, the circumstances, and who they are.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    app: &'a App,
    ctx: &'a Context,
    actor: &'a Actor,
}

/// Stands in the table of use cases, which alone implements it.
pub trait InTable {}

/// One thing that can be done, with its input. All of them stand in one table, [`ALL`](crate::ALL); none can be called
/// but by [`Desk::perform`].
pub trait UseCase: InTable + Sized + Send {
    /// The word in audit rows.
    const NAME: &'static str;
    /// What the actor must have leave for.
    const ACTION: Action;
    /// What it changes; decides how it may end, and what is raised and written down with it.
    type Effect: Effect;
    /// What comes of it.
    type Output: Send;

    /// What it is about: a change is made there and nowhere else.
    fn object(&self) -> Object;

    /// Does it. Called by the door alone, which has the only [`At`].
    fn run(self, at: At<'_, Self>) -> impl Future<Output = Result<Done<Self>, AdminError>> + Send;
}

impl<'a> Desk<'a> {
    /// A desk for this actor.
    pub const fn new(app: &'a App, ctx: &'a Context, actor: &'a Actor) -> Self {
        Self { app, ctx, actor }
    }

    /// Does one thing, if the actor may.
    pub async fn perform<U: UseCase>(&self, use_case: U) -> Result<U::Output, AdminError> {
        let object = use_case.object();
        match audit::allow(self.ctx, self.actor, U::ACTION, object) {
            Ok(allowed) => {
                let inside = Inside { app: self.app, ctx: self.ctx };
                use_case.run(At { inside, allowed, of: PhantomData }).await.map(|done| done.0)
            }
            Err(denied) => {
                self.write_refusal(U::NAME, object, &denied).await?;
                Err(denied.into())
            }
        }
    }

    /// AUD-03: a refusal commits by itself. One that is about no tenant, or about none that there is, stands in the
    /// process's log alone.
    async fn write_refusal(
        &self,
        use_case: &'static str,
        object: Object,
        denied: &Denied,
    ) -> Result<(), AdminError> {
        let Some(tenant) = object.tenant() else { return Ok(()) };
        let row = audit::refusal(self.app, self.ctx, self.actor, tenant, use_case, denied);
        self.app
            .db
            .write(move |c| match store::tenants::find(c, tenant)? {
                Some(_) => store::logs::insert_audit(c, &row),
                None => Ok(()),
            })
            .await?
            .map_err(AdminError::from)
    }
}

/// What every use case finds inside: nothing that writes.
#[derive(Debug, Clone, Copy)]
pub struct Inside<'a> {
    app: &'a App,
    ctx: &'a Context,
}

impl<'a> Inside<'a> {
    /// Reads.
    pub(crate) async fn read<T, F>(&self, f: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    {
        self.app.db.read(f).await
    }

    /// The tenant with what holds for it now.
    pub(crate) async fn live(&self, tenant: TenantId) -> Result<Live, AdminError> {
        Ok(self.app.current(tenant).await?)
    }

    /// An application as sign-ins see it.
    pub(crate) async fn application(
        &self,
        live: &Live,
        client: &ClientId,
    ) -> Result<Option<Arc<ApplicationSnapshot>>, AdminError> {
        Ok(self.app.application(live, client).await?)
    }

    /// When this is done.
    pub(crate) const fn now(&self) -> Instant {
        self.ctx.now
    }

    /// The same for statements that compare with the database's clock.
    pub(crate) fn moment(&self) -> Now {
        self.app.now()
    }

    /// Randomness.
    pub(crate) fn random(&self) -> &'a dyn Random {
        self.app.random.as_ref()
    }

    /// The same, for work on another thread.
    pub(crate) fn shared_random(&self) -> Arc<dyn Random> {
        Arc::clone(&self.app.random)
    }

    /// Seals and hashes.
    pub(crate) const fn vault(&self) -> &'a Vault {
        &self.app.vault
    }

    /// Every URL.
    pub(crate) const fn urls(&self) -> &'a Urls {
        &self.app.urls
    }

    /// Tells the outbox job that there is something to send.
    pub(crate) fn wake_mail(&self) {
        self.app.wake_mail();
    }
}

/// A use case at work: what is inside, and the leave that was given for it.
#[derive(Debug)]
pub struct At<'a, U> {
    inside: Inside<'a>,
    allowed: Allowed,
    of: PhantomData<fn() -> U>,
}

impl<'a, U> Deref for At<'a, U> {
    type Target = Inside<'a>;

    fn deref(&self) -> &Inside<'a> {
        &self.inside
    }
}

/// The end of a use case. One that reads ends with what it tells, one that changes only with its change.
#[derive(Debug)]
pub struct Done<U: UseCase>(U::Output);

impl<U: UseCase<Effect = Nothing>> Done<U> {
    /// Ends a use case that changes nothing.
    pub(crate) const fn read(output: U::Output) -> Self {
        Self(output)
    }
}

impl<U> Done<U>
where
    U: UseCase,
    U::Effect: Writes,
{
    /// Ends a use case that changed something.
    pub(crate) fn after(_: Changed<U>, output: U::Output) -> Self {
        Self(output)
    }
}

/// A change that was made, of this use case.
#[derive(Debug)]
#[must_use]
pub(crate) struct Changed<U>(PhantomData<fn() -> U>);

impl<U> At<'_, U>
where
    U: UseCase,
    U::Effect: Writes,
{
    /// Changes something: `f`, the row of the trail and the change number, all or none. `f` may run again after a
    /// deadlock.
    pub(crate) async fn change<T, F>(
        &self,
        target: <U::Effect as Writes>::AuditTarget,
        details: Value,
        mut f: F,
    ) -> Result<Changed<U>, AdminError>
    where
        F: FnMut(&mut Conn) -> Result<T, AdminError> + Send + 'static,
    {
        let Inside { app, ctx } = self.inside;
        let object = self.allowed.object();
        let number = U::Effect::number(object, &target);
        let row = U::Effect::trail(object, &target).map(|(tenant, target)| {
            audit::row(app, ctx, &self.allowed, tenant, AuditedChange::by(U::NAME, target).with(details))
        });
        let trailed = row.is_some();
        app.db
            .write(move |c| {
                f(c)?;
                if let Some(number) = &number {
                    number.raise(c)?;
                }
                if let Some(row) = &row {
                    store::logs::insert_audit(c, row)?;
                }
                Ok::<_, AdminError>(())
            })
            .await??;
        if !trailed {
            let actor = self.allowed.actor().kind();
            tracing::warn!(trace = %ctx.trace, %actor, use_case = U::NAME, "the deployment was changed");
        }
        Ok(Changed(PhantomData))
    }
}
