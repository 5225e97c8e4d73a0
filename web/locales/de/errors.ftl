### G24, G26 bis G28

error-details = Angaben für den Support
error-code = Fehlercode
error-trace = Trace-ID
error-time = Zeit
error-app = App
error-org = Organisation
error-copy = Angaben kopieren
error-copied = Angaben kopiert
error-dev = Für Entwickler
error-retry = Noch einmal versuchen
error-restart = Neu beginnen
error-continue = Weiter
error-back = Zurück zu { $app }
error-contact = Wenn das wieder passiert, senden Sie diese Angaben an { $contact }.

interaction-expired-title = Diese Seite war zu lange offen
interaction-expired = Beginnen Sie neu; es dauert nur ein paar Sekunden.
interaction-stopped-title = Diese Anmeldung wurde gestoppt
interaction-stopped = Sie wurde aus der E-Mail heraus gestoppt, oder eine andere Anmeldung ist an ihre Stelle getreten. Beginnen Sie neu; es dauert nur ein paar Sekunden.
interaction-unknown-title = Wir haben diese Anmeldung aus den Augen verloren
interaction-unknown = Vielleicht kam sie aus einem Lesezeichen oder einem alten Tab. Gehen Sie zurück zur App und beginnen Sie neu.
other-browser-title = Dieser Code wurde in einem anderen Browser angefordert
other-browser = Geben Sie ihn dort ein oder beginnen Sie hier neu.
already-done-title = Sie sind schon angemeldet
already-done = Diese Anmeldung ist abgeschlossen, hier oder in einem anderen Tab. Machen Sie in der App weiter.
client-unknown-title = Diese App ist nicht eingerichtet
client-unknown = { $org } hat die App, die der Link nennt, nicht registriert. Informieren Sie { $contact }.
client-off-title = Diese App ist abgeschaltet
client-off = { $org } hat diese App abgeschaltet. Fragen Sie { $contact }.
redirect-mismatch-title = Diese App ist falsch eingerichtet
redirect-mismatch = Wir senden Sie nicht an eine Adresse, die nicht registriert ist. Informieren Sie { $contact }.
request-bad-title = Die App hat eine unvollständige Anfrage gesendet
request-bad = Das muss die App beheben. Informieren Sie { $contact }.
no-access-title = Sie haben keinen Zugang zu { $app }
no-access = Für { $email } wurde nichts freigegeben. Fragen Sie { $contact }.
guest-disabled-title = Ihr Zugang ist abgeschaltet
guest-disabled = { $org } hat den Zugang für { $email } abgeschaltet. Fragen Sie { $contact }.
guest-removed-title = Sie sind nicht mehr Gast von { $org }
guest-removed = Sie brauchen eine neue Einladung. Fragen Sie { $contact }.
tenant-unknown-title = Wir finden diese Organisation nicht
tenant-unknown = Prüfen Sie die Adresse oder öffnen Sie den Link in Ihrer Einladung.
tenant-missing-title = Dieser Link sagt nicht, um welche Organisation es geht
tenant-missing = Sie können Gast bei vielen Organisationen sein, und der Link nennt keine. Öffnen Sie den Link in Ihrer Einladung oder beginnen Sie in der App oder auf der Website der Organisation.
tenant-off-title = Diese Organisation ist nicht aktiv
tenant-off = Fragen Sie { $contact }.
domain-blocked-title = Adressen von { $domain } können sich hier nicht anmelden
domain-blocked = Verwenden Sie eine andere Adresse. Fragen Sie { $contact } nach dem Grund oder nach einer Änderung.
mail-down-title = Wir können gerade keine E-Mails senden
mail-down = Versuchen Sie es in einer Minute noch einmal.
csrf-title = Senden Sie das noch einmal
csrf = Die Seite war älter als erwartet. Es ging nichts verloren.

## G26

notfound-title = Wir finden diese Seite nicht
notfound = Die Adresse ist vielleicht unvollständig oder alt. Öffnen Sie noch einmal den Link in Ihrer E-Mail oder die App.
down-title = Gleich wieder da
down = Diese Website kann gerade nicht antworten. Versuchen Sie es in einer Minute noch einmal.
busy-title = Viele melden sich gerade an
busy = Diese Website ist für einen Moment ausgelastet. Versuchen Sie es in ein paar Sekunden noch einmal.

## G27

blocked-title = Sie können { $app } gerade nicht öffnen
blocked-title-noapp = Sie können sich gerade nicht anmelden
blocked-country = { $org } erlaubt keine Anmeldung von dort, wo Sie sind.
blocked-network = { $org } erlaubt die Anmeldung nur aus bestimmten Netzen.
blocked-device = { $org } erlaubt die Anmeldung nur von verwalteten Geräten.
blocked-risk = { $org } hat diese Anmeldung blockiert, weil sie ungewöhnlich aussah.
blocked-generic = Eine Regel von { $org } hat diese Anmeldung blockiert.
blocked-nomethod = Für { $email } gibt es keinen Weg, sich bei { $org } anzumelden. Fragen Sie { $contact }.
blocked-ask = Wenn das nicht stimmt, fragen Sie { $contact }.
blocked-switch = Mit einem anderen Konto anmelden

## G28

cookies-title = Erlauben Sie Cookies, um sich anzumelden
cookies-body = Diese Website setzt ein Cookie, um sich zu merken, dass Sie es sind. Kein Tracking, keine Werbung.
cookies-how = Schalten Sie in den Einstellungen Ihres Browsers Cookies für { $host } ein und versuchen Sie es noch einmal.
