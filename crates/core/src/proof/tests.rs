use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::clock::Instant;
use crate::discovery::UpstreamAnswer;
use crate::ids::{InteractionId, ProviderId, Realm, TenantId};
use crate::log::{StepKind, StepTaken};
use crate::method::{Method, Way};

const ALPHA: Realm = Realm::Tenant(TenantId(Uuid::from_u128(1)));
const MINE: InteractionId = InteractionId(Uuid::from_u128(3));
const GINA: &str = "gina@guest.test";
const ISSUER: &str = "https://issuer.test";
const FEDERATED: Way = Way::Federated(ProviderId(Uuid::from_u128(7)));
const HOME: Way = Way::Organization(TenantId(Uuid::from_u128(8)));

fn at(minutes: i64) -> Instant {
    Instant::from_timestamp(1_770_000_000 + 60 * minutes, 0).unwrap()
}

fn proof(realm: Realm, interaction: InteractionId) -> MailboxProof {
    MailboxProof::earned(realm, interaction, GINA, at(0))
}

/// What any verifier gives.
struct Earned(Realm, InteractionId, Proven);

impl Proof for Earned {
    fn place(&self) -> (Realm, InteractionId) {
        (self.0, self.1)
    }

    fn proven(&self) -> Proven {
        self.2.clone()
    }
}

fn record(ledger: &mut Ledger, proven: Proven) -> bool {
    ledger.record(ALPHA, MINE, &Earned(ALPHA, MINE, proven)).is_some()
}

fn evidence(way: Way, level: Option<Level>, amr: &[Amr]) -> Evidence {
    let issuer = way.line().idp.unwrap_or(ISSUER).to_owned();
    let identity = IdentityKey { way, issuer, subject: "subject".to_owned() };
    Evidence::of(identity, Some(GINA), at(0), level, AmrSet::of(amr))
}

const fn second(factor: Factor, at: Instant) -> SecondStep {
    SecondStep { factor, at }
}

/// What a trip with these proofs is worth, through its ledger and the ledger's row.
fn worth(first: Evidence, factor: Option<Factor>) -> Authentication {
    let mut ledger = Ledger::default();
    assert!(record(&mut ledger, Proven::First(first)));
    if let Some(factor) = factor {
        assert!(record(&mut ledger, Proven::Second(second(factor, at(5)))));
    }
    let back = Ledger::read(&ledger.to_json()).unwrap();
    assert_eq!(back, ledger);
    back.authentication(GINA).unwrap()
}

/// Some of everything.
fn full() -> Ledger {
    let mut ledger = Ledger::default();
    assert!(ledger.record(ALPHA, MINE, &proof(ALPHA, MINE)).is_some());
    let federated = Evidence {
        upstream_sid: Some("sid".to_owned()),
        ..evidence(FEDERATED, Some(Level::Single), &[Amr::Pwd, Amr::Sms])
    };
    assert!(record(&mut ledger, Proven::First(federated)));
    assert!(record(&mut ledger, Proven::Second(second(Factor::RecoveryCode, at(2)))));
    ledger.answered(FEDERATED, UpstreamAnswer::Failed);
    ledger.answered(HOME, UpstreamAnswer::NotMine);
    ledger.accept_review(Some(3));
    for (step, method) in [(StepKind::EnterCode, Some(Method::Passcode)), (StepKind::Review, None)] {
        ledger.took(StepTaken { step, method, result: "success".to_owned(), at: at(1) });
    }
    ledger
}

/// HRD-02: a proof counts only in the realm and interaction where it was earned, and only for its address.
#[test]
fn hrd_02_a_proof_counts_only_where_it_was_earned() {
    let beta = Realm::Tenant(TenantId(Uuid::from_u128(2)));
    let other = InteractionId(Uuid::from_u128(4));
    let mut ledger = Ledger::default();
    assert_eq!(ledger.record(beta, MINE, &proof(ALPHA, MINE)), None);
    assert_eq!(ledger.record(ALPHA, other, &proof(ALPHA, MINE)), None);
    assert_eq!(ledger.record(Realm::Accounts, MINE, &proof(ALPHA, MINE)), None);
    assert!(ledger.authentication(GINA).is_none() && ledger.first(GINA).is_none());
    assert_eq!(ledger, Ledger::default());
    assert!(ledger.record(ALPHA, MINE, &proof(ALPHA, MINE)).is_some());
    assert!(ledger.authentication(GINA).is_some() && ledger.first(GINA).is_some());
    assert!(ledger.authentication("paul@pass.test").is_none());
    assert_eq!(ledger.newest(), Some(Way::Passcode));
    let step = Proven::Second(second(Factor::Totp, at(1)));
    for (realm, interaction) in [(beta, MINE), (ALPHA, other), (Realm::Accounts, MINE)] {
        assert_eq!(ledger.record(ALPHA, MINE, &Earned(realm, interaction, step.clone())), None);
    }
    assert_eq!(ledger.authentication(GINA).unwrap().second_at, None);
}

/// MFA-05, OTP-26: mailbox proof is `otp` at the mailbox level, never `mfa`, however often it is repeated.
#[test]
fn mfa_05_otp_26_mailbox_proofs_never_add_up() {
    let mut ledger = Ledger::default();
    for _ in 0..3 {
        assert!(ledger.record(ALPHA, MINE, &proof(ALPHA, MINE)).is_some());
    }
    let auth = ledger.authentication(GINA).unwrap();
    assert_eq!((auth.amr.words(), auth.level), (vec!["otp"], Some(Level::Mailbox)));
    assert_eq!((auth.idp.as_str(), auth.at, auth.second_at), ("mail", at(0), None));
    assert_eq!(auth.most(), Some(Level::Mailbox), "nor may it ever");
}

/// A row of the table: evidence, and what tokens tell of it.
struct Row {
    proven: String,
    first: Evidence,
    then: Option<Factor>,
    acr: Option<&'static str>,
    amr: &'static [&'static str],
    idp: &'static str,
}

/// Evidence and a second step, then the expected columns.
type Written = (Evidence, Option<Factor>, Option<&'static str>, &'static [&'static str], &'static str);

fn table() -> Vec<Row> {
    let mailbox = Some("urn:vestibule:acr:mailbox");
    let single = Some("urn:vestibule:acr:single");
    let mfa = Some("urn:vestibule:acr:mfa");
    let (totp, passkey, recovery) = (Some(Factor::Totp), Some(Factor::Passkey), Some(Factor::RecoveryCode));
    let code = || evidence(Way::Passcode, Some(Level::Mailbox), &[Amr::Otp]);
    let password = || evidence(Way::Account, Some(Level::Single), &[Amr::Pwd]);
    let own_passkey = || evidence(Way::Account, Some(Level::Mfa), &[Amr::Pop, Amr::User, Amr::Mfa]);
    let silent = || evidence(FEDERATED, None, &[]);
    let mapped = |way| evidence(way, Some(Level::Single), &[Amr::Pwd]);
    let rows: [(&str, Written); 12] = [
        ("a mailed code", (code(), None, mailbox, &["otp"], "mail")),
        ("a mailed code", (code(), totp, mailbox, &["otp"], "mail")),
        ("a mailed code", (code(), passkey, mailbox, &["otp"], "mail")),
        ("the password of an account", (password(), None, single, &["pwd"], "account")),
        ("the password of an account", (password(), totp, mfa, &["pwd", "otp", "mfa"], "account")),
        ("the password of an account", (password(), recovery, mfa, &["pwd", "mfa"], "account")),
        (
            "the passkey of an account, with PIN or biometrics",
            (own_passkey(), None, mfa, &["pop", "user", "mfa"], "account"),
        ),
        ("a provider that says nothing more", (silent(), None, None, &[], ISSUER)),
        ("a provider that says nothing more", (silent(), totp, None, &[], ISSUER)),
        ("a provider that says: by password", (mapped(FEDERATED), None, single, &["pwd"], ISSUER)),
        ("a provider that says: by password", (mapped(FEDERATED), totp, mfa, &["pwd", "otp", "mfa"], ISSUER)),
        ("a home organisation that says: by password", (mapped(HOME), None, single, &["pwd"], ISSUER)),
    ];
    let row = |(name, (first, then, acr, amr, idp)): (&str, Written)| {
        let step = match then {
            None => "",
            Some(Factor::Totp) => ", then an authenticator app",
            Some(Factor::Passkey) => ", then a passkey",
            Some(Factor::RecoveryCode) => ", then a recovery code",
        };
        Row { proven: format!("{name}{step}"), first, then, acr, amr, idp }
    };
    rows.into_iter().map(row).collect()
}

/// The row as the reference prints it.
fn printed(row: &Row) -> String {
    let acr = row.acr.map_or("no claim".to_owned(), |acr| format!("`{acr}`"));
    let amr = json!(row.amr);
    let idp = match row.first.identity.way {
        Way::Federated(_) => "the provider's issuer".to_owned(),
        Way::Organization(_) => "the organisation's issuer".to_owned(),
        Way::Account | Way::Passcode => format!("`{}`", row.idp),
    };
    format!("| {} | {acr} | `{amr}` | {idp} |", row.proven)
}

/// MFA-05, OTP-26: evidence → `acr`, `amr`, `idp`, `auth_time`. Through the ledger and back from a session's row, and row
/// by row as `docs/reference/claims.md` prints it.
#[test]
fn mfa_05_otp_26_what_a_proof_is_worth() {
    let page = include_str!("../../../../docs/reference/claims.md");
    let section = page.split("\n## ").find(|s| s.starts_with("What a proof is worth\n")).unwrap();
    let rows: Vec<&str> = section
        .lines()
        .skip_while(|l| !l.starts_with("| ---"))
        .skip(1)
        .take_while(|l| l.starts_with('|'))
        .collect();
    let table = table();
    assert_eq!(rows, table.iter().map(printed).collect::<Vec<_>>(), "the page says what the table says");
    assert!(section.contains(
        "`auth_time` is when the first proof was given, in every row: a second step does not move it."
    ));
    for row in table {
        let auth = worth(row.first.clone(), row.then);
        assert_eq!(auth.level.map(Level::as_str), row.acr, "{}", row.proven);
        assert_eq!(auth.amr.words(), row.amr, "{}", row.proven);
        assert_eq!(auth.idp.as_str(), row.idp, "{}", row.proven);
        assert_eq!(auth.at, at(0), "{}: auth_time", row.proven);
        assert_eq!(
            auth.second_at,
            row.then.map(|_| at(5)),
            "{}: for the tenant's own rule (MFA-06)",
            row.proven
        );
        assert_eq!(auth.way, row.first.identity.way, "{}", row.proven);
        assert_eq!(Authentication::read(auth.stored()).as_ref(), Ok(&auth), "{}", row.proven);
    }
}

/// OTP-26: a second step is worth asking for only where it still adds something.
#[test]
fn otp_26_tells_what_a_second_step_can_add() {
    for (first, before, after) in [
        (
            evidence(Way::Passcode, Some(Level::Mailbox), &[Amr::Otp]),
            Some(Level::Mailbox),
            Some(Level::Mailbox),
        ),
        (evidence(Way::Account, Some(Level::Single), &[Amr::Pwd]), Some(Level::Mfa), Some(Level::Mfa)),
        (evidence(FEDERATED, None, &[]), None, None),
        (evidence(HOME, Some(Level::Mailbox), &[Amr::Otp]), Some(Level::Mailbox), Some(Level::Mailbox)),
    ] {
        assert_eq!(worth(first.clone(), None).most(), before, "{first:?}");
        for factor in Factor::ALL.iter().copied() {
            let stepped = worth(first.clone(), Some(factor));
            assert_eq!(
                (stepped.most(), stepped.level),
                (after, after),
                "{first:?} {factor}: reached, or never"
            );
        }
    }
    let password = worth(evidence(Way::Account, Some(Level::Single), &[Amr::Pwd]), None);
    let odd = StoredAuthentication { second_at: Some(at(5)), ..password.stored() };
    assert_eq!(Authentication::read(odd).unwrap().most(), Some(Level::Single), "not once more");
}

/// A second step counts with a first, and for one person only: it does not say whose it is.
#[test]
fn a_second_step_belongs_to_a_first() {
    let step = || Proven::Second(second(Factor::Totp, at(5)));
    let mut ledger = Ledger::default();
    assert!(!record(&mut ledger, step()), "second to nothing is nothing");
    assert_eq!(ledger, Ledger::default());
    let password = evidence(Way::Account, Some(Level::Single), &[Amr::Pwd]);
    assert!(record(&mut ledger, Proven::First(password.clone())));
    assert!(record(&mut ledger, step()));
    assert_eq!(ledger.authentication(GINA).unwrap().level, Some(Level::Mfa));
    let paul = Evidence { address_key: Some("paul@pass.test".to_owned()), ..password.clone() };
    assert!(record(&mut ledger, Proven::First(paul)));
    for address in [GINA, "paul@pass.test"] {
        let auth = ledger.authentication(address).unwrap();
        assert_eq!((auth.level, auth.second_at), (Some(Level::Single), None), "{address}");
    }
    let nobody = Evidence { address_key: None, ..password };
    let mut ledger = Ledger::default();
    assert!(record(&mut ledger, Proven::First(nobody)));
    assert!(record(&mut ledger, step()));
    assert!(ledger.record(ALPHA, MINE, &proof(ALPHA, MINE)).is_some());
    assert_eq!(ledger.authentication(GINA).unwrap().second_at, None);
    let mut odd = Ledger::default().to_json();
    odd["second"] = full().to_json()["second"].clone();
    assert_eq!(Ledger::read(&odd), Err(Unreadable), "nor does such a row count");
}

/// The newest proof of an address decides.
#[test]
fn the_newest_proof_of_an_address_counts() {
    let mut ledger = Ledger::default();
    assert!(ledger.record(ALPHA, MINE, &proof(ALPHA, MINE)).is_some());
    let later = Evidence { at: at(9), ..evidence(Way::Account, Some(Level::Single), &[Amr::Pwd]) };
    assert!(record(&mut ledger, Proven::First(later.clone())));
    assert_eq!((ledger.first(GINA), ledger.newest()), (Some(&later), Some(Way::Account)));
    assert_eq!(ledger.authentication(GINA).unwrap().at, at(9));
}

/// What an upstream said last stands; what was agreed to is not taken back.
#[test]
fn a_ledger_keeps_answers_and_agreements() {
    let mut ledger = full();
    assert_eq!(
        (ledger.answer(FEDERATED), ledger.answer(HOME)),
        (UpstreamAnswer::Failed, UpstreamAnswer::NotMine)
    );
    assert_eq!(
        ledger.answer(Way::Federated(ProviderId(Uuid::from_u128(70)))),
        UpstreamAnswer::Unasked,
        "another provider"
    );
    ledger.answered(FEDERATED, UpstreamAnswer::Unasked);
    assert_eq!(
        (ledger.answer(FEDERATED), ledger.answer(HOME)),
        (UpstreamAnswer::Unasked, UpstreamAnswer::NotMine)
    );
    ledger.accept_review(None);
    assert!(ledger.reviewed());
    assert_eq!(ledger.agreed_terms(), Some(3));
    ledger.accept_review(Some(2));
    assert_eq!(ledger.agreed_terms(), Some(3));
    assert_eq!(ledger.steps().len(), 2);
    let fresh = Ledger::default();
    assert_eq!((fresh.reviewed(), fresh.agreed_terms(), fresh.newest()), (false, None, None));
}

/// A ledger comes back whole, with everything in it.
#[test]
fn a_ledger_round_trips() {
    for ledger in [Ledger::default(), full()] {
        let json = ledger.to_json();
        assert_eq!(Ledger::read(&json), Ok(ledger));
        let text = serde_json::from_str::<Value>(&json.to_string()).unwrap();
        assert_eq!(text, json);
    }
    assert_eq!(Ledger::default().to_json(), json!({}), "nothing is written that is not there");
}

/// The same JSON with another value at a place, which may be a new one.
fn changed(json: &Value, path: &str, value: Value) -> Value {
    let mut json = json.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Value::Array(values) => values[name.parse::<usize>().unwrap()] = value,
        other => other[name] = value,
    }
    json
}

/// Rule 1: a ledger that cannot be read is no ledger, in no part and never a default. What somebody wrote into a row
/// proves no more than a verifier could have.
#[test]
fn a_ledger_fails_closed() {
    let base = full().to_json();
    let change = |path: &str, value: Value| changed(&base, path, value);
    let only = |evidence: &Value| json!({ "evidence": [evidence] });
    let code = &base["evidence"][0];
    assert!(Ledger::read(&only(code)).is_ok());
    let code = |path: &str, value: Value| only(&changed(code, path, value));
    let mut way_of = base.clone();
    way_of["evidence"][1]["identity"]["way"].as_object_mut().unwrap().remove("of").unwrap();
    for odd in [
        Value::Null,
        json!([]),
        json!("{}"),
        json!({ "proofs": [{ "kind": "mailbox", "address": GINA, "at": 1, "via": "code" }], "reviewed": true }),
        // Unknown fields, at every depth.
        change("/extra", true.into()),
        change("/evidence/0/extra", true.into()),
        change("/evidence/0/identity/extra", true.into()),
        change("/evidence/0/identity/way/extra", true.into()),
        change("/second/extra", true.into()),
        change("/steps/0/extra", true.into()),
        // Unknown words.
        change("/evidence/0/identity/way/method", "carrier-pigeon".into()),
        change("/evidence/1/level", "urn:vestibule:acr:super".into()),
        change("/evidence/1/level", "mfa".into()),
        change("/evidence/1/amr", "pwd retina".into()),
        change("/evidence/1/amr", json!(["pwd"])),
        change("/second/factor", "mailbox".into()),
        change("/answers/0/1", "perhaps".into()),
        change("/answers/0/0/method", "carrier-pigeon".into()),
        change("/steps/0/method", "carrier-pigeon".into()),
        change("/steps/0/step", "dance".into()),
        // Half a way.
        way_of,
        change("/evidence/0/identity/way/of", json!(Uuid::from_u128(7))),
        // Other shapes.
        change("/evidence/0/at", "yesterday".into()),
        change("/evidence/0/at", i64::MAX.into()),
        change("/evidence/0/address_key", 1.into()),
        change("/reviewed", "yes".into()),
        change("/terms", (-1).into()),
        change("/evidence", json!({})),
        // More than a code can give.
        code("/level", "urn:vestibule:acr:mfa".into()),
        code("/level", "urn:vestibule:acr:single".into()),
        code("/amr", "otp mfa".into()),
        code("/amr", "otp pwd".into()),
        code("/amr", "mfa".into()),
        code("/identity/issuer", ISSUER.into()),
        code("/identity/issuer", "account".into()),
        code("/identity/way", json!({ "method": "account" })),
        // More than a provider can give, or less than it says.
        change("/evidence/1/identity/issuer", "mail".into()),
        change("/evidence/1/identity/issuer", "account".into()),
        change("/evidence/1/amr", "pwd mfa".into()),
        change("/evidence/1/level", "urn:vestibule:acr:mfa".into()),
    ] {
        assert_eq!(Ledger::read(&odd), Err(Unreadable), "{odd}");
    }
}

/// What no method of the table can give is recorded from no proof.
#[test]
fn a_proof_beyond_its_way_is_refused() {
    for beyond in [
        evidence(Way::Passcode, Some(Level::Mfa), &[Amr::Otp, Amr::Mfa]),
        evidence(Way::Passcode, Some(Level::Single), &[Amr::Otp]),
        evidence(Way::Passcode, Some(Level::Mailbox), &[Amr::Pwd]),
        evidence(Way::Account, Some(Level::Single), &[Amr::Pwd, Amr::Otp]),
        evidence(Way::Account, Some(Level::Single), &[Amr::Pwd, Amr::Mfa]),
        evidence(Way::Account, Some(Level::Mfa), &[Amr::Pwd]),
        evidence(FEDERATED, Some(Level::Mfa), &[Amr::Pwd]),
        evidence(FEDERATED, None, &[Amr::Mfa]),
        Evidence {
            identity: IdentityKey { way: FEDERATED, issuer: "mail".to_owned(), subject: GINA.to_owned() },
            ..evidence(FEDERATED, None, &[])
        },
        Evidence {
            identity: IdentityKey { way: Way::Passcode, issuer: ISSUER.to_owned(), subject: GINA.to_owned() },
            ..evidence(Way::Passcode, Some(Level::Mailbox), &[Amr::Otp])
        },
    ] {
        let mut ledger = Ledger::default();
        assert!(!record(&mut ledger, Proven::First(beyond.clone())), "{beyond:?}");
        assert_eq!(ledger, Ledger::default());
    }
}

/// All subsets of five values, and one with a value that no way of our own has.
fn amr_sets() -> Vec<AmrSet> {
    let values = [Amr::Pwd, Amr::Otp, Amr::Pop, Amr::User, Amr::Mfa];
    let subset = |bits: u8| {
        let chosen = values.iter().enumerate().filter(|(nth, _)| bits & (1 << nth) != 0);
        AmrSet::of(&chosen.map(|(_, value)| *value).collect::<Vec<_>>())
    };
    (0..32).map(subset).chain([AmrSet::of(&[Amr::Pwd, Amr::Sms])]).collect()
}

fn levels() -> Vec<Option<Level>> {
    [None].into_iter().chain(Level::ALL.iter().copied().map(Some)).collect()
}

fn way(method: Method) -> Way {
    method.plain().or_else(|| Way::stored(method, Some(Uuid::from_u128(7)))).unwrap()
}

/// Everything that proofs of a way can be worth, alone or with a second step.
fn reachable(method: Method, with_second: bool) -> Vec<Authentication> {
    let mut found = Vec::new();
    for level in levels() {
        for amr in amr_sets() {
            let first = Evidence { amr, ..evidence(way(method), level, &[]) };
            if !record(&mut Ledger::default(), Proven::First(first.clone())) {
                continue;
            }
            if with_second {
                found.extend(Factor::ALL.iter().map(|factor| worth(first.clone(), Some(*factor))));
            } else {
                found.push(worth(first, None));
            }
        }
    }
    found
}

/// Rule 1: a session's row, whatever stands in its columns, tells no more than the best proof of its way could have given.
#[test]
fn a_row_claims_no_more_than_its_way_can_give() {
    for method in Method::ALL.iter().copied() {
        let (mut good, mut bad) = (0, 0);
        for second_at in [None, Some(at(5))] {
            let best = reachable(method, second_at.is_some());
            for row in rows(method, second_at) {
                let Ok(auth) = Authentication::read(row.clone()) else {
                    bad += 1;
                    continue;
                };
                good += 1;
                assert_eq!(auth.stored(), row, "nothing is mended in passing");
                let covered = best.iter().any(|b| {
                    auth.way == b.way && auth.level <= b.level && auth.amr.within(b.amr) && auth.idp == b.idp
                });
                assert!(covered, "{row:?}");
                assert_eq!(auth.amr.has(Amr::Mfa), auth.level == Some(Level::Mfa), "{row:?}");
                let own = method == Method::Passcode || method == Method::Account;
                assert_eq!(row.of.is_none(), own, "{row:?}");
                if method == Method::Passcode {
                    assert!(auth.level <= Some(Level::Mailbox), "{row:?}");
                    assert!(auth.amr.within(AmrSet::of(&[Amr::Otp])), "{row:?}");
                }
                let idp = match method {
                    Method::Passcode => "mail",
                    Method::Account => "account",
                    Method::Federated | Method::Organization => ISSUER,
                };
                assert_eq!(auth.idp.as_str(), idp, "{row:?}");
            }
        }
        assert!(good > 0 && bad > 0, "{method}: {good} and {bad}");
    }
}

/// All rows of a method.
fn rows(method: Method, second_at: Option<Instant>) -> Vec<StoredAuthentication> {
    let mut rows = Vec::new();
    for of in [None, Some(Uuid::from_u128(7))] {
        for level in levels() {
            for amr in amr_sets() {
                for idp in ["mail", "account", ISSUER] {
                    let idp = idp.to_owned();
                    rows.push(StoredAuthentication {
                        method,
                        of,
                        idp,
                        level,
                        amr,
                        at: at(0),
                        second_at,
                        upstream_sid: None,
                    });
                }
            }
        }
    }
    rows
}

/// Whatever proofs are worth comes back from a session's row as it was written.
#[test]
fn an_authentication_round_trips() {
    for method in Method::ALL.iter().copied() {
        for auth in reachable(method, false).into_iter().chain(reachable(method, true)) {
            let auth = Authentication { upstream_sid: Some("sid".to_owned()), ..auth };
            assert_eq!(Authentication::read(auth.stored()).as_ref(), Ok(&auth));
        }
    }
}

/// OIDC Core 3.1.2.1, 5.5.1.1: levels are ordered, and what is not stated is below all of them.
#[test]
fn a_wish_is_met_by_what_reaches_it() {
    use Level::{Mailbox, Mfa, Single};
    use Wanted::{Any, AtLeast, Unreachable};
    assert!(Mailbox < Single && Single < Mfa);
    let words = [Mailbox.as_str(), Single.as_str(), Mfa.as_str()];
    let [mailbox, single, mfa] = words;
    for (listed, voluntary, essential) in [
        (&[][..], Any, Any),
        (&["1"], Any, Unreachable),
        (&["", "mfa", "URN:VESTIBULE:ACR:MFA"], Any, Unreachable),
        (&[mfa], AtLeast(Mfa), AtLeast(Mfa)),
        (&[mfa, mailbox], AtLeast(Mailbox), AtLeast(Mailbox)),
        (&["1", mfa, "2", single], AtLeast(Single), AtLeast(Single)),
    ] {
        assert_eq!(Wanted::voluntary(listed.iter().copied()), voluntary, "{listed:?}");
        assert_eq!(Wanted::essential(listed.iter().copied()), essential, "{listed:?}");
    }
    for reached in levels() {
        assert!(Any.met_by(reached) && !Unreachable.met_by(reached));
        for level in Level::ALL.iter().copied() {
            assert_eq!(
                AtLeast(level).met_by(reached),
                reached.is_some_and(|r| r >= level),
                "{level} {reached:?}"
            );
        }
    }
    let wishes = [Any, AtLeast(Mailbox), AtLeast(Single), AtLeast(Mfa), Unreachable];
    for one in wishes {
        let json = serde_json::to_value(one).unwrap();
        assert_eq!(serde_json::from_value::<Wanted>(json).unwrap(), one);
        for other in wishes {
            assert_eq!(one.and(other), other.and(one));
            for reached in levels() {
                let both = one.met_by(reached) && other.met_by(reached);
                assert_eq!(one.and(other).met_by(reached), both, "{one:?} and {other:?} by {reached:?}");
            }
        }
    }
    assert!(serde_json::from_str::<Wanted>(r#"{"at_least":"mfa"}"#).is_err());
}

proptest! {
    /// MFA-05: a list is met exactly when one of its levels is reached or exceeded.
    #[test]
    fn mfa_05_a_list_is_met_by_any_of_its_levels(
        listed in proptest::collection::vec("urn:vestibule:acr:(mailbox|single|mfa|phr)|[12]", 0..6),
        reached in proptest::option::of(0_usize..3),
    ) {
        let reached = reached.map(|nth| Level::ALL[nth]);
        let known: Vec<Level> = listed.iter().filter_map(|word| Level::parse(word)).collect();
        let met = known.iter().any(|level| reached >= Some(*level));
        let voluntary = Wanted::voluntary(listed.iter().map(String::as_str));
        let essential = Wanted::essential(listed.iter().map(String::as_str));
        prop_assert_eq!(voluntary.met_by(reached), met || known.is_empty());
        prop_assert_eq!(essential.met_by(reached), met || listed.is_empty());
    }

    /// RFC 8176: a set is written and read as words; an unknown one makes it unreadable.
    #[test]
    fn a_set_of_methods_round_trips(bits in 0_u16..1 << 14, unknown in "[a-z]{4,8}") {
        let values: Vec<Amr> = Amr::ALL.iter().copied().enumerate().filter(|(nth, _)| bits & (1 << nth) != 0).map(|(_, v)| v).collect();
        let set = AmrSet::of(&values);
        prop_assert_eq!(set.iter().collect::<Vec<_>>(), values.clone());
        prop_assert_eq!(AmrSet::parse(&set.to_string()), Some(set));
        prop_assert_eq!(serde_json::from_value::<AmrSet>(serde_json::to_value(set).unwrap()).unwrap(), set);
        prop_assert!(values.iter().all(|v| set.has(*v)) && set.within(AmrSet::of(Amr::ALL)));
        if Amr::parse(&unknown).is_none() {
            prop_assert_eq!(AmrSet::parse(&format!("{set} {unknown}")), None);
        }
    }
}
