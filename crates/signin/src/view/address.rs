//! Learning an address: G01, G02.

/// G01.
#[derive(Debug)]
pub struct EnterAddress {
    /// What stands in the field.
    pub value: Option<String>,
    /// Whether that was put there by us, not typed.
    pub prefilled: bool,
    pub problem: Option<AddressProblem>,
    /// "Did you mean …?"
    pub suggestion: Option<String>,
}

/// What is wrong with a typed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressProblem {
    /// Nothing typed.
    Empty,
    /// Not one address.
    Format,
    /// The organisation does not accept the domain.
    Domain(String),
}

/// G02.
#[derive(Debug)]
pub struct PickAccount {
    /// What the browser remembers here.
    pub accounts: Vec<AccountChoice>,
    /// An address that was just removed.
    pub forgot: Option<String>,
}

/// An account that the browser remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChoice {
    pub address: String,
    /// Whether it is signed in.
    pub signed_in: bool,
}
