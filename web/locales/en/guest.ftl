### Pages that guests read. Ids as in the design brief; `{ $digits }` is filled in everywhere.

## Frame

skip = Skip to main content
title = { $title } – { $org }
title-error = Error: { $title }
title-new = New code: { $title }
language = Language
footer-privacy = Privacy
footer-terms = Terms
footer-help = Help
footer-app = To open { $app }
time-here = { $time } your time
new-tab = (opens in a new tab)
change = Change
change-email = email address

## G01 Email address

email-title = Sign in to { $app }
email-title-noapp = Sign in to { $org }
email-lede = { $org } uses this page for people from outside the company.
email-label = Email address
email-hint = The address your invitation was sent to.
email-note = Next, we email you a code, or open your company’s sign-in.
email-note-nocode = Next, you see how to sign in.
email-next = Next
email-typo = Did you mean { $suggestion }?
email-typo-use = Use { $suggestion }
email-error-empty = Enter your email address.
email-error-format = Enter one email address in the right format, like name@example.com.
email-error-domain = { $org } does not accept { $domain } addresses. Use another one, or contact { $contact }.

## G02 Pick an account

accounts-title = Pick an account
accounts-lede = To open { $app }
accounts-signed-in = Signed in
accounts-code = Signs in with a code from your email
accounts-other = Use another account
accounts-remove = Remove
accounts-forgot = Removed. { $email } is no longer listed on this device.

## G05 Send code

send-title = We will email you a code
send-body = To open { $app }, we send an { $digits }-digit code to this address:
send-body-noapp = To sign in to { $org }, we send an { $digits }-digit code to this address:
send-first = You do not need a password or a new account.
send-button = Send code
send-soon = Send code (in { $s } s)
send-from = Send code (from { $time })
send-ready = You can now ask for a code.
send-change = Use a different address
send-error-mail = We cannot send email right now. Try again in a minute. If it keeps failing, contact { $contact }.
send-error-address = The mail system of { $domain } did not accept our email. Check the address.
send-wait = You can ask for a code at { $time }.

## G06 Enter code

code-title = Check your email
code-title-expired = Your code has expired
code-dest = Enter the { $digits }-digit code from our email to { $email }.
code-label = { $digits }-digit code from your email
code-hint = It works until { $time }.
code-mark = Look for the email marked { $mark }.
code-auto = We check it as soon as all { $digits } digits are in.
code-continue = Continue
code-checking = Checking your code
code-resent = Look for another email to { $email }. Only the newest code works.
code-help-summary = I did not get a code
code-help-spam = Look in your spam or junk folder for an email from { $sender }.
code-help-wait = Company mail systems can take a few minutes.
code-help-address = Check that { $email } is right. You can change it above.
code-help-invited = Only invited addresses get a code. Ask the person who invited you which address they used.
code-help-signup = An address that may not sign in to { $app } gets no code.
code-help-it = Your IT team can allow mail from { $senderdomain }.
code-help-contact = Still stuck? Contact { $contact } and quote { $ref }.
resend = Send a new code
resend-wait = Send a new code (in { $s } s)
resend-from = Send a new code (from { $time })
resend-ready = You can now ask for a new code.
resend-early = You can ask for a new code at { $time }.
resend-max = Enough codes were asked for { $email } for now. Use the newest one, or ask again at { $time }.
code-error-empty = Enter the { $digits }-digit code from your email.
code-error-length = The code has { $digits } digits. You entered { $n }.
code-error-chars = The code is made of { $digits } digits only.
code-error-wrong = That code is not right. Check the newest email and try again.
code-error-wrong-left = { $left ->
    [one] That code is not right. You have 1 try left.
   *[other] That code is not right. You have { $left } tries left.
  }
code-error-expired = Codes work for { $minutes } minutes. Your sign-in is still here: ask for a new code and go on.
code-bounce = Our email to { $email } was returned by the mail system of { $domain }. Check the address.

## G07 Too many wrong codes

locked-title = That was the wrong code too many times
locked-body = To keep { $email } safe, the code no longer works.
locked-next = Send a new code
locked-wait-title = Wait before you try again
locked-wait-body = There were too many wrong codes for { $email }. You can ask for a new code at { $time }.
locked-lift = { $org } can let you in sooner.
locked-change = Use a different address
locked-not-you = Was this not you? Tell { $contact }.

## G08 Wait a moment

wait-title = Wait a moment
wait-body = We had too many requests from your network in a short time. You can continue at { $time }.
wait-button = Try again
wait-button-wait = Try again (in { $s } s)
wait-button-from = Try again (from { $time })
wait-ready = You can try again now.
wait-early = You can try again at { $time }.
wait-help = Many people share your connection? A colleague may be signing in too. Try a mobile network or wait.

## G15 Review permissions

review-title = { $org } would like to add you as a guest
review-verified = { $domain } – checked by this site
review-unverified = { $org } has not confirmed that it owns a web domain
review-inviter = Invited by { $inviter }
review-intro = If you accept, { $org }:
review-receives = receives your name and email address
review-signs = lets you sign in to the apps it shares with you
review-logs = can see when and how you use those apps
review-keeps = keeps your guest record until you leave or it removes you
review-leave = You can leave at any time. To leave { $org }, contact { $contact }.
review-privacy = Privacy statement of { $org }
review-privacy-none = { $org } has not added a privacy statement.
review-terms = Terms of { $org }
review-terms-check = I agree to the terms of { $org }
review-trust = Only accept if you know { $org }.
review-dest = Then you continue to { $app } at { $host }.
review-dest-noapp = Then you continue to { $host }.
review-error-terms = Agree to the terms to continue.
review-accept = Accept
review-cancel = Cancel
review-cancelled-title = You did not accept
review-cancelled = Nothing was shared with { $org }.
review-cancelled-later = Changed your mind? Open the link in your invitation email, or the app, again.

## G17 Invitation

invite-title = { $inviter } invited you to { $org }
invite-title-noinviter = { $org } invited you
invite-title-back = Welcome back to { $org }
invite-app = You will get access to { $app }.
invite-app-back = You have access to { $app }.
invite-for = This invitation is for { $email }
invite-message = Message from { $inviter }
invite-message-noinviter = Message from { $org }
invite-next-code = Next, we email you a code. You do not need a password.
invite-send = Send me a code
invite-expiry = Valid until { $date }
invite-caution = Were you not expecting this? Ask { $inviteremail } in a way you already know.
invite-caution-noinviter = Were you not expecting this? Ask { $org } in a way you already know.
invite-other-title = You are signed in with another address
invite-other = This invitation is for { $masked }. You are signed in as { $got }.
invite-other-switch = Sign out and continue
invite-other-keep = Stay signed in as { $got }
done-title = You are done
done-body = You are now a guest of { $org }. You can close this page, or open an app:
done-body-none = You are now a guest of { $org }. You can close this page.
done-apps = Apps you can open
done-open = Open { $app }
done-later = Next time, open the app itself, or use the link in your invitation email.

## G18 Invitation problem

inviteprob-title = This invitation link does not work
inviteprob-body = It may be incomplete, too old, withdrawn, or replaced by a newer email from { $org }.
inviteprob-newest = Open the link in the newest invitation email, or copy the whole link.
inviteprob-title-expired = This invitation has ended
inviteprob-expired = This invitation ended on { $date }.
inviteprob-ask = Ask the person who invited you for a new invitation.
inviteprob-signin = Have you accepted before?
inviteprob-signin-link = Sign in to { $org }

## G20 This was not me

report-title = Did someone else ask for this code?
report-live = The code still works.
report-expired = The code has expired. Nobody used it.
report-used = The code was used at { $time }.
report-cancel = Stop this sign-in
report-pause = Also stop codes to { $email } for { $hours } hours
report-tell = { $org } will be told.
report-it-was-me = It was me
report-mine-title = All is well
report-mine = Thank you. Nothing was changed. You can close this page.
report-done-title = Done
report-done = The code does not work and that sign-in is closed. { $org } will be told.
report-advice = If you also got emails about other accounts, change your email password. Nobody from { $org } will ever ask you for a code.
report-paused = Codes to { $email } are stopped until { $time }. You can start them again here, or later with the same link.
report-resume = Start codes again
report-resumed-title = Codes are on again
report-resumed = { $email } can get codes again.
report-ended-title = This link has ended
report-ended = The code it was about stopped working more than a day ago. If you are worried, tell { $contact }.
facts-email = Email address
facts-app = App
facts-browser = Browser
facts-network = Network
facts-time = Time

## G23 Sign out

signout-title = Sign out?
signout-body = You are signed in as { $email }.
signout-button = Sign out
signout-stay = Stay signed in
signedout-title = You are signed out
signedout-shared = On a shared computer, close all browser windows.
signedout-again = Sign in again
signedout-back = Back to { $app }

## G25 Continue to the app

formpost-title = Signing you in to { $app }
formpost-title-noapp = Signing you in
formpost-body = If nothing happens, press Continue.
formpost-button = Continue

## G30 Text pages

help-title = Help
help-steps-title = How signing in with a code works
help-step-1 = Open the app, or the link in your invitation email, and enter your email address.
help-step-2 = We email you a code of { $digits } digits. It works once, for { $minutes } minutes, in the browser where you asked for it.
help-step-3 = Enter the code on the page that you left open. It shows the same four letters as the email.
help-step-4 = You stay signed in for up to { $hours } hours. You never need a password for this.
help-missing-title = The code does not arrive
help-missing-spam = Look in your spam or junk folder for an email from { $sender }.
help-missing-wait = Wait a few minutes: company mail systems check email before they deliver it.
help-missing-address = Check the address. It must be the one your invitation was sent to, letter by letter.
help-missing-again = Ask for a new code after { $seconds } seconds. Only the newest code works.
help-missing-it = Ask your IT team to allow mail from { $senderdomain }.
help-moved-title = I changed my email address
help-moved = Ask { $contact } to invite your new address.
help-unexpected-title = I got a code that I did not ask for
help-unexpected = Someone may be using your address. Press “This was not me” in that email. Never give a code to anyone.
help-contact-title = Contact
help-contact = Still stuck? Contact { $contact }.
privacy-title = Privacy
privacy-intro = { $org } lets you sign in here as a guest.
privacy-what-title = What is stored
privacy-what-address = Your email address and your name, to know who may come in.
privacy-what-log = When and how you signed in, with the browser and the network, to keep your access safe.
privacy-what-cookie = Cookies that this page needs to sign you in. No tracking, no ads.
privacy-who-title = Who sees it
privacy-who = { $org } and the people who run { $host }. Apps that you open get your name and email address.
privacy-own = Privacy statement of { $org }
privacy-own-none = { $org } has not added a privacy statement.
privacy-ask = Questions, or want your data removed? Contact { $contact }.
terms-title = Terms
terms-own = Terms of { $org }
terms-own-none = { $org } has not added terms of its own.
terms-plain = Use this page only with an address that is yours. Do not give your codes to anyone.
accessibility-title = Accessibility
accessibility-goal = These pages are made to meet the Web Content Accessibility Guidelines (WCAG) 2.2, level AA.
accessibility-how = They work by keyboard, with screen readers, without script, with large text and on small screens. There are no puzzles and no time pressure: a code can be replaced at any time.
accessibility-tell = Is something in your way? Tell { $contact }.
