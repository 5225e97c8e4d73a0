//! G27: what goes no further.

use vestibule_core::error::ErrorCode;
use vestibule_core::policies::BlockReason;
use vestibule_signin::view::{Blocked, Face, NoWay};
use vestibule_ui::Link;
use vestibule_ui::guest::{self, BlockedPage};

use crate::http::render::Faces;

impl Face<Blocked> for Faces<'_> {
    fn face(&mut self, view: &Blocked) {
        let reason = match view.reason {
            // A time rule that names no hours has nothing more to say than a rule.
            BlockReason::Generic | BlockReason::Time => guest::BlockReason::Generic,
            BlockReason::Country => guest::BlockReason::Country,
            BlockReason::Network => guest::BlockReason::Network,
            BlockReason::Device => guest::BlockReason::Device,
            BlockReason::Risk => guest::BlockReason::Risk,
        };
        blocked(self, view.code, reason);
    }
}

impl Face<NoWay> for Faces<'_> {
    fn face(&mut self, view: &NoWay) {
        blocked(self, ErrorCode::NoMethod, guest::BlockReason::NoMethod { email: view.address.clone() });
    }
}

fn blocked(faces: &mut Faces<'_>, code: ErrorCode, reason: guest::BlockReason) {
    let (about, trace) = (faces.about, faces.trace());
    tracing::info!(trace, %code, "refused");
    let another = about.locator.as_ref().map(|i| format!("/{}/signin?i={i}&change=1", about.segment));
    let switch = another.as_deref().and_then(Link::path);
    let back = faces.back();
    faces.wear(&BlockedPage { code, reason, trace, switch, back });
}
