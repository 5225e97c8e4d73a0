//! The fixed list of `error_description` lines (WEB-11): ASCII, no quotes, no backslash, no data of any request.

macro_rules! texts {
    ($($name:ident = $text:literal;)+) => {
        $(#[doc = concat!("`", $text, "`")] pub const $name: &str = $text;)+

        /// All lines, for the reference pages and tests.
        pub const ALL: &[&str] = &[$($name),+];
    };
}

texts! {
    MALFORMED_REQUEST = "The request is malformed.";
    MISSING_PARAMETER = "A required parameter is missing.";
    REPEATED_PARAMETER = "A parameter is given more than once.";
    REQUEST_OBJECT = "Request objects are not supported; send plain parameters.";
    REQUEST_URI = "The request_uri parameter is not supported; send plain parameters.";
    REGISTRATION = "The registration parameter is not supported.";
    RESPONSE_TYPE_MISSING = "The response_type parameter is missing.";
    RESPONSE_TYPE_UNSUPPORTED = "The response_type is not supported; use code.";
    RESPONSE_TYPE_NOT_ALLOWED = "The application is not set to use this response_type.";
    RESPONSE_MODE = "The response_mode is not supported for this response_type.";
    STATE_TOO_LONG = "The state is longer than 2048 bytes.";
    NONCE_MISSING = "The nonce parameter is required for this response_type.";
    NONCE_TOO_LONG = "The nonce is longer than 512 bytes.";
    NONCE_NUL = "The nonce must not contain a NUL character.";
    SCOPE_INVALID = "The scope is malformed or too large.";
    SCOPE_OPENID = "The scope must contain openid.";
    SCOPE_TOKEN = "The scope is malformed or exceeds what was granted.";
    CHALLENGE_REQUIRED = "PKCE is required: send code_challenge with code_challenge_method S256.";
    CHALLENGE_OR_NONCE = "PKCE or a nonce is required: send code_challenge with code_challenge_method S256.";
    CHALLENGE_METHOD = "The code_challenge_method must be S256 and come with a code_challenge.";
    CHALLENGE_FORM = "The code_challenge must be the 43 characters of a base64url SHA-256 digest.";
    PROMPT_UNKNOWN = "The prompt has a value that is not supported.";
    PROMPT_NONE = "The prompt value none cannot be combined with others.";
    MAX_AGE = "The max_age must be a number of seconds from 0 to ten years.";
    ACR_VALUES = "The acr_values are too large.";
    CLAIMS_TOO_LONG = "The claims parameter is too large.";
    CLAIMS_MALFORMED = "The claims parameter is malformed.";
    LOGIN_REQUIRED = "The person must sign in.";
    INTERACTION_REQUIRED = "The person must do something on a page.";
    CONSENT_REQUIRED = "The person must consent.";
    ACCOUNT_SELECTION_REQUIRED = "The person must choose an account.";
    ACCESS_DENIED = "Access was refused.";
    CANCELLED = "The sign-in was cancelled.";
    UNMET_AUTHENTICATION = "The requested kind of authentication cannot be met.";
    CLIENT_DISABLED = "The application may not be used here.";
    SERVER_ERROR = "Something failed on our side.";
    UNAVAILABLE = "The service is busy; try again shortly.";
    CLIENT_AUTHENTICATION = "Client authentication failed.";
    CLIENT_MISSING = "Client authentication is missing.";
    ASSERTION_NOT_OFFERED = "Client assertions (private_key_jwt) are not offered; use client_secret_basic or client_secret_post.";
    SEVERAL_METHODS = "The client authenticates in more than one way.";
    UNSUPPORTED_GRANT = "The grant_type is not supported.";
    CODE_INVALID = "The authorization code is invalid or has expired.";
    CODE_REDEEMED = "The authorization code was already redeemed.";
    REDIRECT_MISMATCH = "The redirect_uri differs from that of the authorization request.";
    PKCE_MISMATCH = "The code_verifier does not match the authorization request.";
    REFRESH_INVALID = "The refresh token is invalid, has expired or was revoked.";
    SESSION_ENDED = "The session behind this grant has ended; sign in again.";
    ACCESS_ENDED = "The person no longer has access to this application.";
    TOKEN_INVALID = "The access token is invalid or has expired.";
}
