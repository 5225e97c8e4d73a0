use super::*;

fn user(kind: UserKind, redemption: RedemptionState) -> UserFacts {
    UserFacts { kind, redemption, enabled: true, held_at: None, deleted_at: None }
}

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

/// A row that nothing speaks against says by kind and redemption who it is; a guest who redeemed nothing accepted nothing.
#[test]
fn who_somebody_is_follows_from_the_row() {
    use RedemptionState::{Accepted, NotNeeded, Pending};
    assert_eq!(Person::of(None), Person::Stranger);
    for (kind, redemption, person) in [
        (UserKind::Guest, Pending, Person::Pending),
        (UserKind::Guest, Accepted, Person::Accepted),
        (UserKind::Guest, NotNeeded, Person::Pending),
        (UserKind::Member, Pending, Person::Pending),
        (UserKind::Member, Accepted, Person::Accepted),
        (UserKind::Member, NotNeeded, Person::Accepted),
    ] {
        assert_eq!(Person::of(Some(&user(kind, redemption))), person, "{kind} {redemption}");
    }
}

/// HRD-09, OTP-23: what speaks against somebody wins over everything that speaks for them: gone, then off, then reported.
#[test]
fn hrd_09_what_speaks_against_somebody_wins() {
    for kind in UserKind::ALL.iter().copied() {
        for redemption in RedemptionState::ALL.iter().copied() {
            let of = |enabled, held, deleted| {
                let held_at = Some(noon()).filter(|_| held);
                let deleted_at = Some(noon()).filter(|_| deleted);
                Person::of(Some(&UserFacts { enabled, held_at, deleted_at, ..user(kind, redemption) }))
            };
            for (enabled, held) in [(true, true), (true, false), (false, true), (false, false)] {
                assert_eq!(of(enabled, held, true), Person::Removed, "{kind} {redemption}");
            }
            assert_eq!(of(false, true, false), Person::Disabled, "{kind} {redemption}");
            assert_eq!(of(false, false, false), Person::Disabled, "{kind} {redemption}");
            assert_eq!(of(true, true, false), Person::Suspended, "{kind} {redemption}");
        }
    }
}

/// OTP-29: who may come in once they are proven. Sign-up opens the door to strangers, and to nobody who was turned away.
#[test]
fn otp_29_who_may_come_in() {
    for (person, closed, open) in [
        (Person::Accepted, Ok(Admission::Accepted), Ok(Admission::Accepted)),
        (Person::Pending, Ok(Admission::Pending), Ok(Admission::Pending)),
        (Person::Stranger, Err(TurnedAway::NoAccess), Ok(Admission::Pending)),
        (Person::Suspended, Err(TurnedAway::NoAccess), Err(TurnedAway::NoAccess)),
        (Person::Disabled, Err(TurnedAway::Disabled), Err(TurnedAway::Disabled)),
        (Person::Removed, Err(TurnedAway::Removed), Err(TurnedAway::Removed)),
    ] {
        assert_eq!((person.admission(false), person.admission(true)), (closed, open), "{person:?}");
    }
}
