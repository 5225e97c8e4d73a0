//! What an organisation sets for itself: typed, with defaults, stored as one JSON document. Read leniently, so that a node
//! of an older release serves a tenant whose settings a newer one wrote; written strictly ([`crate::documents`]).

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Address;
use crate::method::{Method, Switch};
use crate::numbers::{CODE_LIFETIME_MAX_MINUTES, CODE_LIFETIME_MIN_MINUTES};
use crate::text_enum::text_enum;

text_enum! {
    /// What the page after the address may reveal (DEV-7).
    Reveal {
        /// Leads a guest with an account straight there.
        Direct = "direct",
        /// The same page for every address that is not routed.
        Uniform = "uniform",
    }
}

text_enum! {
    /// Entra's name for a step of the redemption order (`primaryIdentityProviderPrecedenceOrder`).
    PrimaryProvider {
        /// Federation set up for the domain.
        ExternalFederation = "externalFederation",
        /// The person's own directory: here, a home organisation.
        AzureActiveDirectory = "azureActiveDirectory",
        /// A social provider: here, a federated one that answers for any domain.
        SocialIdentityProviders = "socialIdentityProviders",
    }
}

text_enum! {
    /// Entra's name for the step after all of those (`fallbackIdentityProvider`).
    FallbackProvider {
        /// The tenant's default: account, then code.
        DefaultConfiguredIdp = "defaultConfiguredIdp",
        /// A Microsoft-style account.
        MicrosoftAccount = "microsoftAccount",
        EmailOneTimePasscode = "emailOneTimePasscode",
    }
}

/// Order and switches of the discovery chain, as the pair that Graph knows plus a switch per method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Discovery {
    /// First what is asked for the domain.
    pub primary_identity_provider_precedence_order: Vec<PrimaryProvider>,
    /// Then what is left.
    pub fallback_identity_provider: FallbackProvider,
    /// What an unproven visitor may see.
    pub reveal: Reveal,
    /// Federation allowed.
    pub federated: bool,
    /// Home organisations allowed.
    pub organization: bool,
    /// Accounts allowed.
    pub account: bool,
    /// Codes allowed.
    pub passcode: bool,
}

impl Default for Discovery {
    fn default() -> Self {
        Self {
            primary_identity_provider_precedence_order: vec![
                PrimaryProvider::ExternalFederation,
                PrimaryProvider::AzureActiveDirectory,
                PrimaryProvider::SocialIdentityProviders,
            ],
            fallback_identity_provider: FallbackProvider::DefaultConfiguredIdp,
            reveal: Reveal::Direct,
            federated: true,
            organization: true,
            account: true,
            passcode: true,
        }
    }
}

/// One place in the chain. A provider bound to the domain and one for its own domains are different places of one
/// method, which Entra's order tells apart (DEV-9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainLink {
    /// Providers that the tenant bound to the domain.
    External,
    /// The home organisation that owns the domain.
    Home,
    /// Work accounts that were detected for the domain.
    Work,
    /// Presets, for their own domains.
    Social,
    /// A method that asks nobody.
    Own(Method),
}

impl ChainLink {
    /// The method that stands here.
    pub const fn method(self) -> Method {
        match self {
            Self::External | Self::Work | Self::Social => Method::Federated,
            Self::Home => Method::Organization,
            Self::Own(method) => method,
        }
    }

    /// Whether the domain was bound to what stands here, so that nothing weaker takes its place (HRD-04). A work account
    /// that was only detected is an offer beside others.
    pub const fn binds(self) -> bool {
        matches!(self, Self::External | Self::Home | Self::Social)
    }
}

impl Discovery {
    /// The chain in the stored order, each place once, what asks nobody last (DEV-9).
    pub fn order(&self) -> Vec<ChainLink> {
        let mut order = Vec::with_capacity(6);
        let mut push = |link| {
            if !order.contains(&link) {
                order.push(link);
            }
        };
        for provider in &self.primary_identity_provider_precedence_order {
            match provider {
                PrimaryProvider::ExternalFederation => push(ChainLink::External),
                PrimaryProvider::SocialIdentityProviders => push(ChainLink::Social),
                PrimaryProvider::AzureActiveDirectory => {
                    push(ChainLink::Home);
                    push(ChainLink::Work);
                }
            }
        }
        match self.fallback_identity_provider {
            FallbackProvider::EmailOneTimePasscode => push(ChainLink::Own(Method::Passcode)),
            FallbackProvider::MicrosoftAccount => push(ChainLink::Own(Method::Account)),
            FallbackProvider::DefaultConfiguredIdp => {
                Method::ALL.iter().filter(|m| m.plain().is_some()).for_each(|m| push(ChainLink::Own(*m)));
            }
        }
        order
    }

    /// Whether a method is switched on.
    pub fn allows(&self, method: Method) -> bool {
        match method.line().switch {
            Switch::Federated => self.federated,
            Switch::Organization => self.organization,
            Switch::Account => self.account,
            Switch::Passcode => self.passcode,
            Switch::None => true,
        }
    }
}

/// How codes are handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CodeSettings {
    /// N-02, in minutes.
    pub lifetime_minutes: i64,
    /// Whether the page sends a complete code by itself.
    pub auto_submit: bool,
    /// Whether a page of its own comes before every code.
    pub confirm_before_send: bool,
}

impl Default for CodeSettings {
    fn default() -> Self {
        Self { lifetime_minutes: CODE_LIFETIME_MAX_MINUTES, auto_submit: true, confirm_before_send: false }
    }
}

impl CodeSettings {
    /// The lifetime of a code.
    pub fn lifetime(&self) -> TimeDelta {
        TimeDelta::minutes(self.lifetime_minutes.clamp(CODE_LIFETIME_MIN_MINUTES, CODE_LIFETIME_MAX_MINUTES))
    }
}

/// Everything an organisation sets, with its defaults.
///
/// A key may be added; what stands under one never changes its type, nor gets a value that an older release cannot read:
/// a node that cannot read the settings lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TenantSettings {
    /// The chain.
    pub discovery: Discovery,
    pub code: CodeSettings,
    /// Language where nothing else says one.
    pub default_locale: Option<String>,
    /// Whom pages tell to ask.
    pub contact: Option<String>,
    /// Who gets a mail about reported codes.
    pub security_contact: Option<String>,
    /// Privacy statement.
    pub privacy_url: Option<String>,
    pub terms_url: Option<String>,
    /// N-10, in minutes; 24 h where absent.
    pub session_minutes: Option<i64>,
}

/// Why settings are refused; names the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct SettingsError {
    /// The key as written.
    pub key: &'static str,
    /// What it must be.
    pub problem: String,
}

impl TenantSettings {
    /// Checks what types alone cannot (OTP-03, N-10).
    pub fn check(&self) -> Result<(), SettingsError> {
        let minutes = self.code.lifetime_minutes;
        if !(CODE_LIFETIME_MIN_MINUTES..=CODE_LIFETIME_MAX_MINUTES).contains(&minutes) {
            let problem = format!(
                "{minutes} minutes; it must lie between {CODE_LIFETIME_MIN_MINUTES} and {CODE_LIFETIME_MAX_MINUTES}"
            );
            return Err(SettingsError { key: "code.lifetimeMinutes", problem });
        }
        if let Some(minutes) = self.session_minutes.filter(|m| !(5..=24 * 60).contains(m)) {
            let problem = format!("{minutes} minutes; it must lie between 5 and 1440");
            return Err(SettingsError { key: "sessionMinutes", problem });
        }
        for (key, address) in [("contact", &self.contact), ("securityContact", &self.security_contact)] {
            if let Some(Err(error)) = address.as_deref().map(Address::parse) {
                return Err(SettingsError { key, problem: error.to_string() });
            }
        }
        for (key, url) in [("privacyUrl", &self.privacy_url), ("termsUrl", &self.terms_url)] {
            if url.as_ref().is_some_and(|u| !u.starts_with("https://")) {
                return Err(SettingsError { key, problem: "it must be an https:// URL".into() });
            }
        }
        Ok(())
    }

    /// How long a guest's session lasts.
    pub fn session_lifetime(&self) -> TimeDelta {
        self.session_minutes
            .map_or(crate::numbers::SESSION_LIFETIME, |m| TimeDelta::minutes(m.clamp(5, 24 * 60)))
    }
}

#[cfg(test)]
mod tests;
