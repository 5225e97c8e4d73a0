//! Every page state, every mail, every error code and every word is reached by somebody. What only exists as words and
//! templates is deleted, or owed by name.

use std::collections::BTreeSet;

use url::{Url, form_urlencoded};
use vestibule_core::error::ErrorCode;
use vestibule_oidc::error::OAuthErrorCode;
use vestibule_testkit::browser::Exchange;
use vestibule_testkit::flows::{Flow, watch};
use vestibule_testkit::smtp::Mail;
use vestibule_ui::samples::page_states;

use crate::words_of::{Message, messages};
use crate::{mailing, pages, policies, rare, report, steps, throttles};

/// What nothing leads to yet: pages, by id and state.
const OWED_STATES: &[(&str, &str)] = &[
    // Mail that is down for everybody is told by nobody.
    ("G05", "mail-down"),
    ("G24", "mail-down"),
];

/// Words that nothing says yet.
const OWED_WORDS: &[&str] = &[
    // Mail that is down for everybody.
    "send-error-mail",
    "mail-down-title",
    // Whom to ask who got no code.
    "code-help-contact",
    // The way on from a dead invitation (whose button says the same as a title elsewhere), and after a sign-out.
    "inviteprob-signin",
    "signedout-again",
];

/// Error codes of pages that nothing answers yet.
const OWED_CODES: &[&str] = &["mail-down"];

/// The code of a page that names none, G28.
const ON_NO_PAGE: &[&str] = &["cookies"];

/// OAuth errors that nothing answers yet: the consent page is not built.
const OWED_OAUTH: &[&str] = &["consent_required"];

/// What was seen of a server by everybody who came to it.
#[derive(Default)]
struct Seen {
    answers: Vec<Exchange>,
    mails: Vec<Mail>,
}

impl Seen {
    fn plays<F: Flow>(&mut self) {
        let (answers, mails) = watch::<F>();
        self.answers.extend(answers);
        self.mails.extend(mails);
    }

    /// The pages, as HTML.
    fn pages(&self) -> impl Iterator<Item = String> {
        let html = self.answers.iter().filter(|one| one.header("content-type").starts_with("text/html"));
        html.map(Exchange::text)
    }

    /// Id and state of each page.
    fn states(&self) -> BTreeSet<(String, String)> {
        let attribute = |html: &str, name: &str| {
            let (_, rest) = html.split_once("<main id=\"main\"")?;
            let (tag, _) = rest.split_once('>')?;
            let (_, value) = tag.split_once(&format!(" {name}=\""))?;
            Some(value.split('"').next().unwrap_or_default().to_owned())
        };
        let both = |html: String| attribute(&html, "data-testid").zip(attribute(&html, "data-state"));
        self.pages().filter_map(both).collect()
    }

    /// What is asked for as an error of OAuth: in redirects and in JSON.
    fn oauth_errors(&self) -> BTreeSet<String> {
        let told = |one: &Exchange| {
            let json: serde_json::Value = serde_json::from_slice(&one.body).unwrap_or_default();
            let body = json["error"].as_str().map(ToOwned::to_owned);
            let urls = [Some(one.url.clone()), one.location()];
            let asked = |url: Url| {
                let parameters = [url.query(), url.fragment()].into_iter().flatten();
                let pairs = parameters.flat_map(|text| form_urlencoded::parse(text.as_bytes()));
                pairs.filter(|(name, _)| name == "error").map(|(_, error)| error.into_owned()).collect()
            };
            let in_urls = urls.into_iter().flatten().flat_map(|url| -> Vec<String> { asked(url) });
            in_urls.chain(body).collect::<Vec<_>>()
        };
        self.answers.iter().flat_map(told).collect()
    }
}

fn missing<'a>(
    all: impl Iterator<Item = &'a str>,
    owed: &[&str],
    reached: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for one in all {
        match (reached(one), owed.contains(&one)) {
            (true, true) => complaints.push(format!("{one} is reached, and owed no more")),
            (false, false) => complaints.push(format!("{one} is reached by nobody")),
            (true, false) | (false, true) => {}
        }
    }
    complaints
}

/// The walks that together reach everything.
fn all_walks() -> Seen {
    let mut seen = Seen::default();
    seen.plays::<pages::pages_of_the_code::Told>();
    seen.plays::<pages::pages_of_waiting_and_agreeing::Told>();
    seen.plays::<pages::pages_of_invitations_and_reports::Told>();
    seen.plays::<pages::pages_of_leaving_errors_and_help::Told>();
    seen.plays::<policies::otp_26_a_second_step_that_cannot_be_had::Told>();
    seen.plays::<report::otp_23_stopping_a_finished_sign_in::Told>();
    seen.plays::<steps::otp_13_hrd_09_adr_05_switched_off_on_the_way::Told>();
    seen.plays::<throttles::dos_08_otp_05_a_suspension_ends::Told>();
    seen.plays::<throttles::otp_08_five_sends_an_hour::Told>();
    seen.plays::<mailing::mail_01_adr_07_names_that_lie::Told>();
    seen.plays::<rare::trips_that_end_early::Told>();
    seen.plays::<rare::invitations_without_an_application::Told>();
    seen.plays::<rare::a_fresh_code_to_an_address_that_bounced::Told>();
    seen.plays::<rare::pages_about_faults_of_ours::Told>();
    seen.plays::<rare::an_account_that_is_signed_in::Told>();
    seen.plays::<rare::mails_that_are_rarely_sent::Told>();
    seen.plays::<rare::the_mailbox_of_a_demonstration::Told>();
    seen.plays::<rare::errors_of_the_authorization_endpoint::Told>();
    seen.plays::<rare::errors_of_the_token_endpoint_and_userinfo::Told>();
    seen
}

/// Nothing stands in templates, words or catalogues that nobody can meet, on pages, in mails and in answers to programs.
#[test]
fn every_page_state_is_reached() {
    let seen = all_walks();
    let states = seen.states();
    let mut complaints = Vec::new();
    for (id, state) in page_states() {
        let reached = states.contains(&(id.to_owned(), state.to_owned()));
        if reached == OWED_STATES.contains(&(id, state)) {
            complaints.push(format!("{id} {state}: reached {reached}"));
        }
    }
    let codes = ErrorCode::ALL.iter().map(|code| code.as_str()).filter(|code| !ON_NO_PAGE.contains(code));
    let html: Vec<String> = seen.pages().collect();
    let on_a_page = |code: &str| {
        html.iter()
            .any(|page| page.contains(&format!(">{code}<")) || page.contains(&format!(">{code} (AADSTS")))
    };
    complaints.extend(missing(codes, OWED_CODES, on_a_page));
    let errors = seen.oauth_errors();
    let oauth = OAuthErrorCode::ALL.iter().map(|code| code.as_str());
    complaints.extend(missing(oauth, OWED_OAUTH, |code| errors.contains(code)));
    let texts: Vec<String> = html
        .into_iter()
        .chain(seen.mails.iter().flat_map(|mail| [&mail.subject, &mail.text, &mail.html].map(Clone::clone)))
        .map(|text| crate::words_of::plain(&text))
        .collect();
    let words = messages();
    let said = |key: &str| {
        words.iter().filter(|m| m.key == key).all(|m: &Message| texts.iter().any(|text| m.stands_in(text)))
    };
    let keys: BTreeSet<&str> = words.iter().map(|message| message.key.as_str()).collect();
    complaints.extend(missing(keys.into_iter(), OWED_WORDS, said));
    assert!(complaints.is_empty(), "{} things:\n{}", complaints.len(), complaints.join("\n"));
}
