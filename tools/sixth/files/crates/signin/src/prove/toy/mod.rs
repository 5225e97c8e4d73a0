//! A toy method for the test of the driver: a word that only this deployment can tell of an address. Typed once, it proves
//! a single factor. Never part of the product.

mod count;

use std::sync::Arc;

use vestibule_core::Address;
use vestibule_core::clock::Instant;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, Realm, TenantId};
use vestibule_core::interaction::{PageKind, Step};
use vestibule_core::log::StepKind;
use vestibule_core::method::{Method, Way};
use vestibule_core::proof::{Amr, AmrSet, Evidence, IdentityKey, Level, Proof, Proven};
use vestibule_store::Conn;

use vestibule_app::Error;
use crate::halt::Halt;
use crate::reply::Reply;
use crate::step::{self, Prepared, Press, Taken};
use crate::trip::{TripRequest, Trip};
use crate::view::{Toy, View, Wrong};
use vestibule_app::vault::{KeyPurpose, Vault};

/// Somebody knows the word of an address. Made by the check in this file alone.
struct ToyProof {
    place: (Realm, InteractionId),
    address_key: String,
    at: Instant,
}

impl Proof for ToyProof {
    fn place(&self) -> (Realm, InteractionId) {
        self.place
    }

    fn proven(&self) -> Proven {
        let identity = IdentityKey::plain(Way::Toy, &self.address_key);
        let amr = AmrSet::of(&[Amr::Pwd]);
        Proven::First(Evidence::of(identity, Some(&self.address_key), self.at, Some(Level::Single), amr))
    }
}

/// The word of an address in a tenant.
pub fn word(vault: &Vault, tenant: TenantId, address: &Address) -> Result<String, Error> {
    let mac = vault.mac(KeyPurpose::Decoy, &[b"toy", tenant.0.as_bytes(), address.key().as_bytes()])?;
    Ok(data_encoding::HEXLOWER.encode(mac.bytes()))
}

/// The page.
pub(crate) fn page(wrong: Option<Wrong>) -> Box<dyn View> {
    Box::new(Toy { wrong })
}

/// The toy page's POST.
pub async fn verify(at: TripRequest<'_>, typed: String, csrf: &str) -> Result<Reply, Error> {
    step::advance::<Verify>(at, csrf, &typed).await
}

struct Verify;

/// A word that was right.
struct Right {
    address_key: String,
}

impl Press for Verify {
    type Form = String;
    type Ready = Right;

    const PAGE: PageKind = PageKind::Prove(Method::Toy);
    const TAKES: Option<StepKind> = Some(StepKind::Prove);

    async fn repeats(at: TripRequest<'_>, trip: &Trip, form: &String) -> Result<bool, Error> {
        let Some(address) = trip.address() else { return Ok(false) };
        let counted = count::admits(at, trip, address).await?;
        Ok(counted && word(&at.app.vault, trip.tenant().id, address)? == *form)
    }

    async fn ready(
        at: TripRequest<'_>,
        trip: &Trip,
        _step: &Step,
        form: &String,
        before: Option<Arc<Right>>,
    ) -> Result<Prepared<Right>, Error> {
        if let Some(right) = before {
            return Ok(Prepared::Go(right));
        }
        let Some(address) = trip.address() else {
            return Err(trip.problem(ErrorCode::InteractionUnknown).into());
        };
        if count::begins(at, trip, address).await? {
            return Ok(Prepared::Again);
        }
        if !count::admits(at, trip, address).await? {
            return Ok(Prepared::Show(page(Some(Wrong::Paused))));
        }
        if word(&at.app.vault, trip.tenant().id, address)? == *form {
            return Ok(Prepared::Go(Arc::new(Right { address_key: address.key().to_owned() })));
        }
        count::log_wrong(at, trip).await?;
        Ok(Prepared::Show(page(Some(Wrong::Word))))
    }

    fn consume(right: &Right, _: &mut Conn, trip: &Trip) -> Result<Taken, Halt> {
        let place = (trip.realm(), trip.sealed.id);
        let proof = ToyProof { place, address_key: right.address_key.clone(), at: trip.at() };
        Ok(Taken::Proven(Box::new(proof)))
    }
}
