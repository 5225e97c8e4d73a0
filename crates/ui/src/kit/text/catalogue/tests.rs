use crate::{Catalogue, Lang};

fn negotiate(asked: &[&str], cookie: Option<&str>, browser: Option<&str>, tenant: Option<&str>) -> Lang {
    let asked: Vec<String> = asked.iter().map(|tag| (*tag).to_owned()).collect();
    Catalogue::new().expect("it loads").negotiate(&asked, cookie, browser, tenant)
}

/// ux 1.10: the request, the cookie, the browser, the tenant, English; only among what is offered.
#[test]
fn the_language_is_chosen_in_order() {
    assert_eq!(negotiate(&[], None, None, None), Lang::En);
    assert_eq!(negotiate(&["fr", "de"], Some("en"), Some("en"), Some("en")), Lang::De);
    assert_eq!(negotiate(&["fr"], Some("de"), Some("en"), None), Lang::De);
    assert_eq!(negotiate(&[], None, Some("fr;q=1, en;q=0.4, de-AT;q=0.8"), None), Lang::De);
    assert_eq!(negotiate(&[], None, Some("fr"), Some("DE")), Lang::De);
    assert_eq!(negotiate(&[], Some("nonsense"), Some(";;,q=,*;q=x"), None), Lang::En);
    assert_eq!(negotiate(&[], None, Some("de;q=0, en"), None), Lang::En);
    assert_eq!(negotiate(&["de_CH"], None, None, None), Lang::De);
}

#[test]
fn pseudo_locales_are_offered_only_when_asked_for() {
    assert_eq!(negotiate(&["ar-XB"], None, None, None), Lang::En);
    let pseudo = Catalogue::with_pseudo().expect("it loads");
    assert_eq!(pseudo.negotiate(&["ar-XB".to_owned()], None, None, None), Lang::ArXb);
    assert_eq!(pseudo.offered().len(), 4);
}
