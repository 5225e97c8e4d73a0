//! Pages as values: what they say, not how; a file per place of a sign-in. The server gives each its face, beside its
//! route, and the compiler asks for it.

mod address;
mod agree;
mod invitation;
mod passcode;
mod refusal;
mod report;
mod signout;

pub use address::{AccountChoice, AddressProblem, EnterAddress, PickAccount};
pub use agree::{Review, ReviewCancelled};
pub use invitation::{Invitation, InvitationDone, InvitationOther, InvitationProblem};
pub use passcode::{CodeLocked, CodeState, EnterCode, Lock, SendCode, SourceWait};
pub use refusal::{Blocked, NoWay};
pub use report::{Fate, Report, ReportEnded, Said};
pub use signout::{SignOut, SignedOut};

use std::fmt;
use std::sync::Arc;

use vestibule_app::snapshot::{ApplicationSnapshot, TenantSnapshot};

/// What is shown: a view, and what it is about.
#[derive(Debug)]
pub struct Shown {
    pub about: About,
    /// What the page says.
    pub view: Box<dyn View>,
}

/// What pages are about: whose they are, and of which trip.
#[derive(Debug)]
pub struct About {
    pub tenant: Arc<TenantSnapshot>,
    pub application: Option<Arc<ApplicationSnapshot>>,
    /// The tenant's part of the path, as the person sees it.
    pub segment: String,
    /// `?i=` of the interaction.
    pub locator: Option<String>,
    /// The form token (WEB-01).
    pub csrf: Option<String>,
    /// Where a form of its pages may end outside our origin (WEB-04): the validated redirect URI.
    pub leads_to: Option<String>,
    /// A validated place at the application to go back to.
    pub back: Option<String>,
}

impl About {
    /// What a page is about that stands in a tenant and belongs to no trip.
    pub(crate) fn tenant(tenant: &Arc<TenantSnapshot>, segment: &str) -> Self {
        Self {
            tenant: Arc::clone(tenant),
            application: None,
            segment: segment.to_ascii_lowercase(),
            locator: None,
            csrf: None,
            leads_to: None,
            back: None,
        }
    }

    /// A page about this.
    pub(crate) fn shows(self, view: impl View + 'static) -> Shown {
        Shown { about: self, view: Box::new(view) }
    }
}

/// Gives a view its face.
pub trait Face<V> {
    /// Puts the view on.
    fn face(&mut self, view: &V);
}

/// What a page says. Only what is listed below is a view, so that each has a face.
pub trait View: fmt::Debug + Send {
    /// Hands itself to its face.
    fn meet(&self, faces: &mut dyn AllFaces);
}

/// All views, a line each.
macro_rules! views {
    ($($view:ty,)+) => {
        /// Whoever has a face for every view.
        pub trait AllFaces: $(Face<$view> +)+ {}

        impl<T: $(Face<$view> +)+> AllFaces for T {}

        $(impl View for $view {
            fn meet(&self, faces: &mut dyn AllFaces) {
                <dyn AllFaces as Face<Self>>::face(faces, self);
            }
        })+
    };
}

views! {
    EnterAddress,
    PickAccount,
    SendCode,
    EnterCode,
    CodeLocked,
    SourceWait,
    Review,
    ReviewCancelled,
    Invitation,
    InvitationOther,
    InvitationDone,
    InvitationProblem,
    Report,
    ReportEnded,
    SignOut,
    SignedOut,
    Blocked,
    NoWay,
}
