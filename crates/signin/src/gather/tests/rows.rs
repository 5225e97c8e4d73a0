//! The rows of people, sessions and trips, written by the product's own statements in the order of its use cases; by SQL
//! where the product has no way: deletion, and what an older or broken version left. Invitations have no row: the finish
//! reads it, `gather` does not.

use uuid::Uuid;
use vestibule_app::cookies::SessionCookie;
use vestibule_app::{App, vault};
use vestibule_core::clock::after;
use vestibule_core::ids::{
    InteractionId, InvitationId, PasscodeId, ProviderId, Realm, SessionId, UserId, ordered_uuid, random_uuid,
};
use vestibule_core::interaction::EndingKind;
use vestibule_core::method::Way;
use vestibule_core::numbers::{CODE_LIFETIME, INTERACTION_ROW_LIFETIME, SESSION_LIFETIME};
use vestibule_core::passcode::CodePurpose;
use vestibule_core::proof::{Amr, AmrSet, Authentication, Ledger, MailboxProof, StoredAuthentication};
use vestibule_core::random::{Random, secret_256};
use vestibule_core::secret::Digest;
use vestibule_core::{Address, TenantId};
use vestibule_store::directory::{self, NewUser};
use vestibule_store::live;
use vestibule_store::signin::{self, LedgerChange, NewInteraction, NewPasscode, NewSession};
use vestibule_store::{Conn, Now, QueryError, QueryResult};

use super::case::{Code, Cookie, Evidence, Stored, Who};
use super::lab::{House, minute};
use crate::convert;
use crate::trip;

/// Of a new deployment.
const EPOCH: i64 = 1;

/// What happened before the trips began.
pub(super) const BEFORE: &str =
    "UPDATE users SET deleted_at = created_at WHERE address_key = 'removed@guest.test'";

/// What happened, or went wrong, since.
pub(super) const MEANWHILE: &str = "
    UPDATE users SET deleted_at = created_at WHERE address_key = 'removedmeanwhile@guest.test';
    UPDATE users SET pinned_provider_id = NULL WHERE address_key = 'halfpinned@guest.test';
    UPDATE users SET pinned_method = NULL WHERE address_key = 'unpinned@guest.test';
    DELETE FROM passcodes WHERE mark = 'GONE';";

const PROVIDER: Way = Way::Federated(ProviderId(Uuid::from_u128(7)));

/// When codes are used.
pub(super) const USED: i64 = 2;

/// What a browser keeps of a trip beside its request.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) id: InteractionId,
    pub(super) secret: String,
}

/// Writes.
pub(super) struct Writing<'a> {
    pub(super) app: &'a App,
    pub(super) random: &'a dyn Random,
}

impl Writing<'_> {
    /// Everybody, and the sessions of those who may have one.
    pub(super) fn settle(&self, c: &mut Conn, house: &mut House) -> QueryResult<()> {
        for who in Who::ALL.into_iter().filter(|who| *who != Who::Stranger) {
            let address = house.address(who);
            let id = self.move_in(c, house, &address, who)?;
            if who.was_let_in() {
                let own = accepts_by(who);
                let other = if own == Way::Passcode { Way::Account } else { Way::Passcode };
                for (cookie, way, at) in
                    [(Cookie::Fresh, own, 1), (Cookie::Older, own, -120), (Cookie::NotOffered, other, 1)]
                {
                    let value = self.sign_in(c, house.tenant, id, way, at)?;
                    house.sessions.insert((who, cookie), value);
                }
            }
            if who == Who::Disabled {
                assert!(directory::set_enabled(c, house.tenant, id, false)?);
            }
            if who == Who::Suspended {
                assert!(directory::hold(c, house.tenant, id, minute(-1).instant)?);
            }
        }
        let another = self.move_in(c, house, &other_address(), Who::Accepted)?;
        let value = self.sign_in(c, house.tenant, another, Way::Passcode, 1)?;
        house.sessions.extend(Who::ALL.iter().map(|who| ((*who, Cookie::Another), value.clone())));
        house.another = Some(another);
        Ok(())
    }

    fn move_in(&self, c: &mut Conn, house: &House, address: &Address, who: Who) -> QueryResult<UserId> {
        let (tenant, id) = (house.tenant, UserId(random_uuid(self.random)));
        let at = minute(-3000).instant;
        if who == Who::Member {
            directory::insert_user(c, &NewUser::member(tenant, id, address, at), Some(at))?;
        } else {
            directory::insert_user(c, &NewUser::guest(tenant, id, address, None, None, None, at), None)?;
            assert!(!who.was_let_in() || directory::accept(c, tenant, id, accepts_by(who), at)?);
        }
        assert!(!(house.agreed && who.was_let_in()) || directory::agree_terms(c, tenant, id, 2)?);
        Ok(id)
    }

    /// A session as the end of a trip opens it; the cookie's value.
    fn sign_in(
        &self,
        c: &mut Conn,
        tenant: TenantId,
        user: UserId,
        way: Way,
        at: i64,
    ) -> QueryResult<String> {
        let cookie =
            SessionCookie { id: SessionId(random_uuid(self.random)), secret: secret_256(self.random) };
        let authentication = authentication(way, minute(at));
        let new = NewSession::of(signin::SessionOpening {
            realm: Realm::Tenant(tenant),
            id: cookie.id,
            secret_digest: vault::hash("session", EPOCH, cookie.secret.expose()),
            user,
            authentication: &authentication,
            expires_at: after(authentication.at, SESSION_LIFETIME),
            interaction: InteractionId(ordered_uuid(authentication.at, self.random)),
            browser: "Firefox".to_owned(),
            network: "127.0.0.0/24".to_owned(),
            now: authentication.at,
        });
        assert!(signin::insert_session(c, &new)?);
        Ok(cookie.render())
    }

    /// Every trip.
    pub(super) fn begin(&self, c: &mut Conn, house: &mut House) -> QueryResult<()> {
        for who in Who::ALL {
            for stored in Stored::all() {
                for ending in EndingKind::ALL.iter().copied() {
                    if ending == EndingKind::Invitation && (house.agreed || !stored.addressed()) {
                        continue;
                    }
                    let kept = self.trip(c, house, who, stored, ending)?;
                    house.trips.insert((who, stored, ending), kept);
                }
            }
            let proven = house.trips[&(who, Stored::At(Evidence::Own, Code::Used), EndingKind::Authorize)].id;
            let row =
                signin::interaction(c, Realm::Tenant(house.tenant), proven)?.ok_or(QueryError::NotFound)?;
            house.proven.insert(who, Ledger::read(&row.ledger).unwrap());
        }
        Ok(())
    }

    /// The rows of a trip: a send, a try, its proof, what was agreed to, another send.
    fn trip(
        &self,
        c: &mut Conn,
        house: &House,
        who: Who,
        stored: Stored,
        ending: EndingKind,
    ) -> QueryResult<Kept> {
        let id = InteractionId(ordered_uuid(minute(0).instant, self.random));
        let kept = Kept { id, secret: secret_256(self.random).expose().to_owned() };
        let (evidence, code, address) = match stored {
            Stored::NoAddress | Stored::At(Evidence::None, Code::None) => return Ok(kept),
            Stored::At(evidence, code) => (evidence, code, house.address(who)),
            Stored::OfAnother => (Evidence::Own, Code::Used, other_address()),
        };
        let trip = self.insert(c, house, &kept, &address, ending)?;
        let first = self.send(c, &trip, 1, if code == Code::None { "GONE" } else { "BCDF" })?;
        if (evidence, code) == (Evidence::None, Code::Live) {
            return Ok(kept);
        }
        let key = if evidence == Evidence::AnotherOnly { other_address() } else { address };
        let proof = enter(c, &trip, first, key.key())?;
        if evidence == Evidence::None {
            return Ok(kept);
        }
        let mut ledger = Ledger::default();
        assert!(ledger.record(trip.realm_id, id, &proof).is_some());
        match evidence {
            Evidence::Reviewed => ledger.accept_review(None),
            Evidence::Agreed => ledger.accept_review(Some(2)),
            Evidence::None | Evidence::Own | Evidence::AnotherOnly => {}
        }
        let secret = secret_256(self.random).expose().to_owned();
        Self::save(c, &trip, &ledger, &secret)?;
        if code == Code::Live {
            self.send(c, &trip, 2, "BCDF")?;
        }
        Ok(Kept { id, secret })
    }

    fn insert(
        &self,
        c: &mut Conn,
        house: &House,
        kept: &Kept,
        address: &Address,
        ending: EndingKind,
    ) -> QueryResult<NewInteraction> {
        let invited = ending == EndingKind::Invitation;
        let row = NewInteraction {
            realm_id: Realm::Tenant(house.tenant),
            id: kept.id,
            secret_digest: vault::hash("interaction", EPOCH, &kept.secret),
            source_key: Digest([1; 32]),
            ending,
            client_id: (!invited).then(|| house.client().clone()),
            user_id: live::user_by_address(c, house.tenant, address.key())?.map(|user| user.id),
            address_key: self.app.address_digest(address).unwrap(),
            ledger: Ledger::default().to_json(),
            invitation_id: invited.then_some(InvitationId(kept.id.0)),
            created_at: minute(1).instant,
            expires_at: after(minute(1).instant, INTERACTION_ROW_LIFETIME),
        };
        assert!(signin::insert_interaction(c, &row, minute(1))?);
        Ok(row)
    }

    fn send(&self, c: &mut Conn, trip: &NewInteraction, ordinal: i32, mark: &str) -> QueryResult<PasscodeId> {
        let now = minute(1).instant;
        let id = PasscodeId(ordered_uuid(now, self.random));
        let new = NewPasscode {
            realm_id: trip.realm_id,
            id,
            interaction_id: trip.id,
            ordinal,
            purpose: CodePurpose::SignIn,
            subject_key: trip.address_key,
            digest: digest(id),
            decoy: false,
            mark: mark.to_owned(),
            expires_at: after(now, CODE_LIFETIME),
            created_at: now,
            report_digest: None,
            context: Vec::new(),
        };
        signin::supersede_passcodes(c, trip.realm_id, trip.id)?;
        assert!(signin::insert_passcode(c, &new)?);
        Ok(id)
    }

    fn save(c: &mut Conn, trip: &NewInteraction, ledger: &Ledger, secret: &str) -> QueryResult<()> {
        let now = minute(USED).instant;
        let new = vault::hash("interaction", EPOCH, secret);
        let change = LedgerChange {
            ledger: &ledger.to_json(),
            came_with: &trip.secret_digest,
            secret: Some((&new, trip::repeat_until(now))),
            expires_at: after(now, INTERACTION_ROW_LIFETIME),
        };
        assert!(signin::save_ledger(c, trip.realm_id, trip.id, &change)?);
        Ok(())
    }
}

/// The right digits: counted, compared, consumed. The proof is of the address that they are said to be of.
fn enter(
    c: &mut Conn,
    trip: &NewInteraction,
    code: PasscodeId,
    address_key: &str,
) -> QueryResult<MailboxProof> {
    let (realm, now) = (trip.realm_id, minute(USED));
    let ordinal = signin::count_try(c, realm, code, now)?;
    let tenant = realm.tenant().ok_or(QueryError::NotFound)?;
    let read = live::request(c, live::TenantKey::Id(tenant), None, Some(trip.id), now)?;
    let row = read.and_then(|r| r.interaction).and_then(|i| i.passcode).ok_or(QueryError::NotFound)?;
    let check = convert::stored(&row).check(&digest(code), ordinal, CodePurpose::SignIn, now.instant);
    let matched = check.map_err(|_| QueryError::NotFound)?;
    let used = signin::consume(c, realm, matched.id(), &digest(code), matched.ordinal(), now)?;
    let used = convert::stored(&used.ok_or(QueryError::NotFound)?);
    matched.proven(&used, address_key).ok_or(QueryError::NotFound)
}

/// The other guest.
fn other_address() -> Address {
    Address::parse("another@guest.test").unwrap()
}

fn accepts_by(who: Who) -> Way {
    match who {
        Who::ByAccount => Way::Account,
        Who::ByProvider | Who::HalfPinned => PROVIDER,
        _ => Way::Passcode,
    }
}

/// The most that a way can give.
fn authentication(way: Way, now: Now) -> Authentication {
    let line = way.line();
    let row = StoredAuthentication {
        method: way.method(),
        of: way.of(),
        idp: line.idp.unwrap_or("https://issuer.test").to_owned(),
        level: Some(line.most),
        amr: line.amr.unwrap_or(AmrSet::of(&[Amr::Pwd, Amr::Mfa])),
        at: now.instant,
        second_at: None,
        upstream_sid: None,
    };
    Authentication::read(row).unwrap()
}

/// What stands for the right digits of a code.
fn digest(code: PasscodeId) -> Digest {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(code.0.as_bytes());
    Digest(digest)
}
