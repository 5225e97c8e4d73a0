//! Signing out: G23.

/// G23, the question.
#[derive(Debug)]
pub struct SignOut {
    /// Who is signed in.
    pub address: String,
    /// The request, to be repeated by the button.
    pub query: String,
}

/// G23, done.
#[derive(Debug)]
pub struct SignedOut {
    /// A validated way back to the application.
    pub back: Option<String>,
}
