### G24, G26 to G28: what went wrong, why, and what to do next.

error-details = Details for support
error-code = Error code
error-trace = Trace ID
error-time = Time
error-app = App
error-org = Organization
error-copy = Copy details
error-copied = Details copied
error-dev = For developers
error-retry = Try again
error-restart = Start again
error-continue = Continue
error-back = Back to { $app }
error-contact = If it keeps happening, send these details to { $contact }.

interaction-expired-title = This page was open too long
interaction-expired = Start again; it takes a few seconds.
interaction-stopped-title = Signing in was stopped
interaction-stopped = It was stopped from the email, or another sign-in took its place. Start again; it takes a few seconds.
interaction-unknown-title = We lost track of this sign-in
interaction-unknown = It may have been opened from a bookmark or an old tab. Go back to the app and start again.
other-browser-title = This code was asked for in another browser
other-browser = Enter it there, or start again here.
already-done-title = You are already signed in
already-done = This sign-in is finished, here or in another tab. Go on in the app.
client-unknown-title = This app is not set up
client-unknown = { $org } has not registered the app that the link names. Tell { $contact }.
client-off-title = This app is switched off
client-off = { $org } switched off this app. Ask { $contact }.
redirect-mismatch-title = This app is set up wrong
redirect-mismatch = We do not send you to an address that is not registered. Tell { $contact }.
request-bad-title = The app sent an incomplete request
request-bad = The app has to fix this. Tell { $contact }.
no-access-title = You do not have access to { $app }
no-access = It was not shared with { $email }. Ask { $contact }.
guest-disabled-title = Your access is switched off
guest-disabled = { $org } switched off access for { $email }. Contact { $contact }.
guest-removed-title = You are no longer a guest of { $org }
guest-removed = You need a new invitation. Contact { $contact }.
tenant-unknown-title = We cannot find this organization
tenant-unknown = Check the address, or open the link in your invitation.
tenant-missing-title = This link does not say which organization
tenant-missing = You can be a guest of many organizations, and the link names none. Open the link in your invitation email, or start from the app or web page of the organization.
tenant-off-title = This organization is not active
tenant-off = Contact { $contact }.
domain-blocked-title = { $domain } addresses cannot sign in here
domain-blocked = Use another address. Ask { $contact } why, or to change it.
mail-down-title = We cannot send email right now
mail-down = Try again in a minute.
csrf-title = Send that again
csrf = The page was older than expected. Nothing was lost.

## G26 Not found / down

notfound-title = We cannot find this page
notfound = The address may be incomplete or old. Open the link in your email, or the app, again.
down-title = Back soon
down = This site cannot answer right now. Try again in a minute.
busy-title = Many people are signing in
busy = This site is busy for a moment. Try again in a few seconds.

## G27 Access blocked by policy

blocked-title = You cannot open { $app } right now
blocked-title-noapp = You cannot sign in right now
blocked-country = { $org } does not allow sign-in from where you are.
blocked-network = { $org } allows sign-in only from certain networks.
blocked-device = { $org } allows sign-in only from managed devices.
blocked-risk = { $org } blocked this sign-in because it looked unusual.
blocked-generic = A rule of { $org } blocked this sign-in.
blocked-nomethod = There is no way for { $email } to sign in to { $org }. Contact { $contact }.
blocked-ask = Ask { $contact } if you think this is wrong.
blocked-switch = Sign in with another account

## G28 Cookies needed

cookies-title = Allow cookies to sign in
cookies-body = This site sets one cookie to remember that it is you. No tracking, no ads.
cookies-how = Turn on cookies for { $host } in your browser settings, then try again.
