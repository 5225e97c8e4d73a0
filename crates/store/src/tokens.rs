//! What applications got: authorization codes, access tokens, refresh families.

mod access;
mod codes;
mod families;

pub use self::access::{
    AccessTokenRow, LiveAccess, NewAccessToken, SessionStanding, find_access, insert_access, revoke_access,
    session_for_tokens,
};
pub use self::codes::{CodeRow, NewCode, cancel_codes, consume_code, find_code, insert_code, revoke_by_code};
pub use self::families::{
    FamilyRow, NewFamily, Rotation, find_family, insert_family, replay_family, revoke_families_of_session,
    revoke_families_of_user, revoke_family, rotate_family,
};

#[cfg(test)]
pub(crate) const STATEMENTS: [&[crate::statement::ListedStatement]; 3] =
    [access::STATEMENTS, codes::STATEMENTS, families::STATEMENTS];
