//! Words of `core`: as they stand in columns, and as statements say them by its tables of states.
//!
//! A word that the type does not know is an error, never a default: what a newer release wrote decides nothing here
//! (rule 1: absence is failure).

use std::any::type_name;

use diesel::deserialize;
use vestibule_core::lifecycle::{self, Event};
use vestibule_core::proof::{self, AmrSet};
use vestibule_core::text_enum::Word;
use vestibule_core::{access, client, interaction, method, passcode, policies};

use crate::bind::{AmrText, AsBind, Bind};

/// Reads a column of words.
macro_rules! read {
    ($ty:ty, $parse:expr) => {
        impl $crate::row::ColumnValue for $ty {
            #[cfg(feature = "postgres")]
            fn postgres(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                $crate::words::known($parse(std::str::from_utf8(value.as_bytes())?))
            }
            #[cfg(feature = "sqlite")]
            fn sqlite(
                mut value: diesel::sqlite::SqliteValue<'_, '_, '_>,
            ) -> diesel::deserialize::Result<Self> {
                $crate::words::known($parse(value.read_text()))
            }
        }
    };
}
pub(crate) use read;

/// What a word stands for. The error names the type and does not repeat the word.
pub(crate) fn known<T>(value: Option<T>) -> deserialize::Result<T> {
    value.ok_or_else(|| format!("a column holds a word that {} does not know", type_name::<T>()).into())
}

/// Types whose values stand in columns as their words, both ways.
macro_rules! words {
    ($($ty:ty),+ $(,)?) => { $(
        $crate::words::read!($ty, <$ty as vestibule_core::text_enum::Word>::read);
        impl $crate::bind::AsBind for $ty {
            const NULL: $crate::bind::Bind<'static> = $crate::bind::Bind::Text(None);
            fn bind(&self) -> $crate::bind::Bind<'_> {
                $crate::bind::Bind::Text(Some(vestibule_core::text_enum::Word::word(*self)))
            }
        }
    )+ };
}
pub(crate) use words;

words! {
    access::Role,
    client::ApplicationType,
    client::Audience,
    client::SigningAlgorithm,
    interaction::EndingKind,
    lifecycle::Channel,
    lifecycle::InteractionState,
    lifecycle::InvitationState,
    lifecycle::MailState,
    lifecycle::RedemptionState,
    lifecycle::TenantState,
    lifecycle::UserKind,
    method::Method,
    passcode::CodePurpose,
    passcode::PasscodeState,
    proof::Level,
    policies::PolicyKind,
}

read!(AmrSet, AmrSet::parse);
impl AsBind for AmrSet {
    const NULL: Bind<'static> = Bind::Amr(None);
    fn bind(&self) -> Bind<'_> {
        Bind::Amr(Some(AmrText(*self)))
    }
}

/// Takes one word after the other.
pub(crate) type Say<'a> = &'a mut dyn FnMut(&'static str);

/// Says the states that an event may come from.
pub(crate) fn from(event: impl Event, say: Say<'_>) {
    event.from().iter().for_each(|state| say(state.word()));
}

/// Says the state that an event leads to.
pub(crate) fn to(event: impl Event, say: Say<'_>) {
    say(event.to().word());
}

/// Says one word.
pub(crate) fn word(value: impl Word, say: Say<'_>) {
    say(value.word());
}
