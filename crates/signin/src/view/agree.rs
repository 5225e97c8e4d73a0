//! Agreeing: G15.

/// G15.
#[derive(Debug)]
pub struct Review {
    pub address: String,
    /// The version of the tenant's terms that must be agreed to.
    pub terms: Option<u32>,
    /// The box was not ticked.
    pub terms_missing: bool,
    pub inviter: Option<String>,
    /// Host where it goes on.
    pub destination: Option<String>,
}

/// G15 after *Cancel*, where there is no application to go back to.
#[derive(Debug)]
pub struct ReviewCancelled;
