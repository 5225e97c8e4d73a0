// A relying party on openid-client v6 against a running server, over HTTP alone.
//
// Environment: LABEL (e.g. sqlite::basic), ISSUER, CLIENT_ID, CLIENT_SECRET (none for public clients), CLIENT_AUTH
// (basic, post or none), REDIRECT_URI, POST_LOGOUT_URI, ADDRESS (an invited guest), MAILDIR, ALG (RS256 or ES256).

import assert from "node:assert/strict";
import * as client from "openid-client";
import { Guest } from "./guest.mjs";
import * as mail from "./mail.mjs";
import { Report } from "./report.mjs";

const { LABEL, ISSUER, CLIENT_ID, CLIENT_SECRET, CLIENT_AUTH = "basic", REDIRECT_URI, POST_LOGOUT_URI, ADDRESS, MAILDIR, ALG = "RS256" } = process.env;
const report = new Report(`js::${LABEL}`);
const ends = (url) => url.href.startsWith(REDIRECT_URI) || url.href.startsWith(POST_LOGOUT_URI);
const guest = new Guest(ends);
const secret = { basic: () => client.ClientSecretBasic(CLIENT_SECRET), post: () => client.ClientSecretPost(CLIENT_SECRET), none: client.None }[CLIENT_AUTH];

/** A request with state, nonce and PKCE, and what has to be kept of it. */
async function ask(config, extra = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const kept = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: "openid profile email offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: kept.expectedState,
    nonce: kept.expectedNonce,
    ...extra,
  });
  return { url, kept };
}

/** Types address and code, agrees to what the first sign-in asks, and arrives at the application. */
async function signIn(url) {
  let at = await guest.open(url);
  if (at.page === "G02") at = await guest.submit({}, "Use another account");
  const before = (await mail.messages(MAILDIR, ADDRESS)).length;
  if (at.page === "G01") at = await guest.submit({ email: ADDRESS });
  else if (at.page === "G05") at = await guest.submit({}, "Send code");
  assert.equal(at.page, "G06", guest.about());
  at = await guest.submit({ code: mail.code(await mail.next(MAILDIR, ADDRESS, before)) });
  if (at.page === "G15") at = await guest.submit({}, "Accept");
  assert.ok(at.callback, guest.about());
  return at.callback;
}

const oauth = async (promise) => {
  try {
    await promise;
    return "accepted";
  } catch (error) {
    return error.error ?? error.cause?.error ?? `${error.code}: ${error.message}`;
  }
};

const config = await report.check("discovery", async () => {
  const found = await client.discovery(new URL(ISSUER), CLIENT_ID, { id_token_signed_response_alg: ALG }, secret(), { execute: [client.allowInsecureRequests] });
  const metadata = found.serverMetadata();
  assert.equal(metadata.issuer, ISSUER);
  assert.ok(metadata.supportsPKCE("S256"));
  for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"]) assert.ok(metadata[name]?.startsWith("http"), name);
  assert.ok(metadata.id_token_signing_alg_values_supported.includes("RS256"));
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  for (const way of ["client_secret_basic", "client_secret_post", "none"]) assert.ok(metadata.token_endpoint_auth_methods_supported.includes(way), way);
  return found;
});

const tokens = await report.check("whole sign-in", async () => {
  const { url, kept } = await ask(config);
  const answer = await client.authorizationCodeGrant(config, await signIn(url), kept);
  const claims = answer.claims();
  assert.equal(claims.email.toLowerCase(), ADDRESS.toLowerCase());
  assert.strictEqual(claims.email_verified, true);
  for (const name of ["sub", "tid", "oid", "sid", "auth_time", "nbf", "amr", "acr", "acct", "idp", "ver", "uti", "preferred_username"]) assert.ok(name in claims, name);
  assert.equal(claims.idp, "mail");
  assert.notEqual(claims.sub, claims.oid);
  return answer;
});

if (config && tokens) {
  const { sub } = tokens.claims();

  await report.check("userinfo", async () => {
    const info = await client.fetchUserInfo(config, tokens.access_token, sub);
    assert.equal(info.email.toLowerCase(), ADDRESS.toLowerCase());
    assert.strictEqual(info.email_verified, true);
    const refused = await fetch(config.serverMetadata().userinfo_endpoint, { headers: { authorization: "Bearer wrong" } });
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer .*error="invalid_token"/);
  });

  await report.check("single sign-on without a page", async () => {
    const { url, kept } = await ask(config, { prompt: "none" });
    const { callback } = await guest.open(url);
    const answer = await client.authorizationCodeGrant(config, callback, kept);
    assert.equal(answer.claims().sub, sub);
    assert.equal(answer.claims().auth_time, tokens.claims().auth_time);
  });

  await report.check("form_post", async () => {
    const { url, kept } = await ask(config, { response_mode: "form_post" });
    const { callback } = await guest.open(url);
    assert.ok(callback instanceof Request, guest.about());
    const answer = await client.authorizationCodeGrant(config, callback, kept);
    assert.equal(answer.claims().sub, sub);
  });

  await report.check("a code works once", async () => {
    const { url, kept } = await ask(config, { prompt: "none" });
    const { callback } = await guest.open(url);
    await client.authorizationCodeGrant(config, callback, kept);
    assert.equal(await oauth(client.authorizationCodeGrant(config, callback, kept)), "invalid_grant");
  });

  await report.check("refresh rotates and a replay ends the family", async () => {
    const { url, kept } = await ask(config, { prompt: "none" });
    const first = await client.authorizationCodeGrant(config, (await guest.open(url)).callback, kept);
    assert.ok(first.refresh_token, "offline_access gives a refresh token");
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal(second.claims()?.sub, sub);
    const third = await client.refreshTokenGrant(config, second.refresh_token);
    assert.equal(await oauth(client.refreshTokenGrant(config, first.refresh_token)), "invalid_grant");
    assert.equal(await oauth(client.refreshTokenGrant(config, third.refresh_token)), "invalid_grant", "the family is dead");
  });

  await report.check("sign-out leads back and ends the session", async () => {
    const state = client.randomState();
    const url = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: POST_LOGOUT_URI, state });
    const { callback } = await guest.open(url);
    assert.ok(callback?.href.startsWith(POST_LOGOUT_URI), guest.about());
    assert.equal(callback.searchParams.get("state"), state);
    const { url: again, kept } = await ask(config, { prompt: "none" });
    const after = (await guest.open(again)).callback;
    assert.equal(await oauth(client.authorizationCodeGrant(config, after, kept)), "login_required");
  });
}
report.end();
