use super::{Prefix, Shell, speak};
use crate::demo::MailboxPage;
use crate::kit::sample::frame;
use crate::{Frame, Lang, Ui};

fn with<T>(frame: &Frame, look: impl FnOnce(&Shell<'_>) -> T) -> T {
    let ui = Ui::new().expect("it loads");
    look(&Shell::new(&ui, frame, &MailboxPage::default(), speak(&ui, frame).msg("code-title")))
}

#[test]
fn paths_carry_tenant_and_interaction() {
    let own = frame(Lang::En);
    with(&own, |s| {
        assert_eq!(s.signin(""), "/alder.example/signin?i=8Qn4vYkT");
        assert_eq!(s.signin("code/resend"), "/alder.example/signin/code/resend?i=8Qn4vYkT");
        assert_eq!(s.change(), "/alder.example/signin?i=8Qn4vYkT&change=1");
        assert_eq!(s.tenant("invite"), "/alder.example/invite");
    });
    with(&Frame { locator: None, ..own }, |s| {
        assert_eq!(s.signin("code"), "/alder.example/signin/code");
        assert_eq!(s.change(), "/alder.example/signin?change=1");
    });
}

/// WEB-07: neither segment nor locator can make another path of a link.
#[test]
fn web_07_a_strange_segment_or_locator_does_not_reach_a_path() {
    for segment in ["", "/evil.test", "a/b", "..", ".", "a b", "a?b", "a#b", "\\evil"] {
        let frame =
            Frame { segment: segment.to_owned(), locator: Some("a&b=\"".to_owned()), ..frame(Lang::En) };
        with(&frame, |s| assert_eq!(s.signin("code"), "/common/signin/code", "{segment}"));
    }
    for path in ["//evil.test", "https://evil.test", "javascript:x", ""] {
        let frame = Frame { path: Some(path.to_owned()), ..frame(Lang::En) };
        with(&frame, |s| assert_eq!(s.path(), None, "{path}"));
    }
}

/// ux 1.1: the title says the heading and the organization, after an error or a new code also that.
#[test]
fn titles_begin_with_what_happened() {
    let frame = frame(Lang::En);
    let ui = Ui::new().expect("it loads");
    let title = |prefix| {
        let title = speak(&ui, &frame).msg("code-title");
        Shell::new(&ui, &frame, &MailboxPage::default(), title)
            .prefixed(prefix)
            .window_title()
            .expect("it formats")
    };
    assert_eq!(title(Prefix::None), "Check your email – Alder Works");
    assert_eq!(title(Prefix::Error), "Error: Check your email – Alder Works");
    assert_eq!(title(Prefix::NewCode), "New code: Check your email – Alder Works");
}
