//! Learning an address: G01 and G02.

use vestibule_app::cookies::CookieChange;
use vestibule_app::{App, Error, plan};
use vestibule_core::Address;
use vestibule_core::address::AddressError;
use vestibule_core::discovery::NoPlan;
use vestibule_core::error::ErrorCode;
use vestibule_core::interaction::{PageKind, Step};
use vestibule_core::lifecycle::InteractionState;
use vestibule_core::numbers::REMEMBERED_MAX;
use vestibule_core::typo;
use vestibule_store as store;

use crate::gather;
use crate::prove::passcode::send::Send;
use crate::reply::Reply;
use crate::sealed::{Ending, Remembered};
use crate::step::{self, Opened};
use crate::trip::{Trip, TripRequest};
use crate::view::{AccountChoice, AddressProblem, EnterAddress, PickAccount, View};

/// The form of G01.
#[derive(Debug, Default)]
pub struct EmailForm {
    /// What stands in the field.
    pub email: String,
    /// What we had put there.
    pub prefilled: Option<String>,
    /// The person saw "Did you mean …?" and keeps what was typed.
    pub keep: bool,
    pub csrf: String,
}

/// G01's POST: learns the address; sends at once where it was typed here (OTP-09).
pub async fn identify(at: TripRequest<'_>, form: EmailForm) -> Result<Reply, Error> {
    let mut trip = match step::opened(at, &form.csrf, PageKind::Address).await? {
        Opened::Trip(trip) => *trip,
        Opened::Elsewhere(reply) => return Ok(reply),
    };
    let address = match accepted(&trip, &form) {
        Ok(address) => address,
        Err(again) => return Ok(Reply::show(trip.shows(at.app, again)?)),
    };
    let typed = form
        .prefilled
        .as_deref()
        .is_none_or(|p| Address::parse(p).map_or(true, |p| p.key() != address.key()));
    if let Some(answer) = take_address(at.app, &mut trip, address, false).await? {
        return Ok(answer);
    }
    go_on(at, trip, typed).await
}

/// The address, or G01 again with what is wrong with it.
fn accepted(trip: &Trip, form: &EmailForm) -> Result<Address, Box<dyn View>> {
    let again = |problem, suggestion| -> Box<dyn View> {
        let value = Some(form.email.clone());
        Box::new(EnterAddress { value, prefilled: false, problem, suggestion })
    };
    let address = Address::parse(&form.email).map_err(|error| {
        let problem =
            if error == AddressError::Empty { AddressProblem::Empty } else { AddressProblem::Format };
        again(Some(problem), None)
    })?;
    // Told at once only where the domain is refused to everybody alike (OTP-18).
    let plan = plan::plan_unproven(trip.tenant(), trip.application.as_deref(), address.domain());
    if plan.refusal == Some(NoPlan::DomainBlocked) {
        return Err(again(Some(AddressProblem::Domain(address.domain().to_string())), None));
    }
    match typo::suggest(&address).filter(|_| !form.keep) {
        Some(suggestion) => Err(again(None, Some(suggestion))),
        None => Ok(address),
    }
}

/// Takes an address into the trip. Another address than before begins a new trip (HRD-03); the same again, where the
/// row already exists, is a repeat.
async fn take_address(
    app: &App,
    trip: &mut Trip,
    address: Address,
    picked: bool,
) -> Result<Option<Reply>, Error> {
    let fixed = matches!(trip.sealed.ending, Ending::Invitation { .. });
    if fixed && trip.address().is_some_and(|a| a.key() != address.key()) {
        // The address of an invitation is fixed (INV-02); another one is another trip, and there is none to begin.
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    }
    let digest = app.address_digest(&address)?;
    let row = trip.row().map(|r| (r.address_key.matches(&digest), r.state == InteractionState::Open));
    trip.sealed.address = Some(address);
    trip.sealed.picked = picked;
    match row {
        None => Ok(None),
        Some((true, true)) => {
            let step = gather::current(trip, 0)?;
            Ok(Some(Reply::go(trip.place(app, &step)).with(trip.keep(app)?)))
        }
        Some(_) => {
            renew(app, trip).await?;
            Ok(None)
        }
    }
}

/// Ends the trip under its id and begins another with the same request: proofs and codes of before die (HRD-03).
async fn renew(app: &App, trip: &mut Trip) -> Result<(), Error> {
    let (realm, old) = (trip.realm(), trip.sealed.id);
    app.db
        .write(move |c| {
            store::signin::cancel_interaction(c, realm, old)?;
            store::signin::supersede_passcodes(c, realm, old).map(|_| ())
        })
        .await??;
    trip.rename(app);
    Ok(())
}

/// After an address is known: what `next` says. `typed` tells whether the button just pressed said that it sends.
async fn go_on(at: TripRequest<'_>, trip: Trip, typed: bool) -> Result<Reply, Error> {
    let step = gather::current(&trip, 0)?;
    match step {
        Step::SendCode if typed && !trip.tenant().settings.code.confirm_before_send => {
            step::perform::<Send>(at, trip, &()).await
        }
        step => {
            let keep = trip.keep(at.app)?;
            Ok(step::elsewhere(at, trip, step).await?.with(keep))
        }
    }
}

/// The form of G02.
#[derive(Debug, Default)]
pub struct AccountForm {
    /// The account that was picked.
    pub account: Option<String>,
    /// The account to be removed from this device.
    pub forget: Option<String>,
    pub csrf: String,
}

/// G02's POST: picks an account, or removes one from this device.
pub async fn choose(at: TripRequest<'_>, form: AccountForm) -> Result<Reply, Error> {
    let mut trip = match step::opened(at, &form.csrf, PageKind::Accounts).await? {
        Opened::Trip(trip) => *trip,
        Opened::Elsewhere(reply) => return Ok(reply),
    };
    let vault = &at.app.vault;
    let mut list = Remembered::open(vault, at.jar.remembered.as_deref(), trip.at());
    let tenant = trip.tenant().id;
    if let Some(address) = form.forget.as_deref().and_then(|a| Address::parse(a).ok()) {
        list.remove(tenant, &address);
        let view = accounts(&trip, &list.of(tenant), Some(address.as_str().to_owned()));
        let remembered = CookieChange::Remembered(list.seal(vault)?);
        return Ok(Reply::show(trip.shows(at.app, view)?).with(remembered));
    }
    let wanted = form.account.as_deref().and_then(|a| Address::parse(a).ok());
    let session = trip.live.session.as_ref().map(|s| s.user.address_key.clone());
    let Some(address) = wanted.filter(|a| {
        list.of(tenant).iter().any(|k| k.key() == a.key()) || session.as_deref() == Some(a.key())
    }) else {
        return Ok(Reply::go(trip.path(at.app, PageKind::Address)));
    };
    if let Some(answer) = take_address(at.app, &mut trip, address, true).await? {
        return Ok(answer);
    }
    go_on(at, trip, false).await
}

/// G01.
pub(crate) fn email(trip: &Trip, remembered: &[Address], change: bool) -> Box<dyn View> {
    let request = trip.sealed.ending.request();
    let hint = request.and_then(|r| r.login_hint.as_deref()).and_then(|h| Address::parse(h).ok());
    let session = trip.live.session.as_ref().map(|s| s.user.address.clone());
    let select = request.is_some_and(|r| r.prompt.select_account);
    let own = trip.address().or(hint.as_ref()).map(|a| a.as_str().to_owned());
    let value = if change || select {
        own
    } else {
        own.or(session).or_else(|| remembered.first().map(|a| a.as_str().to_owned()))
    };
    Box::new(EnterAddress { prefilled: value.is_some(), value, problem: None, suggestion: None })
}

/// G02.
pub(crate) fn accounts(trip: &Trip, remembered: &[Address], forgot: Option<String>) -> Box<dyn View> {
    let session = trip.live.session.as_ref();
    let mut accounts = Vec::new();
    if let Some(session) = session {
        accounts.push(AccountChoice { address: session.user.address.clone(), signed_in: true });
    }
    for address in remembered {
        if session.is_none_or(|s| s.user.address_key != address.key()) {
            accounts.push(AccountChoice { address: address.as_str().to_owned(), signed_in: false });
        }
    }
    accounts.truncate(REMEMBERED_MAX);
    Box::new(PickAccount { accounts, forgot })
}
