//! Pages as values: what they say, not how. The server crate gives them their faces.

use std::sync::Arc;

use vestibule_app::snapshot::{ApplicationSnapshot, TenantSnapshot};
use vestibule_core::clock::Instant;
use vestibule_core::letter::RequestFacts;
use vestibule_core::passcode::ShapeError;
use vestibule_core::policies::BlockReason;
use vestibule_core::throttle::Wait;

/// A page with its frame.
#[derive(Debug)]
pub struct Page {
    /// The organisation.
    pub tenant: Arc<TenantSnapshot>,
    /// The application.
    pub application: Option<Arc<ApplicationSnapshot>>,
    /// The tenant's part of the path, as the person sees it.
    pub segment: String,
    /// `?i=` of the interaction.
    pub locator: Option<String>,
    /// The form token (WEB-01).
    pub csrf: Option<String>,
    /// Where a form of this page may end outside the house (WEB-04): the validated redirect URI.
    pub leads_to: Option<String>,
    /// A validated place at the application to go back to.
    pub back: Option<String>,
    /// The page itself.
    pub view: View,
}

/// The pages of a sign-in.
#[derive(Debug)]
pub enum View {
    /// G01.
    Email {
        /// What stands in the field.
        value: Option<String>,
        /// Whether that was put there by us, not typed.
        prefilled: bool,
        /// What was wrong.
        error: Option<EmailProblem>,
        /// "Did you mean …?"
        suggestion: Option<String>,
    },
    /// G02.
    Accounts {
        /// Address, and whether it is signed in.
        accounts: Vec<(String, bool)>,
        /// One that was just removed.
        forgot: Option<String>,
    },
    /// G05.
    SendCode {
        /// The address.
        address: String,
        /// Why no code is sent now.
        wait: Option<Wait>,
        /// Our mail to the address came back.
        bounced: bool,
    },
    /// G06.
    EnterCode(EnterCode),
    /// G07.
    Locked {
        /// The address.
        address: String,
        /// How.
        lock: Lock,
        /// The number of the code that a new one replaces.
        ordinal: i32,
        /// From when a new one can be asked for.
        resend_at: Instant,
    },
    /// G08, for a source.
    Wait {
        /// Until when.
        until: Instant,
    },
    /// G15.
    Review(Review),
    /// G15 after *Cancel*, where there is no application to go back to.
    ReviewCancelled,
    /// G17.
    Invitation(Invitation),
    /// G17 at its end, without a redirect URL: names of applications with where they open.
    InvitationDone {
        /// Name and address of each application.
        applications: Vec<(String, String)>,
    },
    /// G17 with somebody else signed in.
    InvitationOther {
        /// The invited address, masked.
        masked: String,
        /// Who is signed in.
        signed_in: String,
    },
    /// G18.
    InvitationProblem {
        /// When it ended, where that is the reason.
        expired_at: Option<Instant>,
    },
    /// G20; nothing where the link has ended.
    Report(Option<Report>),
    /// G23, the question.
    SignOut {
        /// Who is signed in.
        address: String,
        /// The request, to be repeated by the button.
        query: String,
    },
    /// G23, done.
    SignedOut {
        /// A validated way back to the application.
        back: Option<String>,
    },
    /// G25's frame.
    FormPost,
    /// G27.
    Blocked(BlockReason),
    /// G27, no method.
    NoWay {
        /// The address.
        address: String,
    },
}

/// What is wrong with a typed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailProblem {
    /// Nothing typed.
    Empty,
    /// Not one address.
    Format,
    /// The organisation does not accept the domain.
    Domain(String),
}

/// G06.
#[derive(Debug)]
pub struct EnterCode {
    /// The address.
    pub address: String,
    /// The four letters.
    pub mark: String,
    /// When the code ends.
    pub expires_at: Instant,
    /// The number of the code.
    pub ordinal: i32,
    /// From when a new one can be asked for.
    pub resend_at: Instant,
    /// What happened last.
    pub state: CodeState,
    /// Our mail to the address came back.
    pub bounced: bool,
    /// Strangers may sign up at the application.
    pub sign_up: bool,
    /// The page sends a complete code by itself.
    pub auto_submit: bool,
}

/// What happened last on G06.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeState {
    /// Nothing.
    Open,
    /// A wrong shape.
    Shape(ShapeError),
    /// Wrong; tries left.
    Wrong {
        /// Tries left on this code.
        left: i32,
    },
    /// The time is over.
    Expired,
    /// *Send a new code* was pressed too early.
    Early(Instant),
    /// Enough codes for now.
    Enough(Instant),
}

/// G07.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Five wrong tries on this code.
    Burned,
    /// Too many for the address.
    Paused(Instant),
    /// A hundred in a row.
    Suspended(Instant),
}

/// G15.
#[derive(Debug)]
pub struct Review {
    /// The address.
    pub address: String,
    /// The version of the tenant's terms that must be agreed to.
    pub terms: Option<u32>,
    /// The box was not ticked.
    pub terms_missing: bool,
    /// Who invited.
    pub inviter: Option<String>,
    /// Host where it goes on.
    pub destination: Option<String>,
}

/// G17.
#[derive(Debug)]
pub struct Invitation {
    /// The invited address.
    pub address: String,
    /// Who invited.
    pub inviter: Option<String>,
    /// Their address.
    pub inviter_email: Option<String>,
    /// Free text.
    pub message: Option<String>,
    /// Until when it must be accepted.
    pub expires_at: Option<Instant>,
    /// Accepted before: the link is a way back.
    pub back: bool,
}

/// G20.
#[derive(Debug)]
pub struct Report {
    /// What the mail said of who asked.
    pub facts: RequestFacts,
    /// What became of the code.
    pub fate: Fate,
    /// What was pressed.
    pub said: Said,
    /// Codes to the address are paused until then.
    pub paused_until: Option<Instant>,
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It still works.
    Live,
    /// It ended unused.
    Expired,
    /// It was used.
    Used(Instant),
}

/// What the page says of a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Nothing was pressed.
    Nothing,
    /// The sign-in was stopped.
    Done,
    /// It was the person themselves.
    Mine,
    /// Codes start again.
    Resumed,
}
