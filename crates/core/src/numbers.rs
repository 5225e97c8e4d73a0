//! The normative numbers, each once (`N-*`). Everything that needs one reads it here.

use chrono::TimeDelta;

/// N-01: decimal digits of a passcode (26.6 bits).
pub const CODE_DIGITS: usize = 8;
/// N-01: how many passcodes there are.
pub const CODE_SPACE: u32 = 100_000_000;
/// N-02: how long a passcode lives unless the tenant shortens it.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(30);
/// N-02: the shortest life a tenant may set, in minutes.
pub const CODE_LIFETIME_MIN_MINUTES: i64 = 1;
/// N-02: the longest life a tenant may set, in minutes.
pub const CODE_LIFETIME_MAX_MINUTES: i64 = 30;
/// N-03: wrong tries that burn one code.
pub const TRIES_PER_CODE: i32 = 5;
/// OTP-14, OTP-04: presses that repeat the one which used a code, within its minute; more than any browser makes by itself.
pub const REPEATS_PER_CODE: i32 = 80;
/// N-04: wrong tries per (tenant, address) in [`TRIES_SHORT_WINDOW`].
pub const TRIES_SHORT: i32 = 10;
/// N-04: the short window.
pub const TRIES_SHORT_WINDOW: TimeDelta = TimeDelta::minutes(60);
/// N-04: wrong tries per (tenant, address) in [`TRIES_LONG_WINDOW`].
pub const TRIES_LONG: i32 = 20;
/// N-04: the long window.
pub const TRIES_LONG_WINDOW: TimeDelta = TimeDelta::hours(24);
/// N-05: consecutive failures before codes to the address are suspended.
pub const FAILURES_IN_A_ROW: i32 = 100;
/// N-05: how long that suspension lasts at most.
pub const SUSPENSION: TimeDelta = TimeDelta::hours(24);
/// N-06: the least time between two sends per (tenant, address).
pub const SEND_GAP: TimeDelta = TimeDelta::seconds(60);
/// N-07: sends per (tenant, address) in an hour.
pub const SENDS_SHORT: i32 = 5;
/// N-07: the short window.
pub const SENDS_SHORT_WINDOW: TimeDelta = TimeDelta::hours(1);
/// N-07: sends per (tenant, address) in a day.
pub const SENDS_LONG: i32 = 10;
/// N-07: the long window.
pub const SENDS_LONG_WINDOW: TimeDelta = TimeDelta::hours(24);
/// N-08: sends per address over all tenants in a day.
pub const SENDS_EVERYWHERE: i32 = 20;
/// N-09: distinct addresses per source in an hour, for an IPv4 /32 and an IPv6 /64.
pub const ADDRESSES_PER_SOURCE: i32 = 20;
/// N-09: distinct addresses in an hour for an IPv6 /48.
pub const ADDRESSES_PER_SITE: i32 = 100;
/// N-09: the window.
pub const SOURCE_WINDOW: TimeDelta = TimeDelta::hours(1);
/// N-10: a guest's session, absolute from `auth_time`.
pub const SESSION_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// N-12: an authorization code.
pub const AUTHORIZATION_CODE_LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// N-13: an access token.
pub const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// TOK-08: an ID token lives at most this long; ours end with the access token's promise, an hour.
pub const ID_TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// N-15: an invitation, until it must be accepted.
pub const INVITATION_LIFETIME: TimeDelta = TimeDelta::days(30);
/// N-15: a report link, beyond the end of the code that it came with.
pub const REPORT_LINK_BEYOND_CODE: TimeDelta = TimeDelta::hours(24);
/// N-17: leeway for foreign JWTs; our own objects get none.
pub const FOREIGN_JWT_LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// N-20: longest request target, in bytes.
pub const MAX_URI: usize = 8 * 1024;
/// N-20: longest request head, in bytes.
pub const MAX_HEAD: usize = 16 * 1024;
/// N-20: longest form body, in bytes.
pub const MAX_FORM: usize = 16 * 1024;
/// CLA-02: failed client authentications a minute.
pub const CLIENT_FAILURES_SHORT: i32 = 30;
/// CLA-02: failed client authentications an hour.
pub const CLIENT_FAILURES_LONG: i32 = 300;
/// DOS-02: connections that one source may hold.
pub const CONNECTIONS_PER_SOURCE: usize = 200;
/// N-20: time for a request's head, in seconds.
pub const HEAD_TIMEOUT_SECONDS: u64 = 5;
/// N-20: time for a request's body, in seconds.
pub const BODY_TIMEOUT_SECONDS: u64 = 15;
/// N-21: a sealed interaction in the browser.
pub const INTERACTION_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// N-21: an interaction's row, beyond its last code or proof.
pub const INTERACTION_ROW_LIFETIME: TimeDelta = TimeDelta::minutes(30);
/// N-21: open rows per source.
pub const OPEN_ROWS_PER_SOURCE: i32 = 100;
/// N-21: sealed interactions kept by one browser.
pub const INTERACTIONS_PER_BROWSER: usize = 3;
/// N-21, SES-02: the largest sealed interaction, in bytes of its cookie value.
pub const MAX_SEALED: usize = 3 * 1024;
/// N-21: all sealed interactions of a browser stay below this, in bytes.
pub const MAX_SEALED_TOGETHER: usize = 4 * 1024;
/// N-22: one notice of each kind per address in this time.
pub const NOTICE_WINDOW: TimeDelta = TimeDelta::hours(24);
/// N-23: remembered accounts of a browser.
pub const REMEMBERED_LIFETIME: TimeDelta = TimeDelta::days(30);
/// Remembered accounts shown (ux G02).
pub const REMEMBERED_MAX: usize = 5;
/// OTP-14: a repeat of the right code by the same browser is answered like the first within this time.
pub const REPEAT_WINDOW: TimeDelta = TimeDelta::seconds(60);
/// OTP-16: passcode rows are deleted this long after their end.
pub const PASSCODE_RETENTION: TimeDelta = TimeDelta::hours(24);
/// KEY-04: a signing key is published this long before it first signs.
pub const KEY_PUBLISHED_BEFORE_USE: TimeDelta = TimeDelta::hours(24);
/// KEY-04: a signing key stays published this long after the last token signed by it has ended.
pub const KEY_KEPT_AFTER_LAST_TOKEN: TimeDelta = TimeDelta::hours(1);
/// KEY-04: a signing key is replaced after this long.
pub const KEY_ROTATION: TimeDelta = TimeDelta::days(90);
/// KEY-04: how long a JWKS may be cached, in seconds.
pub const JWKS_MAX_AGE_SECONDS: u32 = 900;
/// OID-03: redirect URIs per application.
pub const REDIRECT_URIS_MAX: usize = 50;
/// OID-03: bytes of a redirect URI.
pub const REDIRECT_URI_MAX: usize = 2048;
/// OID-09: bytes of `state`.
pub const STATE_MAX: usize = 2048;
/// OID-17: scope values and bytes of a request.
pub const SCOPES_MAX: usize = 50;
/// OID-17: bytes of the `scope` parameter.
pub const SCOPE_BYTES_MAX: usize = 1024;
/// ADR-01: bytes of an address.
pub const ADDRESS_MAX: usize = 254;
/// After so many passing failures a mail is given up: the waits double from 2 s to [`MAIL_LONGEST_WAIT_SECONDS`], so that
/// is about a day, which greylisting and a mail server's bad afternoon stay well below. A passcode is dropped sooner, when
/// it no longer lives.
pub const MAIL_ATTEMPTS: i32 = 34;
/// The longest wait between two tries of a mail, in seconds.
pub const MAIL_LONGEST_WAIT_SECONDS: i64 = 3_600;
/// MAIL-01: characters of a display name.
pub const NAME_MAX: usize = 64;
