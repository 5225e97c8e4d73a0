### Seiten, die Gäste lesen.

## Frame

skip = Zum Hauptinhalt springen
title = { $title } – { $org }
title-error = Fehler: { $title }
title-new = Neuer Code: { $title }
language = Sprache
footer-privacy = Datenschutz
footer-terms = Nutzungsbedingungen
footer-help = Hilfe
footer-app = Um { $app } zu öffnen
time-here = { $time } Ihre Zeit
new-tab = (öffnet einen neuen Tab)
change = Ändern
change-email = E-Mail-Adresse

## G01

email-title = Bei { $app } anmelden
email-title-noapp = Bei { $org } anmelden
email-lede = { $org } nutzt diese Seite für Personen von außerhalb des Unternehmens.
email-label = E-Mail-Adresse
email-hint = Die Adresse, an die Ihre Einladung ging.
email-note = Als Nächstes senden wir Ihnen einen Code per E-Mail oder öffnen die Anmeldung Ihres Unternehmens.
email-note-nocode = Als Nächstes sehen Sie, wie Sie sich anmelden.
email-next = Weiter
email-typo = Meinten Sie { $suggestion }?
email-typo-use = { $suggestion } verwenden
email-error-empty = Geben Sie Ihre E-Mail-Adresse ein.
email-error-format = Geben Sie eine E-Mail-Adresse im richtigen Format ein, zum Beispiel name@example.com.
email-error-domain = { $org } nimmt keine Adressen von { $domain } an. Verwenden Sie eine andere oder fragen Sie { $contact }.

## G02

accounts-title = Konto wählen
accounts-lede = Um { $app } zu öffnen
accounts-signed-in = Angemeldet
accounts-code = Anmeldung mit einem Code aus Ihrer E-Mail
accounts-other = Anderes Konto verwenden
accounts-remove = Entfernen
accounts-forgot = Entfernt. { $email } steht auf diesem Gerät nicht mehr in der Liste.

## G05

send-title = Wir senden Ihnen einen Code per E-Mail
send-body = Um { $app } zu öffnen, senden wir einen { $digits }-stelligen Code an diese Adresse:
send-body-noapp = Um Sie bei { $org } anzumelden, senden wir einen { $digits }-stelligen Code an diese Adresse:
send-first = Sie brauchen kein Passwort und kein neues Konto.
send-button = Code senden
send-soon = Code senden (in { $s } s)
send-from = Code senden (ab { $time })
send-ready = Sie können jetzt einen Code anfordern.
send-change = Andere Adresse verwenden
send-error-mail = Wir können gerade keine E-Mails senden. Versuchen Sie es in einer Minute noch einmal. Klappt es weiterhin nicht, fragen Sie { $contact }.
send-error-address = Das Mailsystem von { $domain } hat unsere E-Mail nicht angenommen. Prüfen Sie die Adresse.
send-wait = Sie können um { $time } einen Code anfordern.

## G06

code-title = Sehen Sie in Ihr Postfach
code-title-expired = Ihr Code ist abgelaufen
code-dest = Geben Sie den { $digits }-stelligen Code aus unserer E-Mail an { $email } ein.
code-label = { $digits }-stelliger Code aus Ihrer E-Mail
code-hint = Er gilt bis { $time }.
code-mark = Suchen Sie die E-Mail mit dem Zeichen { $mark }.
code-auto = Wir prüfen ihn, sobald alle { $digits } Ziffern da sind.
code-continue = Weiter
code-checking = Ihr Code wird geprüft
code-resent = Eine weitere E-Mail geht an { $email }. Nur der neueste Code gilt.
code-help-summary = Ich habe keinen Code bekommen
code-help-spam = Suchen Sie im Spam-Ordner nach einer E-Mail von { $sender }.
code-help-wait = Mailsysteme von Unternehmen brauchen manchmal ein paar Minuten.
code-help-address = Prüfen Sie, ob { $email } stimmt. Oben können Sie die Adresse ändern.
code-help-invited = Nur eingeladene Adressen bekommen einen Code. Fragen Sie die Person, die Sie eingeladen hat, welche Adresse sie verwendet hat.
code-help-signup = Eine Adresse, die sich bei { $app } nicht anmelden darf, bekommt keinen Code.
code-help-it = Ihre IT-Abteilung kann E-Mails von { $senderdomain } erlauben.
code-help-contact = Noch immer nichts? Fragen Sie { $contact } und nennen Sie { $ref }.
resend = Neuen Code senden
resend-wait = Neuen Code senden (in { $s } s)
resend-from = Neuen Code senden (ab { $time })
resend-ready = Sie können jetzt einen neuen Code anfordern.
resend-early = Sie können um { $time } einen neuen Code anfordern.
resend-max = Für { $email } wurden vorerst genug Codes angefordert. Verwenden Sie den neuesten oder versuchen Sie es um { $time } noch einmal.
code-error-empty = Geben Sie den { $digits }-stelligen Code aus Ihrer E-Mail ein.
code-error-length = Der Code hat { $digits } Ziffern. Ihre Eingabe hat { $n }.
code-error-chars = Der Code besteht nur aus { $digits } Ziffern.
code-error-wrong = Dieser Code stimmt nicht. Sehen Sie in die neueste E-Mail und versuchen Sie es noch einmal.
code-error-wrong-left = { $left ->
    [one] Dieser Code stimmt nicht. Sie haben noch 1 Versuch.
   *[other] Dieser Code stimmt nicht. Sie haben noch { $left } Versuche.
  }
code-error-expired = Codes gelten { $minutes } Minuten. Ihre Anmeldung ist noch da: Fordern Sie einen neuen Code an und machen Sie weiter.
code-bounce = Unsere E-Mail an { $email } kam vom Mailsystem von { $domain } zurück. Prüfen Sie die Adresse.

## G07

locked-title = Das war zu oft der falsche Code
locked-body = Damit { $email } sicher bleibt, gilt der Code nicht mehr.
locked-next = Neuen Code senden
locked-wait-title = Warten Sie, bevor Sie es noch einmal versuchen
locked-wait-body = Für { $email } gab es zu viele falsche Codes. Sie können um { $time } einen neuen Code anfordern.
locked-lift = { $org } kann Sie früher hereinlassen.
locked-change = Andere Adresse verwenden
locked-not-you = Waren Sie das nicht? Informieren Sie { $contact }.

## G08

wait-title = Einen Moment
wait-body = Aus Ihrem Netz kamen in kurzer Zeit zu viele Anfragen. Sie können um { $time } weitermachen.
wait-button = Noch einmal versuchen
wait-button-wait = Noch einmal versuchen (in { $s } s)
wait-button-from = Noch einmal versuchen (ab { $time })
wait-ready = Sie können es jetzt noch einmal versuchen.
wait-early = Sie können es um { $time } noch einmal versuchen.
wait-help = Teilen sich viele Ihre Verbindung? Vielleicht meldet sich gerade jemand neben Ihnen an. Nehmen Sie ein Mobilfunknetz oder warten Sie.

## G15

review-title = { $org } möchte Sie als Gast aufnehmen
review-verified = { $domain } – von dieser Website geprüft
review-unverified = { $org } hat nicht nachgewiesen, dass ihm eine Domain gehört
review-inviter = Eingeladen von { $inviter }
review-intro = Wenn Sie annehmen, wird { $org }:
review-receives = Ihren Namen und Ihre E-Mail-Adresse erhalten
review-signs = Sie bei den Apps anmelden, die für Sie freigegeben sind
review-logs = sehen können, wann und wie Sie diese Apps nutzen
review-keeps = Ihren Gasteintrag behalten, bis Sie gehen oder er entfernt wird
review-leave = Sie können jederzeit gehen. Um { $org } zu verlassen, fragen Sie { $contact }.
review-privacy = Datenschutzerklärung von { $org }
review-privacy-none = { $org } hat keine Datenschutzerklärung hinterlegt.
review-terms = Nutzungsbedingungen von { $org }
review-terms-check = Ich stimme den Nutzungsbedingungen von { $org } zu
review-trust = Nehmen Sie nur an, wenn Sie { $org } kennen.
review-dest = Danach geht es weiter zu { $app } auf { $host }.
review-dest-noapp = Danach geht es weiter zu { $host }.
review-error-terms = Stimmen Sie den Nutzungsbedingungen zu, um weiterzumachen.
review-accept = Annehmen
review-cancel = Abbrechen
review-cancelled-title = Sie haben nicht angenommen
review-cancelled = Mit { $org } wurde nichts geteilt.
review-cancelled-later = Doch annehmen? Öffnen Sie noch einmal den Link in Ihrer Einladung oder die App.

## G17

invite-title = { $inviter } hat Sie zu { $org } eingeladen
invite-title-noinviter = { $org } hat Sie eingeladen
invite-title-back = Willkommen zurück bei { $org }
invite-app = Sie bekommen Zugang zu { $app }.
invite-app-back = Sie haben Zugang zu { $app }.
invite-for = Diese Einladung gilt für { $email }
invite-message = Nachricht von { $inviter }
invite-message-noinviter = Nachricht von { $org }
invite-next-code = Als Nächstes senden wir Ihnen einen Code per E-Mail. Sie brauchen kein Passwort.
invite-send = Code an mich senden
invite-expiry = Gültig bis { $date }
invite-caution = Haben Sie das nicht erwartet? Fragen Sie { $inviteremail } auf einem Weg, den Sie schon kennen.
invite-caution-noinviter = Haben Sie das nicht erwartet? Fragen Sie { $org } auf einem Weg, den Sie schon kennen.
invite-other-title = Sie sind mit einer anderen Adresse angemeldet
invite-other = Diese Einladung gilt für { $masked }. Angemeldet sind Sie als { $got }.
invite-other-switch = Abmelden und weiter
invite-other-keep = Als { $got } angemeldet bleiben
done-title = Geschafft
done-body = Sie sind jetzt Gast von { $org }. Sie können diese Seite schließen oder eine App öffnen:
done-body-none = Sie sind jetzt Gast von { $org }. Sie können diese Seite schließen.
done-apps = Apps, die Sie öffnen können
done-open = { $app } öffnen
done-later = Öffnen Sie beim nächsten Mal die App selbst oder den Link in Ihrer Einladung.

## G18

inviteprob-title = Dieser Einladungslink funktioniert nicht
inviteprob-body = Er ist vielleicht unvollständig, zu alt, zurückgezogen oder durch eine neuere E-Mail von { $org } ersetzt.
inviteprob-newest = Öffnen Sie den Link in der neuesten Einladung oder kopieren Sie den ganzen Link.
inviteprob-title-expired = Diese Einladung ist abgelaufen
inviteprob-expired = Diese Einladung galt bis { $date }.
inviteprob-ask = Bitten Sie die Person, die Sie eingeladen hat, um eine neue Einladung.
inviteprob-signin = Haben Sie früher schon angenommen?
inviteprob-signin-link = Bei { $org } anmelden

## G20

report-title = Hat jemand anders diesen Code angefordert?
report-live = Der Code gilt noch.
report-expired = Der Code ist abgelaufen. Niemand hat ihn verwendet.
report-used = Der Code wurde um { $time } verwendet.
report-cancel = Diese Anmeldung stoppen
report-pause = Auch Codes an { $email } für { $hours } Stunden stoppen
report-tell = { $org } wird informiert.
report-it-was-me = Das war ich
report-mine-title = Alles in Ordnung
report-mine = Vielen Dank. Es wurde nichts geändert. Sie können diese Seite schließen.
report-done-title = Erledigt
report-done = Der Code gilt nicht mehr und diese Anmeldung ist geschlossen. { $org } wird informiert.
report-advice = Wenn Sie auch E-Mails zu anderen Konten bekommen haben, ändern Sie das Passwort Ihres Postfachs. Niemand von { $org } wird Sie je nach einem Code fragen.
report-paused = Codes an { $email } sind bis { $time } gestoppt. Sie können sie hier oder später mit demselben Link wieder erlauben.
report-resume = Codes wieder erlauben
report-resumed-title = Codes sind wieder erlaubt
report-resumed = { $email } kann wieder Codes bekommen.
report-ended-title = Dieser Link gilt nicht mehr
report-ended = Der Code, um den es ging, gilt seit mehr als einem Tag nicht mehr. Wenn Sie sich Sorgen machen, informieren Sie { $contact }.
facts-email = E-Mail-Adresse
facts-app = App
facts-browser = Browser
facts-network = Netz
facts-time = Zeit

## G23

signout-title = Abmelden?
signout-body = Sie sind als { $email } angemeldet.
signout-button = Abmelden
signout-stay = Angemeldet bleiben
signedout-title = Sie sind abgemeldet
signedout-shared = Schließen Sie an einem gemeinsam genutzten Computer alle Browserfenster.
signedout-again = Wieder anmelden
signedout-back = Zurück zu { $app }

## G25

formpost-title = Sie werden bei { $app } angemeldet
formpost-title-noapp = Sie werden angemeldet
formpost-body = Wenn nichts passiert, drücken Sie „Weiter“.
formpost-button = Weiter

## G30

help-title = Hilfe
help-steps-title = So funktioniert die Anmeldung mit einem Code
help-step-1 = Öffnen Sie die App oder den Link in Ihrer Einladung und geben Sie Ihre E-Mail-Adresse ein.
help-step-2 = Wir senden Ihnen einen Code mit { $digits } Ziffern. Er gilt einmal, { $minutes } Minuten lang, in dem Browser, in dem Sie ihn angefordert haben.
help-step-3 = Geben Sie den Code auf der Seite ein, die noch offen ist. Sie zeigt dieselben vier Buchstaben wie die E-Mail.
help-step-4 = Sie bleiben bis zu { $hours } Stunden angemeldet. Ein Passwort brauchen Sie dafür nie.
help-missing-title = Der Code kommt nicht an
help-missing-spam = Suchen Sie im Spam-Ordner nach einer E-Mail von { $sender }.
help-missing-wait = Warten Sie ein paar Minuten: Unternehmen prüfen E-Mails, bevor sie ankommen.
help-missing-address = Prüfen Sie die Adresse. Es muss Buchstabe für Buchstabe die sein, an die Ihre Einladung ging.
help-missing-again = Fordern Sie nach { $seconds } Sekunden einen neuen Code an. Nur der neueste gilt.
help-missing-it = Bitten Sie Ihre IT-Abteilung, E-Mails von { $senderdomain } zu erlauben.
help-moved-title = Meine E-Mail-Adresse ist neu
help-moved = Bitten Sie { $contact }, Ihre neue Adresse einzuladen.
help-unexpected-title = Ich habe einen Code bekommen, den ich nicht angefordert habe
help-unexpected = Vielleicht verwendet jemand Ihre Adresse. Drücken Sie in der E-Mail auf „Das war ich nicht“. Geben Sie einen Code niemals weiter.
help-contact-title = Kontakt
help-contact = Kommen Sie nicht weiter? Fragen Sie { $contact }.
privacy-title = Datenschutz
privacy-intro = { $org } lässt Sie hier als Gast anmelden.
privacy-what-title = Was gespeichert wird
privacy-what-address = Ihre E-Mail-Adresse und Ihr Name, um zu wissen, wer hereindarf.
privacy-what-log = Wann und wie Sie sich angemeldet haben, mit Browser und Netz, damit Ihr Zugang sicher bleibt.
privacy-what-cookie = Cookies, die diese Seite für die Anmeldung braucht. Kein Tracking, keine Werbung.
privacy-who-title = Wer es sieht
privacy-who = { $org } und die Betreiber von { $host }. Apps, die Sie öffnen, erhalten Ihren Namen und Ihre E-Mail-Adresse.
privacy-own = Datenschutzerklärung von { $org }
privacy-own-none = { $org } hat keine Datenschutzerklärung hinterlegt.
privacy-ask = Haben Sie Fragen oder sollen Ihre Daten gelöscht werden? Fragen Sie { $contact }.
terms-title = Nutzungsbedingungen
terms-own = Nutzungsbedingungen von { $org }
terms-own-none = { $org } hat keine eigenen Nutzungsbedingungen hinterlegt.
terms-plain = Verwenden Sie diese Seite nur mit einer Adresse, die Ihnen gehört. Geben Sie Ihre Codes niemandem.
accessibility-title = Barrierefreiheit
accessibility-goal = Diese Seiten sollen die Web Content Accessibility Guidelines (WCAG) 2.2, Stufe AA, erfüllen.
accessibility-how = Sie funktionieren mit der Tastatur, mit Screenreadern, ohne Skript, mit großer Schrift und auf kleinen Bildschirmen. Es gibt keine Rätsel und keinen Zeitdruck: Ein Code lässt sich jederzeit ersetzen.
accessibility-tell = Ist Ihnen etwas im Weg? Sagen Sie es: Fragen Sie { $contact }.
