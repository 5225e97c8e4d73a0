use chrono::TimeDelta;

use super::{Waiting, WaitingKeys, seconds_until};
use crate::demo::MailboxPage;
use crate::kit::frame::{Shell, speak};
use crate::kit::sample::{frame, now};
use crate::{Lang, Ui};

/// Without script no count is shown that does not count: within a minute the button says what it does, later a time.
#[test]
fn a_waiting_button_says_when() {
    let frame = frame(Lang::En);
    let ui = Ui::new().expect("it loads");
    let shell = Shell::new(&ui, &frame, &MailboxPage::default(), speak(&ui, &frame).msg("code-title"));
    let button = |seconds| {
        Waiting::new(&shell, &WaitingKeys::RESEND, now() + TimeDelta::seconds(seconds)).expect("it formats")
    };
    assert!(button(0).is_none() && button(-5).is_none());
    let soon = button(60).expect("there is a wait");
    assert_eq!((soon.seconds, soon.label.as_str()), (60, "Send a new code"));
    assert_eq!(soon.soon, "Send a new code (in {s} s)");
    assert_eq!(button(3600).expect("there is a wait").label, "Send a new code (from 14:02 UTC)");
    assert_eq!(seconds_until(now() + TimeDelta::milliseconds(1200), now()), 2);
}
