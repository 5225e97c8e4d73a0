//! Deployment, tenants, directory, applications, invitations, keys, policies.

use vestibule_core::access::Role;

use super::*;

type Job = Box<dyn FnMut(&mut Conn) -> QueryResult<()> + Send>;

both! {
    /// CON-04, rule 6: one deployment; each change of its keys raises their number, and nothing else does.
    async fn the_deployment_is_one_row(lab: &Lab) {
        lab.tenant("alpha.test").await;
        lab.tenant("beta.test").await;
        let row = lab.read(deployment::find).unwrap();
        assert_eq!((row.epoch, row.keys_number, row.key_check), (1, 1, vec![7]));
        lab.write(|c| {
            assert!(deployment::set_base_url(c, "https://other.test")?);
            assert_eq!(changes::raise_epoch(c)?, 2);
            assert_eq!(deployment::raise_keys(c)?, 2);
            Ok(())
        })
        .await;
        let row = lab.read(deployment::find).unwrap();
        assert_eq!((row.base_url.as_str(), row.settings), ("https://other.test", json!({})));
    }

    /// Tenants are found by id and by proven domain; settings change only from the version that was read.
    async fn tenants_and_their_settings(lab: &Lab) {
        let (alpha, now) = (lab.tenant("alpha.test").await, lab.base);
        lab.tenant("beta.test").await;
        let found = lab.read(|c| tenants::find_by_domain(c, "alpha.test")).unwrap();
        assert_eq!((found.id, found.state, found.change_number), (alpha, TenantState::Active, 1));
        let new = tenants::NewDomain {
            tenant_id: alpha, domain: "unproven.test".into(), is_default: false, verified_at: None, created_at: now,
        };
        lab.write(move |c| tenants::add_domain(c, &new)).await;
        assert!(lab.read(|c| tenants::find_by_domain(c, "unproven.test")).is_none());
        lab.sql("UPDATE tenant_domains SET verified_at = created_at WHERE domain = 'unproven.test'");
        assert!(lab.read(|c| tenants::find_by_domain(c, "unproven.test")).is_some());
        assert_eq!(lab.read(|c| tenants::domains(c, alpha)).len(), 2);
        assert_eq!(lab.read(tenants::list).len(), 2);

        assert_eq!(lab.read(|c| tenants::settings(c, alpha)), Some((json!({"a": 1}), 1)));
        let put = |version: i32| lab.write(move |c| tenants::put_settings(c, alpha, &json!({"a": 2}), version, now));
        assert!(put(1).await);
        assert!(!put(1).await);
        assert_eq!(lab.read(|c| tenants::settings(c, alpha)), Some((json!({"a": 2}), 2)));
        lab.write(move |c| tenants::set_state(c, alpha, TenantState::Disabled)).await;
        let row = lab.read(|c| tenants::find(c, alpha)).unwrap();
        assert_eq!((row.state, row.change_number), (TenantState::Disabled, 1), "whoever changes raises it");
    }

    /// Policies keep their history; of each kind the version in force is read, and those that will be, in their order. What
    /// was to hold at once holds whatever a clock said; what was cancelled never comes into force.
    async fn policies_come_into_force_by_date(lab: &Lab) {
        let (tenant, base) = (lab.tenant("alpha.test").await, lab.base);
        let day = move |days: i64| base + TimeDelta::days(days);
        let (now, behind, later) =
            (lab.at(TimeDelta::zero()), lab.at(TimeDelta::days(-1)), lab.at(TimeDelta::days(3)));
        let written = lab.write(move |c| {
            let (otp, domains, document) = (PolicyKind::Otp, PolicyKind::Domains, json!({}));
            let mut schedule = |kind, days| policies::schedule(c, tenant, kind, &document, day(days), now);
            let past = schedule(otp, -1)?.is_none();
            let versions = [schedule(otp, 4)?, schedule(domains, 2)?].map(|row| row.unwrap().version);
            let at_once = policies::put(c, tenant, otp, &document, now)?;
            let behind = policies::put(c, tenant, otp, &document, behind)?;
            let last = policies::schedule(c, tenant, otp, &document, day(3), now)?.unwrap().version;
            Ok((past, versions, at_once, behind, last))
        });
        assert_eq!(written.await, (true, [1, 1], 2, 3, 4));
        let at = |days: i64| {
            let rows = lab.read(move |c| policies::in_force(c, tenant, day(days)));
            rows.into_iter().map(|p| format!("{} {}", p.kind, p.version)).collect::<Vec<_>>()
        };
        for moment in [-1, 1] {
            assert_eq!(at(moment), ["otp 3", "domains 1", "otp 4", "otp 1"], "the clock that stood behind");
        }
        assert_eq!(at(3), ["domains 1", "otp 4", "otp 1"]);
        assert_eq!(at(9), ["domains 1", "otp 1"]);
        let cancelled = lab.write(move |c| policies::cancel(c, tenant, PolicyKind::Otp, later)).await;
        assert_eq!(cancelled, 1, "what is in force stays");
        assert_eq!(at(9), ["domains 1", "otp 4"]);
    }

    /// CON-06: a node counts while its heartbeat is young; the oldest release of them is what documents are written for.
    async fn con_06_nodes_are_known_by_their_heartbeat(lab: &Lab) {
        let old = Release(Release::CURRENT.0 - 1);
        let (one, other) = (lab.id(), lab.id());
        let at = |minutes: i64| lab.at(TimeDelta::minutes(minutes));
        let beat = |id, name: &'static str, release, minutes| {
            let now = at(minutes);
            lab.write(move |c| nodes::beat(c, id, name, release, now))
        };
        beat(one, "one", Release::CURRENT, 0).await;
        assert!(lab.read(|c| nodes::older(c, Release::CURRENT, at(0))).is_none());
        beat(other, "other", old, 0).await;
        beat(other, "other", old, 1).await;
        let found = lab.read(|c| nodes::older(c, Release::CURRENT, at(2))).unwrap();
        assert_eq!((found.name.as_str(), found.release), ("other", old.0));
        assert!(lab.read(|c| nodes::older(c, Release::CURRENT, at(4))).is_none(), "silent for three minutes");
        beat(other, "other", old, 4).await;
        lab.write(move |c| nodes::leave(c, other)).await;
        assert!(lab.read(|c| nodes::older(c, Release::CURRENT, at(4))).is_none());
    }

    /// The way of a guest through the directory.
    async fn a_guest_is_accepted_once(lab: &Lab) {
        let (tenant, now) = (lab.tenant("alpha.test").await, lab.base);
        let gina = lab.user(tenant, "gina@guest.test", RedemptionState::Pending).await;
        let row = lab.read(|c| directory::user_by_address(c, tenant, "gina@guest.test")).unwrap();
        assert_eq!((row.id, row.state, row.version, row.pinned()), (gina, RedemptionState::Pending, 1, Ok(None)));
        let accept = |way| lab.write(move |c| directory::accept(c, tenant, gina, way, now));
        assert!(lab.write(move |c| directory::hold(c, tenant, gina, now)).await);
        assert!(!accept(Way::Passcode).await, "held");
        assert!(lab.write(move |c| directory::release(c, tenant, gina)).await);
        assert!(accept(Way::Passcode).await);
        assert!(!accept(Way::Passcode).await);
        assert!(lab.write(move |c| directory::agree_terms(c, tenant, gina, 3)).await);
        let row = lab.read(|c| directory::user(c, tenant, gina)).unwrap();
        let accepted = (RedemptionState::Accepted, Ok(Some(Way::Passcode)), Some(3));
        assert_eq!((row.state, row.pinned(), row.agreed_terms), accepted);
        assert_eq!(row.state_changed_at, Some(now));
        let verified = "SELECT address_key AS line FROM user_addresses WHERE verified_at IS NOT NULL";
        assert_eq!(lab.lines(verified), ["gina@guest.test"]);

        lab.write(move |c| {
            directory::touch_activity(c, tenant, gina, now, Method::Passcode)?;
            directory::touch_activity(c, tenant, gina, now + TimeDelta::hours(1), Method::Federated)
        })
        .await;
        let activity = lab.read(|c| directory::activity(c, tenant, gina)).unwrap();
        assert_eq!((activity.last_at, activity.last_method), (now + TimeDelta::hours(1), Method::Federated));
        assert!(lab.write(move |c| changes::set_display_name(c, tenant, gina, None)).await);
    }

    /// FED-01, HRD-08: an identity is its way with the provider, issuer and subject; two providers that say the same of two
    /// people do not make them one. A guest is pinned to the way with its provider.
    async fn fed_01_an_identity_is_its_whole_key(lab: &Lab) {
        let (tenant, now) = (lab.tenant("alpha.test").await, lab.base);
        let [one, other] = [1, 2].map(|n| Way::Federated(ProviderId(Uuid::from_u128(n))));
        let gina = lab.user(tenant, "gina@guest.test", RedemptionState::Pending).await;
        let paul = lab.user(tenant, "paul@guest.test", RedemptionState::Pending).await;
        let link = |way: Way, user: UserId| {
            let key = IdentityKey { way, issuer: "https://idp.test".into(), subject: "7".into() };
            let new = directory::NewIdentity::of(tenant, &key, user, now);
            lab.write(move |c| directory::insert_identity(c, &new))
        };
        assert!(link(one, gina).await);
        assert!(link(other, paul).await);
        assert!(link(Way::Passcode, gina).await);
        assert!(link(one, gina).await, "their own, once more");
        for way in [one, Way::Passcode] {
            assert!(!link(way, paul).await, "{way:?} is somebody's");
        }
        let bearers = "SELECT u.address_key AS line FROM identities i JOIN users u ON u.id = i.user_id
                       ORDER BY i.method, i.provider_id";
        assert_eq!(lab.lines(bearers), ["gina@guest.test", "paul@guest.test", "gina@guest.test"]);
        assert!(lab.write(move |c| directory::accept(c, tenant, gina, one, now)).await);
        let row = lab.read(|c| live::user_by_address(c, tenant, "gina@guest.test")).unwrap();
        assert_eq!(row.pinned(), Ok(Some(one)));

        let address = vestibule_core::Address::parse("fresh@guest.test").unwrap();
        let new = directory::NewUser::guest(tenant, UserId(lab.id()), &address, None, None, Some(other), now);
        let id = new.id;
        lab.write(move |c| directory::insert_user(c, &new, Some(now))).await;
        let row = lab.read(|c| directory::user(c, tenant, id)).unwrap();
        assert_eq!((row.state, row.pinned()), (RedemptionState::Accepted, Ok(Some(other))));
        // half a way is none
        for half in ["pinned_provider_id = NULL", "pinned_method = NULL", "pinned_method = 'passcode'"] {
            lab.sql(&format!("UPDATE users SET pinned_method = 'federated', pinned_provider_id = id WHERE id = {0};
                              UPDATE users SET {half} WHERE id = {0}", lab.literal(id.0)));
            assert!(lab.read(|c| directory::user(c, tenant, id)).unwrap().pinned().is_err(), "{half}");
        }
    }

    /// Sponsors and roles.
    async fn sponsors_and_roles(lab: &Lab) {
        let (tenant, now) = (lab.tenant("alpha.test").await, lab.base);
        let mut users = Vec::new();
        for i in 0..5 {
            users.push(lab.user(tenant, &format!("u{i}@guest.test"), RedemptionState::Accepted).await);
        }
        let mut boss = lab.new_user(tenant, "boss@alpha.test", RedemptionState::NotNeeded);
        boss.kind = UserKind::Member;
        let boss_id = boss.id;
        lab.write(move |c| directory::insert_user(c, &boss, Some(now))).await;
        let gina = users[0];
        lab.write(move |c| {
            for _ in 0..2 {
                directory::add_sponsor(c, tenant, gina, boss_id)?;
                directory::assign_role(c, tenant, boss_id, Role::GlobalAdministrator, now)?;
            }
            Ok(())
        })
        .await;
        assert_eq!(lab.read(|c| directory::sponsors(c, tenant, gina))[0].id, boss_id);
        assert_eq!(lab.read(|c| directory::first_with_role(c, tenant, Role::GlobalAdministrator)).unwrap().id, boss_id);
        assert!(lab.read(|c| directory::has_role(c, tenant, boss_id, Role::INVITING)));
        assert!(!lab.read(|c| directory::has_role(c, tenant, gina, Role::INVITING)));
        lab.write(move |c| directory::assign_role(c, tenant, gina, Role::ReportsReader, now)).await;
        assert!(!lab.read(|c| directory::has_role(c, tenant, gina, Role::INVITING)), "reading is not inviting");
        lab.write(move |c| directory::set_enabled(c, tenant, boss_id, false)).await;
        assert!(!lab.read(|c| directory::has_role(c, tenant, boss_id, Role::INVITING)));
        assert!(lab.read(|c| directory::first_with_role(c, tenant, Role::GlobalAdministrator)).is_none());
    }

    /// An application as it went in, and the position of a removed URI that never comes back.
    async fn applications_and_their_uris(lab: &Lab) {
        let (tenant, beta, now) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await, lab.base);
        let new = lab.application(tenant, "portal");
        let (id, client) = (new.id, new.client_id.clone());
        let credential = applications::NewCredential {
            tenant_id: tenant, application_id: id, id: lab.id(), digest: digest(3), hint: "abc".into(),
            expires_at: None, created_at: now,
        };
        let (stored, secret, principal) = (new.clone(), credential.id, lab.id());
        lab.write(move |c| applications::insert(c, &stored, principal, Some(&credential), now)).await;
        let (found, credentials) = lab.read(|c| applications::find(c, tenant, &client)).unwrap();
        assert_eq!(found, new);
        assert!(credentials[0].digest.matches(&digest(3)));
        assert!(lab.read(|c| applications::find(c, beta, &client)).is_none());
        assert_eq!(lab.read(|c| applications::list(c, tenant)), [new]);

        let add = |uri: &'static str| lab.write(move |c| applications::add_redirect_uri(c, tenant, id, applications::UriKind::Redirect, uri));
        let second = add("https://app.test/two").await;
        let remove = lab.write(move |c| {
            applications::remove_redirect_uri(c, tenant, id, applications::UriKind::Redirect, "https://app.test/two")
        })
        .await;
        assert!(remove);
        assert!(add("https://app.test/two").await > second);
        assert!(lab.write(move |c| changes::remove_credential(c, tenant, id, secret)).await);
        let off = client.clone();
        assert!(lab.write(move |c| applications::set_enabled(c, tenant, &off, false)).await);
        let (found, credentials) = lab.read(|c| applications::find(c, tenant, &client)).unwrap();
        assert!(!found.enabled && credentials.is_empty());
    }

    /// An application of several tenants is found where it is present; a single-tenant one nowhere else, whatever a
    /// service principal says.
    async fn a_foreign_presence_needs_a_multi_tenant_application(lab: &Lab) {
        let (alpha, beta, now) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await, lab.base);
        for (name, audience) in [("single", Audience::Single), ("multi", Audience::Multi)] {
            let mut new = lab.application(alpha, name);
            new.audience = audience;
            let presence = applications::NewServicePrincipal {
                tenant_id: beta, id: lab.id(), client_id: new.client_id.clone(), enabled: true, created_at: now,
            };
            let principal = lab.id();
            lab.write(move |c| {
                applications::insert(c, &new, principal, None, now)?;
                applications::insert_service_principal(c, &presence)
            })
            .await;
            let found = lab.read(|c| applications::find(c, beta, &ClientId(name.into())));
            assert_eq!(found.is_some(), audience == Audience::Multi);
        }
        let (home, audience, present) =
            lab.read(|c| applications::presence(c, &ClientId("multi".into()), None)).unwrap();
        assert_eq!((home, audience, present.len()), (alpha, Audience::Multi, 2));
    }

    /// CON-01: a change of an application tells each tenant where it is present, at home or not, and no other.
    async fn con_01_an_application_tells_every_tenant_where_it_is(lab: &Lab) {
        let (home, guest) = (lab.tenant("home.test").await, lab.tenant("guest.test").await);
        let (elsewhere, now) = (lab.tenant("elsewhere.test").await, lab.base);
        let new = lab.application(home, "multi");
        let (client, principal) = (new.client_id.clone(), lab.id());
        let presence = applications::NewServicePrincipal {
            tenant_id: guest, id: lab.id(), client_id: client.clone(), enabled: true, created_at: now,
        };
        lab.write(move |c| {
            applications::insert(c, &new, principal, None, now)?;
            applications::insert_service_principal(c, &presence)
        })
        .await;
        let numbers = || [home, guest, elsewhere].map(|tenant| {
            lab.read(|c| tenants::find(c, tenant)).unwrap().applications_number
        });
        let before = numbers();
        lab.write(move |c| tenants::raise_applications(c, &client)).await;
        assert_eq!(numbers(), [before[0] + 1, before[1] + 1, before[2]]);
    }

    /// F4: of however many tenants where an application is present, the one that was hinted at is told; one where it is not,
    /// or switched off, is not.
    async fn a_hinted_tenant_is_among_those_told(lab: &Lab) {
        let mut tenants = Vec::new();
        for domain in ["alpha.test", "beta.test", "gamma.test", "delta.test", "off.test"] {
            tenants.push(lab.tenant(domain).await);
        }
        let now = lab.base;
        let mut new = lab.application(tenants[0], "multi");
        new.audience = Audience::Multi;
        let (client, principal) = (new.client_id.clone(), lab.id());
        lab.write(move |c| applications::insert(c, &new, principal, None, now)).await;
        for tenant in &tenants[1..] {
            let presence = applications::NewServicePrincipal {
                tenant_id: *tenant, id: lab.id(), client_id: client.clone(), enabled: *tenant != tenants[4], created_at: now,
            };
            lab.write(move |c| applications::insert_service_principal(c, &presence)).await;
        }
        let elsewhere = lab.tenant("elsewhere.test").await;
        let present = |hinted: Option<TenantId>| lab.read(|c| applications::presence(c, &client, hinted)).unwrap().2;
        for hinted in &tenants[..4] {
            let told = present(Some(*hinted));
            assert_eq!((told[0], told.len()), (*hinted, 3));
            let distinct: std::collections::BTreeSet<_> = told.iter().collect();
            assert_eq!(distinct.len(), 3, "each once");
        }
        for hinted in [None, Some(tenants[4]), Some(elsewhere)] {
            let told = present(hinted);
            assert_eq!(told.len(), 3);
            assert!(told.iter().all(|tenant| tenants[..4].contains(tenant)), "{hinted:?}");
        }
    }

    /// INV-*: tickets lead to the invitation and to what its guest is now; states change only as they may.
    async fn invitations_and_their_tickets(lab: &Lab) {
        let (tenant, beta, now) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await, lab.base);
        let gina = lab.user(tenant, "gina@guest.test", RedemptionState::Pending).await;
        let id = InvitationId(lab.id());
        let new = invitations::NewInvitation {
            tenant_id: tenant, id, user_id: gina, address_key: "gina@guest.test".into(), client_id: None,
            redirect_url: Some("https://app.test".into()), inviter_id: None, message: Some("Hi".into()), locale: None,
            expires_at: Some(now + TimeDelta::days(30)), created_at: now,
        };
        lab.write(move |c| {
            invitations::insert(c, &new, &digest(1))?;
            invitations::add_ticket(c, tenant, id, &digest(2), now)
        })
        .await;
        for ticket in [1, 2] {
            let row = lab.read(|c| invitations::by_ticket(c, tenant, &digest(ticket))).unwrap();
            assert_eq!((row.id, row.state, row.user_state), (id, lifecycle::InvitationState::Pending, RedemptionState::Pending));
            assert_eq!(row.address, "gina@guest.test");
        }
        assert!(lab.read(|c| invitations::by_ticket(c, beta, &digest(1))).is_none());
        assert_eq!(lab.read(|c| invitations::newest_of_user(c, tenant, gina)).unwrap().id, id);
        assert_eq!(lab.write(move |c| invitations::accept_of_user(c, tenant, gina, now)).await, 1);
        let later = now + TimeDelta::hours(1);
        assert_eq!(lab.write(move |c| invitations::accept_of_user(c, tenant, gina, later)).await, 0);
        assert!(!lab.write(move |c| invitations::suspend(c, tenant, id)).await);
        assert!(!lab.write(move |c| changes::withdraw(c, tenant, id)).await);
        assert_eq!(lab.read(|c| invitations::by_id(c, tenant, id)).unwrap().accepted_at, Some(now));

        let second = InvitationId(lab.id());
        let new = invitations::NewInvitation {
            tenant_id: tenant, id: second, user_id: gina, address_key: "gina@guest.test".into(), client_id: None,
            redirect_url: None, inviter_id: None, message: None, locale: None, expires_at: None, created_at: now,
        };
        lab.write(move |c| invitations::insert(c, &new, &digest(3))).await;
        assert!(lab.write(move |c| invitations::suspend(c, tenant, second)).await);
        assert!(!lab.write(move |c| invitations::suspend(c, tenant, second)).await);
        assert_eq!(lab.write(move |c| invitations::accept_of_user(c, tenant, gina, now)).await, 0, "suspended for good");
        let row = lab.read(|c| invitations::newest_of_user(c, tenant, gina)).unwrap();
        assert_eq!((row.id, row.state), (second, lifecycle::InvitationState::Suspended));
        assert!(lab.write(move |c| changes::withdraw(c, tenant, second)).await);
        assert!(!lab.write(move |c| changes::withdraw(c, tenant, second)).await);
        assert!(!lab.write(move |c| invitations::suspend(c, tenant, second)).await);
    }

    /// KEY-04: keys are published, and retired once.
    async fn signing_keys(lab: &Lab) {
        let now = lab.base;
        let new = keys::NewSigningKey {
            id: lab.id(), tenant_id: None, alg: SigningAlgorithm::Rs256, kid: "k1".into(), sealed: vec![1, 2, 3],
            public_jwk: json!({"kty": "RSA"}), published_at: now, active_from: now + TimeDelta::hours(24),
        };
        let twin = keys::NewSigningKey { id: lab.id(), ..new.clone() };
        lab.write(move |c| keys::insert(c, &new)).await;
        assert!(is_unique_violation(&lab.try_write(move |c| keys::insert(c, &twin)).await.unwrap_err()));
        let row = lab.read(keys::all).remove(0);
        assert_eq!((row.kid.as_str(), row.sealed, row.public_jwk), ("k1", vec![1, 2, 3], json!({"kty": "RSA"})));
        assert!(lab.write(move |c| keys::retire(c, "k1", now)).await);
        assert!(!lab.write(move |c| keys::retire(c, "k1", now)).await);
        assert_eq!(lab.read(keys::all)[0].retired_at, Some(now));
    }

    /// CON-08: what may be there once is refused the second time by the database itself.
    async fn con_08_duplicates_are_unique_violations(lab: &Lab) {
        let (alpha, beta, now) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await, lab.base);
        let gina = lab.new_user(alpha, "gina@guest.test", RedemptionState::Pending);
        let twin = directory::NewUser { id: UserId(lab.id()), principal_name: "other".into(), ..gina.clone() };
        let namesake = directory::NewUser { id: UserId(lab.id()), address_key: "other".into(), ..gina.clone() };
        lab.write(move |c| directory::insert_user(c, &gina, None)).await;
        for new in [twin, namesake] {
            assert!(is_unique_violation(&lab.try_write(move |c| directory::insert_user(c, &new, None)).await.unwrap_err()));
        }
        // the failed ones left nothing behind
        assert_eq!(lab.lines("SELECT CAST(COUNT(*) AS TEXT) AS line FROM users"), ["1"]);

        lab.registered(alpha, "portal").await;
        let (other, principal) = (lab.application(beta, "portal"), lab.id());
        let again = lab.try_write(move |c| applications::insert(c, &other, principal, None, now)).await;
        assert!(is_unique_violation(&again.unwrap_err()));
        let domain = tenants::NewDomain {
            tenant_id: beta, domain: "alpha.test".into(), is_default: false, verified_at: None, created_at: now,
        };
        assert!(is_unique_violation(&lab.try_write(move |c| tenants::add_domain(c, &domain)).await.unwrap_err()));

        let (_, passcode) = lab.begun(alpha, None).await;
        let same_id = signin::NewPasscode { ordinal: 2, ..passcode };
        assert!(is_unique_violation(&lab.try_write(move |c| signin::insert_passcode(c, &same_id)).await.unwrap_err()));
        let code = grants::new_code(lab, alpha);
        let again = code.clone();
        lab.write(move |c| tokens::insert_code(c, &code)).await;
        assert!(is_unique_violation(&lab.try_write(move |c| tokens::insert_code(c, &again)).await.unwrap_err()));
    }

    /// TEN-01: a row of alpha cannot hang on a parent of beta.
    async fn ten_01_children_do_not_cross_tenants(lab: &Lab) {
        let (alpha, beta, now) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await, lab.base);
        let gina = lab.user(beta, "gina@guest.test", RedemptionState::Pending).await;
        let application = lab.registered(beta, "portal").await;
        let refused = async |f: Job| {
            let error = lab.try_write(f).await.unwrap_err();
            let QueryError::DatabaseError(kind, _) = &error else { panic!("{error}") };
            assert!(matches!(kind, diesel::result::DatabaseErrorKind::ForeignKeyViolation), "{error}");
        };
        refused(Box::new(move |c| directory::assign_role(c, alpha, gina, Role::GlobalAdministrator, now))).await;
        refused(Box::new(move |c| directory::add_sponsor(c, alpha, gina, gina))).await;
        refused(Box::new(move |c| directory::touch_activity(c, alpha, gina, now, Method::Passcode))).await;
        let identity = directory::NewIdentity::of(alpha, &IdentityKey::plain(Way::Passcode, "x"), gina, now);
        refused(Box::new(move |c| directory::insert_identity(c, &identity).map(drop))).await;
        let invitation = invitations::NewInvitation {
            tenant_id: alpha, id: InvitationId(lab.id()), user_id: gina, address_key: "x".into(), client_id: None,
            redirect_url: None, inviter_id: None, message: None, locale: None, expires_at: None, created_at: now,
        };
        refused(Box::new(move |c| invitations::insert(c, &invitation, &digest(1)))).await;
        let credential = applications::NewCredential {
            tenant_id: alpha, application_id: application.id, id: lab.id(), digest: digest(3), hint: "abc".into(),
            expires_at: None, created_at: now,
        };
        refused(Box::new(move |c| applications::add_credential(c, &credential))).await;
        // nor does a position come from another tenant's application
        let id = application.id;
        let uri = lab.try_write(move |c| applications::add_redirect_uri(c, alpha, id, applications::UriKind::Redirect, "https://x.test")).await;
        assert!(matches!(uri, Err(QueryError::NotFound)));
        // and a session of alpha for beta's guest is no session
        let session = lab.new_session(alpha, gina, InteractionId(lab.id()));
        assert!(!lab.write(move |c| signin::insert_session(c, &session)).await);
    }
}
