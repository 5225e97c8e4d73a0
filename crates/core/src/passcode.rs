//! The 8-digit code: how it is drawn, read from what a person typed, and checked (OTP-01, 02, 04, 14, 19).
//!
//! The check yields a [`Match`], and a match becomes a [`MailboxProof`] only together with the row that the database
//! really consumed: two presses of one button make one proof.

use std::fmt;

use crate::clock::Instant;
use crate::ids::{InteractionId, PasscodeId, Realm};
use crate::numbers::{CODE_DIGITS, CODE_SPACE, TRIES_PER_CODE};
use crate::proof::MailboxProof;
use crate::random::Random;
use crate::secret::{Digest, Secret};

/// A passcode in the clear: exactly [`CODE_DIGITS`] ASCII digits. Neither printed nor compared but as a digest.
pub struct Code(Secret);

impl Code {
    /// Draws a code uniformly over 00000000–99999999 by rejection sampling (OTP-01).
    pub fn draw(random: &dyn Random) -> Self {
        loop {
            let mut bytes = [0; 4];
            random.fill(&mut bytes);
            if let Some(number) = uniform(u32::from_le_bytes(bytes)) {
                return Self(Secret::new(format!("{number:08}")));
            }
        }
    }

    /// Reads what a person typed or pasted (OTP-02): Unicode decimal digits become ASCII, everything that is no digit
    /// is dropped, and exactly eight must be left. A wrong shape costs no try.
    ///
    /// ```
    /// use vestibule_core::passcode::Code;
    /// assert_eq!(Code::read("Your code is 1234-5678").unwrap().expose(), "12345678");
    /// assert!(Code::read("1234567").is_err());
    /// ```
    pub fn read(typed: &str) -> Result<Self, ShapeError> {
        if typed.chars().count() > MAX_TYPED
            || typed.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        {
            return Err(ShapeError::Characters);
        }
        let digits: String = typed.chars().filter_map(digit).collect();
        match digits.len() {
            CODE_DIGITS => Ok(Self(Secret::new(digits))),
            0 if typed.trim().is_empty() => Err(ShapeError::Empty),
            0 => Err(ShapeError::Characters),
            n => Err(ShapeError::Length(n)),
        }
    }

    /// The digits, for the digest and the mail.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(***)")
    }
}

/// More characters than this are refused outright (OTP-02).
const MAX_TYPED: usize = 64;

/// Maps a 32-bit value to a code, or tells that it must be drawn again.
const fn uniform(value: u32) -> Option<u32> {
    let limit = u32::MAX - u32::MAX % CODE_SPACE;
    if value < limit { Some(value % CODE_SPACE) } else { None }
}

/// The ASCII digit that a Unicode decimal digit stands for.
fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let zero = *ZEROES.iter().rev().find(|zero| **zero <= code)?;
    char::from_digit(code - zero, 10)
}

/// What is wrong with the shape of what was typed; shown as it is, no try is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Another number of digits.
    #[error("{0} digits")]
    Length(usize),
    /// No digits, a control character, or far too long.
    #[error("not digits")]
    Characters,
}

/// The four letters that page and mail share (OTP-07): consonants that cannot be misread, so no words either.
pub fn draw_mark(random: &dyn Random) -> String {
    const LETTERS: &[u8; 16] = b"BCDFGHJKLMNPRTWX";
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    bytes.iter().filter_map(|b| LETTERS.get(usize::from(b & 15))).map(|b| char::from(*b)).collect()
}

crate::text_enum::text_enum! {
    /// What a code may be used for (OTP-12); part of its digest.
    CodePurpose {
        /// To sign in at a tenant.
        SignIn = "sign_in",
        /// To create a Microsoft-style account (HRD-13).
        CreateAccount = "create_account",
        /// To reset an account's password.
        ResetPassword = "reset_password",
        /// To see the organisations of an address (HRD-15).
        ChooseOrganization = "choose_organization",
        /// To change an address (ADR-09).
        ChangeAddress = "change_address",
        /// To prove anew for a sensitive change (SES-10).
        StepUp = "step_up",
    }
}

crate::text_enum::text_enum! {
    /// Where a code stands.
    PasscodeState {
        /// May be tried.
        Live = "live",
        /// Replaced by a newer one of its interaction (OTP-07).
        Superseded = "superseded",
        Used = "used",
        /// Killed with its interaction or by a report (OTP-23).
        Cancelled = "cancelled",
    }
}

/// A passcode row as stored, as far as the check needs it.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: PasscodeId,
    /// The realm that it belongs to.
    pub realm: Realm,
    /// The interaction that asked for it.
    pub interaction: InteractionId,
    /// What it is for.
    pub purpose: CodePurpose,
    /// The keyed digest of the right digits; of nothing, for a decoy.
    pub digest: Digest,
    /// Whether nobody was sent anything (OTP-18).
    pub decoy: bool,
    /// Tries counted so far.
    pub tries: i32,
    pub state: PasscodeState,
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
}

/// What the page can say before any digits are looked at (OTP-19): the same for everybody's digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStanding {
    /// Digits may be tried; so many wrong ones are left.
    Open {
        /// Tries left on this code.
        left: i32,
    },
    /// The time is over.
    Expired,
    /// Too many wrong tries on this code (N-03).
    Burned,
    Used,
    /// Killed: by a report or another interaction.
    Cancelled,
}

impl Stored {
    /// Where the code stands at `now`.
    pub fn standing(&self, now: Instant) -> CodeStanding {
        match self.state {
            PasscodeState::Used => CodeStanding::Used,
            PasscodeState::Cancelled | PasscodeState::Superseded => CodeStanding::Cancelled,
            PasscodeState::Live if self.expires_at <= now => CodeStanding::Expired,
            PasscodeState::Live if self.tries >= TRIES_PER_CODE => CodeStanding::Burned,
            PasscodeState::Live => CodeStanding::Open { left: TRIES_PER_CODE - self.tries },
        }
    }

    /// Compares a counted try with the code. `ordinal` is what counting it returned (OTP-04): only ordinals 1 to N-03
    /// may compare. The comparison takes place whatever the state, and decides last (OTP-17).
    pub fn check(
        &self,
        tried: &Digest,
        ordinal: Option<i32>,
        purpose: CodePurpose,
        now: Instant,
    ) -> Result<Match, Miss> {
        let digits = self.digest.matches(tried);
        let equal = digits && !self.decoy && self.purpose == purpose;
        let Some(ordinal) = ordinal.filter(|o| (1..=TRIES_PER_CODE).contains(o)) else {
            return Err(Miss::NotCompared);
        };
        if !matches!(self.state, PasscodeState::Live) || self.expires_at <= now {
            return Err(Miss::NotCompared);
        }
        if equal {
            Ok(Match { id: self.id, ordinal })
        } else {
            Err(Miss::Wrong { left: TRIES_PER_CODE - ordinal })
        }
    }
}

/// Digits that do not open anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// Compared and wrong; so many tries are left on this code.
    Wrong {
        /// Tries left.
        left: i32,
    },
    /// Not compared, because the code was no longer open or its tries were used up.
    NotCompared,
}

/// The digits were right. Worth nothing until the row is consumed.
#[derive(Debug)]
#[must_use]
pub struct Match {
    id: PasscodeId,
    ordinal: i32,
}

impl Match {
    /// The code that matched.
    pub fn id(&self) -> PasscodeId {
        self.id
    }

    /// The ordinal of the try that matched: the consuming statement checks it again (OTP-14).
    pub fn ordinal(&self) -> i32 {
        self.ordinal
    }

    /// Turns the match into a proof, given the row that the consuming statement returned. `None` where another press
    /// was first, or the row is another one.
    ///
    /// By reference, since a transaction may be run twice: it is the consumed row that can be had only once.
    pub fn proven(&self, consumed: &Stored, address_key: &str) -> Option<MailboxProof> {
        let mine = consumed.id == self.id && consumed.state == PasscodeState::Used;
        let at = consumed.used_at.filter(|_| mine)?;
        Some(MailboxProof::earned(consumed.realm, consumed.interaction, address_key, at))
    }
}

/// The zero of each run of Unicode decimal digits (general category Nd), ascending.
const ZEROES: &[u32] = &[
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
    0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

#[cfg(test)]
mod tests;
