//! Guests who are deleted: their names, addresses and identities are free again (ADR-11).

use super::*;

/// Deletes or restores a user.
fn deleted(lab: &Lab, user: UserId, at: &str) -> String {
    format!("UPDATE users SET deleted_at = {at} WHERE id = {}", lab.literal(user.0))
}

/// How many addresses of a user are in force.
fn in_force(lab: &Lab, user: UserId) -> usize {
    let of = lab.literal(user.0);
    lab.lines(&format!(
        "SELECT address AS line FROM user_addresses WHERE user_id = {of} AND deleted_at IS NULL"
    ))
    .len()
}

both! {
    /// ADR-11, F12: whoever is invited under the address of somebody who is gone is somebody else, and has to prove it
    /// anew; the one who is gone does not come back beside them.
    async fn adr_11_a_deleted_guest_is_invited_again(lab: &Lab) {
        let (tenant, now) = (lab.tenant("alpha.test").await, lab.base);
        let new_gina = || {
            let address = vestibule_core::Address::parse("gina@guest.test").unwrap();
            directory::NewUser::guest(tenant, UserId(lab.id()), &address, None, None, None, now)
        };
        let redeem = |user: UserId| {
            let key = IdentityKey::plain(Way::Passcode, "gina@guest.test");
            let identity = directory::NewIdentity::of(tenant, &key, user, now);
            lab.write(move |c| {
                assert!(directory::accept(c, tenant, user, Way::Passcode, now)?);
                directory::insert_identity(c, &identity)
            })
        };
        let (first, second) = (new_gina(), new_gina());
        let (old, new) = (first.id, second.id);
        lab.write(move |c| directory::insert_user(c, &first, None)).await;
        assert!(redeem(old).await);
        let again = second.clone();
        let twice = lab.try_write(move |c| directory::insert_user(c, &again, None)).await;
        assert!(is_unique_violation(&twice.unwrap_err()), "still there");

        lab.sql(&deleted(lab, old, "created_at"));
        assert_eq!(in_force(lab, old), 0);
        assert!(lab.read(|c| directory::user_by_address(c, tenant, "gina@guest.test")).is_none());
        assert!(lab.read(|c| live::user_by_address(c, tenant, "gina@guest.test")).is_none());
        lab.write(move |c| directory::insert_user(c, &second, None)).await;
        assert!(lab.read(|c| directory::user(c, tenant, old)).unwrap().deleted_at.is_some());
        let row = lab.read(|c| live::user_by_address(c, tenant, "gina@guest.test")).unwrap();
        assert_eq!((row.id, row.state, row.pinned()), (new, RedemptionState::Pending, Ok(None)), "nothing is inherited");
        assert_eq!(lab.lines("SELECT address_key AS line FROM user_addresses ORDER BY user_id").len(), 2);
        assert!(redeem(new).await, "the identity is theirs now");
        let theirs = format!("SELECT subject AS line FROM identities WHERE user_id = {}", lab.literal(new.0));
        assert_eq!(lab.lines(&theirs), ["gina@guest.test"]);

        let restore = deleted(lab, old, "NULL");
        let restored = lab.try_write(move |c| c.batch(&restore)).await;
        assert!(is_unique_violation(&restored.unwrap_err()));
        assert_eq!((in_force(lab, old), in_force(lab, new)), (0, 1));
    }

    /// The address follows its user there and back, and nobody else's goes with it.
    async fn an_address_follows_its_user(lab: &Lab) {
        let (alpha, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        let gina = lab.user(alpha, "gina@guest.test", RedemptionState::Accepted).await;
        let paul = lab.user(alpha, "paul@guest.test", RedemptionState::Accepted).await;
        let others = [paul, lab.user(beta, "gina@guest.test", RedemptionState::Accepted).await];
        for (at, count) in [("created_at", 0), ("NULL", 1)] {
            lab.sql(&deleted(lab, gina, at));
            assert_eq!(in_force(lab, gina), count);
            assert_eq!(lab.read(|c| directory::user_by_address(c, alpha, "gina@guest.test")).is_some(), count == 1);
            assert_eq!(others.map(|user| in_force(lab, user)), [1, 1]);
        }
        // a name that the deleted had is free too
        lab.sql(&deleted(lab, gina, "created_at"));
        let mut namesake = lab.new_user(alpha, "gina@guest.test", RedemptionState::Pending);
        namesake.address_key = "other".into();
        lab.write(move |c| directory::insert_user(c, &namesake, None)).await;
        // the other one's address is free, the name is not
        let restore = deleted(lab, gina, "NULL");
        let restored = lab.try_write(move |c| c.batch(&restore)).await;
        assert!(is_unique_violation(&restored.unwrap_err()));
    }
}
