//! From the use cases' pages to the templates' contexts.

use actix_web::http::StatusCode;
use vestibule_core::Address;
use vestibule_core::clock::Instant;
use vestibule_core::error::ErrorCode;
use vestibule_core::passcode::ShapeError;
use vestibule_core::policies::BlockReason as Blocked;
use vestibule_core::throttle::Wait;
use vestibule_signin::view::{
    CodeState, EmailProblem, EnterCode, Fate, Invitation, Lock, Report, Review, Said,
};
use vestibule_signin::{Page, View};
use vestibule_ui::page::{
    AccountDetail, AccountRow, AccountsPage, AddressPage, AddressProblem, BlockReason, BlockedPage,
    CodeProblem, DonePage, EnterCodePage, InviteOtherPage, InvitePage, InviteProblemPage, Locked, LockedPage,
    ReportPage, ReportState, ResendHint, ReviewCancelledPage, ReviewPage, SendCodePage, SendProblem,
    SignOutPage, SignedOutPage, WaitPage,
};
use vestibule_ui::{Again, AppLink, Frame, Link, Page as _, UiError};

use crate::state::State;

type Rendered = (StatusCode, Result<String, UiError>);

/// Renders a page.
pub(crate) fn render(state: &State, page: &Page, frame: &Frame, trace: &str) -> Rendered {
    let ui = &state.ui;
    let ok = StatusCode::OK;
    match &page.view {
        View::Email { value, prefilled, error, suggestion } => {
            let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { ok };
            (
                status,
                email(page, value.as_ref(), *prefilled, error.as_ref(), suggestion.as_ref())
                    .render(ui, frame),
            )
        }
        View::Accounts { accounts, forgot } => {
            (ok, accounts_page(accounts, forgot.as_ref()).render(ui, frame))
        }
        View::SendCode { address, wait, bounced } => send_code(state, frame, address, *wait, *bounced),
        View::EnterCode(code) => enter_code(state, page, frame, code),
        View::Locked { address, lock, ordinal, resend_at } => {
            locked(state, frame, address, *lock, *ordinal, *resend_at)
        }
        View::Wait { until } => {
            let again = Again::Open(link(&signin_path(page)));
            (StatusCode::TOO_MANY_REQUESTS, WaitPage { until: *until, email: None, again }.render(ui, frame))
        }
        View::Review(review) => {
            let status = if review.terms_missing { StatusCode::UNPROCESSABLE_ENTITY } else { ok };
            (status, review_page(page, review).render(ui, frame))
        }
        View::ReviewCancelled => (ok, ReviewCancelledPage { back: back(page) }.render(ui, frame)),
        View::Invitation(invitation) => (ok, invite(frame, invitation).render(ui, frame)),
        View::InvitationDone { applications } => {
            let apps = applications
                .iter()
                .filter_map(|(name, url)| Some(AppLink { name: name.clone(), link: Link::parse(url)? }));
            (ok, DonePage { apps: apps.collect() }.render(ui, frame))
        }
        View::InvitationOther { masked, signed_in } => {
            (ok, InviteOtherPage { masked: masked.clone(), got: signed_in.clone() }.render(ui, frame))
        }
        View::InvitationProblem { expired_at } => {
            let page = InviteProblemPage { expired: *expired_at, signin: None };
            (StatusCode::NOT_FOUND, page.render(ui, frame))
        }
        View::Report(report) => {
            let status = if report.is_some() { ok } else { StatusCode::NOT_FOUND };
            (status, report_page(report.as_ref()).render(ui, frame))
        }
        View::SignOut { address, query } => (ok, sign_out(page, address, query).render(ui, frame)),
        View::SignedOut { back: place } => {
            let back = place.as_deref().and_then(|p| app_link(page, p));
            let page =
                SignedOutPage { apps: Vec::new(), failed: Vec::new(), again: None, back, frames: Vec::new() };
            (ok, page.render(ui, frame))
        }
        View::FormPost => (
            ok,
            SignedOutPage {
                apps: Vec::new(),
                failed: Vec::new(),
                again: None,
                back: None,
                frames: Vec::new(),
            }
            .render(ui, frame),
        ),
        View::Blocked(reason) => {
            (StatusCode::FORBIDDEN, blocked(page, blocked_reason(*reason), trace).render(ui, frame))
        }
        View::NoWay { address } => {
            let reason = BlockReason::NoMethod { email: address.clone() };
            (StatusCode::FORBIDDEN, blocked(page, reason, trace).render(ui, frame))
        }
    }
}

/// Seconds for `Retry-After` (DOS-03, G08).
pub(crate) fn retry_after(page: &Page, now: Instant) -> Option<i64> {
    let until = match &page.view {
        View::Wait { until } | View::Locked { lock: Lock::Paused(until) | Lock::Suspended(until), .. } => {
            *until
        }
        View::SendCode { wait: Some(wait), .. } => wait.until(),
        View::EnterCode(EnterCode { state: CodeState::Early(at) | CodeState::Enough(at), .. }) => *at,
        _ => return None,
    };
    Some((until - now).num_seconds().max(1))
}

fn email(
    page: &Page,
    value: Option<&String>,
    prefilled: bool,
    error: Option<&EmailProblem>,
    suggestion: Option<&String>,
) -> AddressPage {
    AddressPage {
        value: value.cloned(),
        prefilled,
        problem: error.map(|e| match e {
            EmailProblem::Empty => AddressProblem::Empty,
            EmailProblem::Format => AddressProblem::Format,
            EmailProblem::Domain(domain) => AddressProblem::Domain(domain.clone()),
        }),
        suggestion: suggestion.cloned(),
        code_off: !page.tenant.discovery.passcode,
    }
}

fn accounts_page(accounts: &[(String, bool)], forgot: Option<&String>) -> AccountsPage {
    let row = |(email, signed_in): &(String, bool)| AccountRow {
        key: email.clone(),
        email: email.clone(),
        detail: if *signed_in { AccountDetail::SignedIn } else { AccountDetail::Code },
    };
    AccountsPage { accounts: accounts.iter().map(row).collect(), removed: forgot.cloned() }
}

fn send_code(state: &State, frame: &Frame, address: &str, wait: Option<Wait>, bounced: bool) -> Rendered {
    let problem = match wait {
        Some(wait) => Some(SendProblem::Wait { at: wait.until() }),
        None => bounced.then(|| SendProblem::Bounced { domain: domain_of(address) }),
    };
    let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK };
    let page = SendCodePage { email: address.to_owned(), first_time: wait.is_none() && !bounced, problem };
    (status, page.render(&state.ui, frame))
}

fn enter_code(state: &State, page: &Page, frame: &Frame, code: &EnterCode) -> Rendered {
    let problem = match &code.state {
        CodeState::Shape(ShapeError::Empty) => Some(CodeProblem::Empty),
        CodeState::Shape(ShapeError::Length(n)) => Some(CodeProblem::Length(*n)),
        CodeState::Shape(ShapeError::Characters) => Some(CodeProblem::Chars),
        CodeState::Wrong { left } if *left <= 2 => Some(CodeProblem::WrongLeft(*left)),
        CodeState::Wrong { .. } => Some(CodeProblem::Wrong),
        CodeState::Expired => Some(CodeProblem::Expired),
        CodeState::Open | CodeState::Early(_) | CodeState::Enough(_) => None,
    };
    let (hint, resend_at) = match &code.state {
        CodeState::Early(at) => (Some(ResendHint::Early), *at),
        CodeState::Enough(at) => (Some(ResendHint::Max), *at),
        _ => (None, code.resend_at),
    };
    let status = match (&problem, &hint) {
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, Some(_)) => StatusCode::TOO_MANY_REQUESTS,
        (None, None) => StatusCode::OK,
    };
    let context = EnterCodePage {
        email: code.address.clone(),
        until: code.expires_at,
        lifetime: page.tenant.settings.code.lifetime(),
        mark: code.mark.clone(),
        ordinal: u32::try_from(code.ordinal).unwrap_or_default(),
        resend_at,
        auto_submit: code.auto_submit && code.state == CodeState::Open,
        resent: code.ordinal > 1 && code.state == CodeState::Open,
        problem,
        hint,
        bounced: code.bounced.then(|| domain_of(&code.address)),
        help_open: code.ordinal > 2,
        sign_up: code.sign_up,
        sender: state.app.options.mail_from.as_str().to_owned(),
        reference: None,
    };
    (status, context.render(&state.ui, frame))
}

fn locked(
    state: &State,
    frame: &Frame,
    address: &str,
    lock: Lock,
    ordinal: i32,
    resend_at: Instant,
) -> Rendered {
    let (locked, resend_at, status) = match lock {
        Lock::Burned => (Locked::Burned, resend_at, StatusCode::UNPROCESSABLE_ENTITY),
        Lock::Paused(until) => (Locked::Paused, until, StatusCode::TOO_MANY_REQUESTS),
        Lock::Suspended(until) => (Locked::Suspended, until, StatusCode::TOO_MANY_REQUESTS),
    };
    let page = LockedPage {
        email: address.to_owned(),
        locked,
        ordinal: u32::try_from(ordinal).unwrap_or_default(),
        resend_at,
    };
    (status, page.render(&state.ui, frame))
}

fn review_page(page: &Page, review: &Review) -> ReviewPage {
    let settings = &page.tenant.settings;
    ReviewPage {
        email: review.address.clone(),
        inviter: review.inviter.clone(),
        verified_domain: page.tenant.verified_domain().map(ToOwned::to_owned),
        privacy: settings.privacy_url.as_deref().and_then(Link::parse),
        terms_version: review.terms.unwrap_or_default(),
        terms: if review.terms.is_some() {
            Some(settings.terms_url.as_deref().and_then(Link::parse).unwrap_or_else(|| terms(page)))
        } else {
            None
        },
        terms_missing: review.terms_missing,
        host: review.destination.clone(),
    }
}

/// Terms that the tenant has not put anywhere of its own stand on our page about them.
fn terms(page: &Page) -> Link {
    link(&format!("/{}/signin/help/terms", page.segment))
}

fn invite(frame: &Frame, invitation: &Invitation) -> InvitePage {
    InvitePage {
        email: invitation.address.clone(),
        inviter: invitation.inviter.clone(),
        inviter_email: invitation.inviter_email.clone(),
        message: invitation.message.clone(),
        app: frame.app.clone(),
        until: invitation.expires_at.filter(|_| !invitation.back),
        back: invitation.back,
    }
}

fn report_page(report: Option<&Report>) -> ReportPage {
    let Some(report) = report else { return ReportPage { state: ReportState::Ended, facts: None } };
    let state = match (report.said, report.paused_until, report.fate) {
        (Said::Mine, _, _) => ReportState::Mine,
        (Said::Resumed, _, _) => ReportState::Resumed,
        (Said::Done | Said::Nothing, Some(until), _) => ReportState::Paused { until },
        (Said::Done, None, _) => ReportState::Done,
        (Said::Nothing, None, Fate::Live) => ReportState::Live,
        (Said::Nothing, None, Fate::Expired) => ReportState::Expired,
        (Said::Nothing, None, Fate::Used(at)) => ReportState::Used { at },
    };
    ReportPage { state, facts: Some(report.facts.clone()) }
}

fn sign_out(page: &Page, address: &str, query: &str) -> SignOutPage {
    let stay = page
        .application
        .as_ref()
        .and_then(|a| a.application.settings.homepage.as_deref().and_then(Link::parse));
    SignOutPage { email: Some(address.to_owned()), fields: vec![("request".into(), query.to_owned())], stay }
}

fn blocked(page: &Page, reason: BlockReason, trace: &str) -> BlockedPage {
    let switch = page.locator.as_ref().map(|i| link(&format!("/{}/signin?i={i}&change=1", page.segment)));
    let code = match reason {
        BlockReason::NoMethod { .. } => ErrorCode::NoMethod,
        _ => ErrorCode::PolicyBlocked,
    };
    tracing::info!(trace, %code, "refused");
    BlockedPage { code, reason, trace: trace.to_owned(), switch, back: back(page) }
}

fn blocked_reason(reason: Blocked) -> BlockReason {
    match reason {
        // A time rule that names no hours has nothing more to say than a rule.
        Blocked::Generic | Blocked::Time => BlockReason::Generic,
        Blocked::Country => BlockReason::Country,
        Blocked::Network => BlockReason::Network,
        Blocked::Device => BlockReason::Device,
        Blocked::Risk => BlockReason::Risk,
    }
}

fn back(page: &Page) -> Option<AppLink> {
    app_link(page, page.back.as_deref()?)
}

fn app_link(page: &Page, url: &str) -> Option<AppLink> {
    let name = page.application.as_ref().map(|a| a.application.name.clone())?;
    Some(AppLink { name, link: Link::parse(url)? })
}

fn signin_path(page: &Page) -> String {
    let locator = page.locator.as_ref().map(|i| format!("?i={i}")).unwrap_or_default();
    if page.locator.is_some() {
        format!("/{}/signin{locator}", page.segment)
    } else {
        format!("/{}/invite", page.segment)
    }
}

fn link(path: &str) -> Link {
    Link::path(path).unwrap_or_else(Link::root)
}

fn domain_of(address: &str) -> String {
    Address::parse(address).map(|a| a.domain().to_string()).unwrap_or_default()
}
