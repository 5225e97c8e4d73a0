use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use super::*;
use crate::ids::TenantId;

/// Gives prepared values first, then a simple sequence.
#[derive(Debug)]
struct Prepared(Vec<u32>, AtomicUsize);

impl Random for Prepared {
    fn fill(&self, out: &mut [u8]) {
        let turn = self.1.fetch_add(1, Ordering::Relaxed);
        let value = self.0.get(turn).copied().unwrap_or(7);
        for (to, from) in out.iter_mut().zip(value.to_le_bytes().into_iter().cycle()) {
            *to = from;
        }
    }
}

/// A small deterministic generator, good enough for a frequency test.
#[derive(Debug)]
struct XorShift(std::sync::atomic::AtomicU64);

impl Random for XorShift {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(4) {
            let mut x = self.0.load(Ordering::Relaxed);
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            self.0.store(x, Ordering::Relaxed);
            let value = u32::try_from(x >> 32).unwrap();
            chunk.copy_from_slice(&value.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// OTP-01: values beyond the largest multiple of 10^8 are drawn again, leading zeros stay.
#[test]
fn otp_01_rejects_values_that_would_bias() {
    let random = Prepared(vec![u32::MAX, 4_200_000_000, 4_199_999_999, 1], AtomicUsize::new(0));
    assert_eq!(Code::draw(&random).expose(), "99999999");
    assert_eq!(random.1.load(Ordering::Relaxed), 3);
    assert_eq!(Code::draw(&random).expose(), "00000001");
}

/// OTP-01: each position of the code is uniform (chi-square at p > 0.001 with nine degrees of freedom: 27.9).
#[test]
fn otp_01_every_position_is_uniform() {
    let random = XorShift(std::sync::atomic::AtomicU64::new(0x9e37_79b9_7f4a_7c15));
    let mut counts = [[0_u32; 10]; CODE_DIGITS];
    let draws = 1_000_000_u32;
    for _ in 0..draws {
        let code = Code::draw(&random);
        for (position, digit) in code.expose().bytes().enumerate() {
            counts[position][usize::from(digit - b'0')] += 1;
        }
    }
    let expected = f64::from(draws) / 10.0;
    for position in counts {
        let chi: f64 = position.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
        assert!(chi < 27.9, "chi-square {chi}");
    }
}

/// OTP-02: digits of any script, with anything around them.
#[test]
fn otp_02_reads_what_people_paste() {
    for typed in [
        "12345678",
        " 1234 5678 ",
        "１２３４５６７８",
        "١٢٣٤٥٦٧٨",
        "۱۲۳۴۵۶۷۸",
        "Your code is 1234-5678",
        "१२३४५६७८",
        "12345678\n",
    ] {
        assert_eq!(Code::read(typed).map(|c| c.expose().to_owned()), Ok("12345678".to_owned()), "{typed:?}");
    }
}

/// OTP-02: every other shape is named and goes no further.
#[test]
fn otp_02_names_a_wrong_shape() {
    let shape = |typed: &str| Code::read(typed).err();
    assert_eq!(shape(""), Some(ShapeError::Empty));
    assert_eq!(shape("  "), Some(ShapeError::Empty));
    assert_eq!(shape("1234567"), Some(ShapeError::Length(7)));
    assert_eq!(shape("123456789"), Some(ShapeError::Length(9)));
    assert_eq!(shape("null"), Some(ShapeError::Characters));
    assert_eq!(shape("[]"), Some(ShapeError::Characters));
    assert_eq!(shape("{\"$ne\":1}"), Some(ShapeError::Length(1)));
    assert_eq!(shape("12345678\0"), Some(ShapeError::Characters));
    assert_eq!(shape(&"1".repeat(65)), Some(ShapeError::Characters));
    assert_eq!(shape("ⅠⅡⅢⅣⅤⅥⅦⅧ"), Some(ShapeError::Characters));
}

fn stored(state: PasscodeState, tries: i32, now: Instant) -> Stored {
    Stored {
        id: PasscodeId(Uuid::from_u128(1)),
        realm: Realm::Tenant(TenantId(Uuid::from_u128(2))),
        interaction: InteractionId(Uuid::from_u128(3)),
        purpose: CodePurpose::SignIn,
        digest: Digest([7; 32]),
        decoy: false,
        tries,
        state,
        expires_at: now + crate::numbers::CODE_LIFETIME,
        used_at: (state == PasscodeState::Used).then_some(now),
    }
}

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

/// OTP-04, OTP-14: a try compares only with an ordinal of 1 to 5, on a live code, in time, for its purpose.
#[test]
fn otp_04_otp_12_compares_only_counted_tries_of_its_purpose() {
    let (now, right, wrong) = (noon(), Digest([7; 32]), Digest([8; 32]));
    let live = stored(PasscodeState::Live, 0, now);
    assert!(live.check(&right, Some(1), CodePurpose::SignIn, now).is_ok());
    assert!(live.check(&right, Some(5), CodePurpose::SignIn, now).is_ok());
    assert_eq!(live.check(&right, Some(6), CodePurpose::SignIn, now).err(), Some(Miss::NotCompared));
    assert_eq!(live.check(&right, None, CodePurpose::SignIn, now).err(), Some(Miss::NotCompared));
    assert_eq!(live.check(&wrong, Some(3), CodePurpose::SignIn, now).err(), Some(Miss::Wrong { left: 2 }));
    for purpose in CodePurpose::ALL {
        assert_eq!(live.check(&right, Some(1), *purpose, now).is_ok(), *purpose == CodePurpose::SignIn);
    }
    for state in PasscodeState::ALL {
        let ok = stored(*state, 0, now).check(&right, Some(1), CodePurpose::SignIn, now).is_ok();
        assert_eq!(ok, *state == PasscodeState::Live);
    }
    let late = now + crate::numbers::CODE_LIFETIME;
    assert_eq!(live.check(&right, Some(1), CodePurpose::SignIn, late).err(), Some(Miss::NotCompared));
    let decoy = Stored { decoy: true, ..live };
    assert!(decoy.check(&right, Some(1), CodePurpose::SignIn, now).is_err());
}

/// OTP-14, HRD-02: a match is worth nothing without the row that was really consumed.
#[test]
fn otp_14_a_match_needs_the_consumed_row() {
    let (now, right) = (noon(), Digest([7; 32]));
    let live = stored(PasscodeState::Live, 1, now);
    let matched = || live.check(&right, Some(1), CodePurpose::SignIn, now).unwrap();
    assert!(matched().proven(&live, "gina@guest.test").is_none());
    let other = Stored { id: PasscodeId(Uuid::from_u128(9)), ..stored(PasscodeState::Used, 1, now) };
    assert!(matched().proven(&other, "gina@guest.test").is_none());
    let used = stored(PasscodeState::Used, 1, now);
    assert_eq!(matched().proven(&used, "gina@guest.test").unwrap().at(), now);
}

/// OTP-19: what shows before any digits are looked at.
#[test]
fn otp_19_standing_follows_state_and_time() {
    let now = noon();
    assert_eq!(stored(PasscodeState::Live, 3, now).standing(now), CodeStanding::Open { left: 2 });
    assert_eq!(stored(PasscodeState::Live, 5, now).standing(now), CodeStanding::Burned);
    assert_eq!(
        stored(PasscodeState::Live, 0, now).standing(now + chrono::TimeDelta::hours(1)),
        CodeStanding::Expired
    );
    assert_eq!(stored(PasscodeState::Used, 1, now).standing(now), CodeStanding::Used);
    assert_eq!(stored(PasscodeState::Cancelled, 1, now).standing(now), CodeStanding::Cancelled);
}

/// OTP-07: four letters, none of which reads as a digit or makes a word.
#[test]
fn otp_07_marks_are_four_plain_letters() {
    let mark = draw_mark(&Prepared(vec![0x1234_5678], AtomicUsize::new(0)));
    assert_eq!(mark.len(), 4);
    assert!(mark.chars().all(|c| c.is_ascii_uppercase() && !"AEIOUQSVYZ".contains(c)));
}

/// KEY-06: neither code nor digest prints itself.
#[test]
fn key_06_codes_do_not_print() {
    let code = Code::read("12345678").unwrap();
    assert_eq!(
        format!("{code:?} {:?} {:?}", Digest([7; 32]), Secret::new("x".into())),
        "Code(***) Digest(***) ***"
    );
}
