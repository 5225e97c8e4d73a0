//! The row of an interaction: made under the id of the sealed one by whatever is first sent, tried or proven in it
//! (architecture rule 4), so that a double click, a second tab or another node finds it.

use vestibule_app::{App, Context, Error};
use vestibule_core::clock::{self, Instant};
use vestibule_core::ids::{InteractionId, Realm, UserId};
use vestibule_core::log::StepTaken;
use vestibule_core::numbers as n;
use vestibule_core::proof::Ledger;
use vestibule_core::secret::Digest;
use vestibule_core::throttle::{self, Counter};
use vestibule_store::signin::NewInteraction;
use vestibule_store::{self as store, Conn, Now, QueryError};

use crate::trip::Trip;

/// A row to be made, or made longer where it is there.
pub(crate) struct Row {
    place: (Realm, InteractionId),
    now: Now,
    new: Option<NewInteraction>,
    ends: Instant,
    /// Networks that the browser's address counts under, the narrowest first, each with its limit (N-09).
    pub(crate) sources: Vec<(Digest, i32)>,
    open_rows: i32,
}

impl Row {
    /// Hashes what the row needs. `address` is the address's digest; `first` is the step that makes the row.
    pub(crate) fn prepare(
        app: &App,
        ctx: &Context,
        trip: &Trip,
        address: Digest,
        first: StepTaken,
    ) -> Result<Self, Error> {
        let raised = app.options.source_limit(ctx.source);
        let sources = throttle::networks(ctx.source, raised)
            .iter()
            .map(|(network, limit)| Ok((app.counter(Counter::Source, None, network)?, *limit)))
            .collect::<Result<Vec<_>, Error>>()?;
        let source = sources.first().ok_or_else(|| Error::Internal("no source".into()))?.0;
        let lifetime = n::INTERACTION_ROW_LIFETIME.max(trip.tenant().settings.code.lifetime());
        let ends = clock::after(trip.at(), lifetime);
        let new = (!trip.row_is_live()).then(|| interaction(trip, address, source, ends, first));
        let place = (trip.realm(), trip.sealed.id);
        Ok(Self { place, now: trip.now(), new, ends, sources, open_rows: throttle::open_rows(raised) })
    }

    /// Makes the row, if there is none that lives; `false` where another press was first.
    pub(crate) fn insert(&self, c: &mut Conn, user_id: Option<UserId>) -> Result<bool, QueryError> {
        let Some(new) = &self.new else { return Ok(true) };
        let new = NewInteraction { user_id, ..new.clone() };
        store::signin::insert_interaction(c, &new, self.now)
    }

    /// What comes last: the oldest rows of the source go (N-21), or the row that was there lives on, for the person
    /// whom the address belongs to now.
    pub(crate) fn settle(&self, c: &mut Conn, user_id: Option<UserId>) -> Result<(), QueryError> {
        match (&self.new, self.sources.first()) {
            (Some(_), Some((source, _))) => {
                store::signin::trim_open_rows(c, source, self.open_rows)?;
            }
            (Some(_), None) => {}
            (None, _) => {
                let (realm, id) = self.place;
                store::signin::extend_interaction(c, realm, id, user_id, self.ends)?;
            }
        }
        Ok(())
    }

    /// Whether the row is made now.
    pub(crate) const fn is_new(&self) -> bool {
        self.new.is_some()
    }
}

fn interaction(
    trip: &Trip,
    address_key: Digest,
    source_key: Digest,
    expires_at: Instant,
    first: StepTaken,
) -> NewInteraction {
    let mut ledger = Ledger::default();
    ledger.took(first);
    NewInteraction {
        realm_id: trip.realm(),
        id: trip.sealed.id,
        secret_digest: trip.came_with(),
        source_key,
        ending: trip.sealed.ending.kind(),
        client_id: trip.sealed.ending.client().cloned(),
        user_id: None,
        address_key,
        ledger: ledger.to_json(),
        invitation_id: trip.sealed.ending.invitation(),
        created_at: trip.at(),
        expires_at,
    }
}
