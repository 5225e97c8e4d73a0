### Mails. Text and HTML of one mail come from the same messages.

mail-help = Help
mail-trace = Trace ID { $trace }
mail-privacy = Privacy statement of { $org }
mail-privacy-none = { $org } has not added a privacy statement.

## E01 Code

mail-code-subject = Your { $org } sign-in code ({ $hhmm })
mail-code-subject-plain = Your sign-in code ({ $hhmm })
mail-code-preheader = Open this email to see the code for { $app }. It works for { $minutes } minutes.
mail-code-preheader-noapp = Open this email to see the code for { $org }. It works for { $minutes } minutes.
mail-code-h1 = Your sign-in code
mail-code-lede = Enter this code to sign in to { $app } at { $org }:
mail-code-lede-noapp = Enter this code to sign in to { $org }:
mail-code-valid = It works until { $time }, once, only at { $host } in the browser where you asked for it.
mail-code-mark = The page shows the same letters: { $mark }
mail-code-ctx = Asked for by
mail-code-ctx-app = App
mail-code-ctx-browser = Browser
mail-code-ctx-ip = Network
mail-code-ctx-time = Time
mail-code-warn = Nobody from { $org } will ask you for this code. Do not read it out or forward it.
mail-code-notyou = Not you? Someone may be trying to use your address.
mail-code-notyou-link = This was not me
mail-code-footer = You get this email because someone entered your address to sign in to { $org }.

## E02 Invitation

mail-invite-subject = { $inviter } invited you to { $org }
mail-invite-subject-app = { $org } invited you to { $app }
mail-invite-subject-org = { $org } invited you
mail-invite-preheader = Open { $app } with your email address. No password needed.
mail-invite-preheader-noapp = Sign in to { $org } with your email address. No password needed.
mail-invite-caution = Only accept if you know { $inviter } or expected this email.
mail-invite-caution-org = Only accept if you know { $org } or expected this email.
mail-invite-h1 = { $inviter } ({ $inviteremail }) invited you to { $org }
mail-invite-h1-org = { $org } invited you
mail-invite-app = You will get access to: { $app }
mail-invite-where = The link opens { $host }. Later, use it again to return to { $app }.
mail-invite-where-noapp = The link opens { $host }. Later, use it again to return.
mail-invite-message = Message from { $inviter }:
mail-invite-message-org = Message from { $org }:
mail-invite-button = Accept invitation
mail-invite-plain = Or copy this link:
mail-invite-how = You sign in with a code we email you each day you use it.
mail-invite-valid = The invitation is for { $email }. Accept it by { $date }.
mail-invite-valid-open = The invitation is for { $email }.
mail-invite-footer = You get this email because { $inviter } entered your address.
mail-invite-footer-org = You get this email because { $org } entered your address.

## E13 No access

mail-noaccess-subject = Someone tried to sign in with your address
mail-noaccess-preheader = Someone asked for a code at { $org } with this address. No code was made for it.
mail-noaccess-h1 = No code was made
mail-noaccess-body = Someone asked for a code to sign in to { $app } at { $org } with this address. No code was made for it.
mail-noaccess-body-noapp = Someone asked for a code to sign in to { $org } with this address. No code was made for it.
mail-noaccess-you = Was it you? Ask the person who invited you, or { $contact }, which address and which way to sign in to use.
mail-noaccess-you-nocontact = Was it you? Ask the person who invited you which address and which way to sign in to use.
mail-noaccess-notyou = Was it not you? Nobody got in.
mail-noaccess-footer = You get this email because someone entered your address to sign in to { $org }. We send it at most once a day.

## E14 A guest reported a code

mail-reported-subject = [{ $org }] A guest reported a code
mail-reported-preheader = { $email } says that someone else asked for a sign-in code. The sign-in was stopped.
mail-reported-h1 = A guest reported a code
mail-reported-body = { $email } got a sign-in code by email and says that someone else asked for it.
mail-reported-ctx = What was asked for
mail-reported-ctx-email = Guest
mail-reported-ctx-report = Reported
mail-reported-done = What was done
mail-reported-stopped = The code does not work and that sign-in is closed.
mail-reported-session = The code had been used. The session made with it was ended.
mail-reported-invitation = The invitation that it came from is suspended.
mail-reported-paused = Codes to this guest are stopped until { $time }.
mail-reported-next = Someone may know or have guessed the guest’s address. Ask the guest in a way you already know, and check who could open the invitation.
mail-reported-footer = You get this email because you look after security or guests at { $org }.
