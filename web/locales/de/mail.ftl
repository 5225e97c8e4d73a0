### E-Mails

mail-help = Hilfe
mail-trace = Trace-ID { $trace }
mail-privacy = Datenschutzerklärung von { $org }
mail-privacy-none = { $org } hat keine Datenschutzerklärung hinterlegt.

## E01

mail-code-subject = Ihr Anmeldecode für { $org } ({ $hhmm })
mail-code-subject-plain = Ihr Anmeldecode ({ $hhmm })
mail-code-preheader = Öffnen Sie diese E-Mail, um den Code für { $app } zu sehen. Er gilt { $minutes } Minuten.
mail-code-preheader-noapp = Öffnen Sie diese E-Mail, um den Code für { $org } zu sehen. Er gilt { $minutes } Minuten.
mail-code-h1 = Ihr Anmeldecode
mail-code-lede = Melden Sie sich mit diesem Code bei { $app } von { $org } an:
mail-code-lede-noapp = Melden Sie sich mit diesem Code bei { $org } an:
mail-code-valid = Er gilt bis { $time }, einmal, nur auf { $host } in dem Browser, in dem Sie ihn angefordert haben.
mail-code-mark = Die Seite zeigt dieselben Buchstaben: { $mark }
mail-code-ctx = Angefordert von
mail-code-ctx-app = App
mail-code-ctx-browser = Browser
mail-code-ctx-ip = Netz
mail-code-ctx-time = Zeit
mail-code-warn = Niemand von { $org } wird Sie nach diesem Code fragen. Lesen Sie ihn nicht vor und leiten Sie ihn nicht weiter.
mail-code-notyou = Waren Sie das nicht? Vielleicht versucht jemand, Ihre Adresse zu benutzen.
mail-code-notyou-link = Das war ich nicht
mail-code-footer = Sie bekommen diese E-Mail, weil jemand Ihre Adresse eingegeben hat, um sich bei { $org } anzumelden.

## E02

mail-invite-subject = { $inviter } hat Sie zu { $org } eingeladen
mail-invite-subject-app = { $org } hat Sie zu { $app } eingeladen
mail-invite-subject-org = { $org } hat Sie eingeladen
mail-invite-preheader = Öffnen Sie { $app } mit Ihrer E-Mail-Adresse. Ein Passwort brauchen Sie nicht.
mail-invite-preheader-noapp = Melden Sie sich bei { $org } mit Ihrer E-Mail-Adresse an. Ein Passwort brauchen Sie nicht.
mail-invite-caution = Nehmen Sie nur an, wenn Sie { $inviter } kennen oder diese E-Mail erwartet haben.
mail-invite-caution-org = Nehmen Sie nur an, wenn Sie { $org } kennen oder diese E-Mail erwartet haben.
mail-invite-h1 = { $inviter } ({ $inviteremail }) hat Sie zu { $org } eingeladen
mail-invite-h1-org = { $org } hat Sie eingeladen
mail-invite-app = Sie bekommen Zugang zu: { $app }
mail-invite-where = Der Link öffnet { $host }. Später kommen Sie mit ihm wieder zu { $app }.
mail-invite-where-noapp = Der Link öffnet { $host }. Später kommen Sie mit ihm wieder zurück.
mail-invite-message = Nachricht von { $inviter }:
mail-invite-message-org = Nachricht von { $org }:
mail-invite-button = Einladung annehmen
mail-invite-plain = Oder kopieren Sie diesen Link:
mail-invite-how = Sie melden sich mit einem Code an, den wir Ihnen an jedem Tag senden, an dem Sie hereinkommen.
mail-invite-valid = Die Einladung gilt für { $email }. Nehmen Sie sie bis { $date } an.
mail-invite-valid-open = Die Einladung gilt für { $email }.
mail-invite-footer = Sie bekommen diese E-Mail, weil { $inviter } Ihre Adresse eingegeben hat.
mail-invite-footer-org = Sie bekommen diese E-Mail, weil { $org } Ihre Adresse eingegeben hat.

## E13

mail-noaccess-subject = Jemand wollte sich mit Ihrer Adresse anmelden
mail-noaccess-preheader = Jemand hat bei { $org } mit dieser Adresse einen Code angefordert. Es wurde keiner erstellt.
mail-noaccess-h1 = Es wurde kein Code erstellt
mail-noaccess-body = Jemand hat mit dieser Adresse einen Code angefordert, um sich bei { $app } von { $org } anzumelden. Es wurde keiner erstellt.
mail-noaccess-body-noapp = Jemand hat mit dieser Adresse einen Code angefordert, um sich bei { $org } anzumelden. Es wurde keiner erstellt.
mail-noaccess-you = Waren Sie das? Fragen Sie die Person, die Sie eingeladen hat, oder { $contact }, mit welcher Adresse und auf welchem Weg Sie sich anmelden sollen.
mail-noaccess-you-nocontact = Waren Sie das? Fragen Sie die Person, die Sie eingeladen hat, mit welcher Adresse und auf welchem Weg Sie sich anmelden sollen.
mail-noaccess-notyou = Waren Sie das nicht? Niemand ist hereingekommen.
mail-noaccess-footer = Sie bekommen diese E-Mail, weil jemand Ihre Adresse eingegeben hat, um sich bei { $org } anzumelden. Wir senden sie höchstens einmal am Tag.

## E14

mail-reported-subject = [{ $org }] Ein Gast hat einen Code gemeldet
mail-reported-preheader = { $email } sagt, dass jemand anders einen Anmeldecode angefordert hat. Die Anmeldung wurde gestoppt.
mail-reported-h1 = Ein Gast hat einen Code gemeldet
mail-reported-body = { $email } hat einen Anmeldecode per E-Mail bekommen und sagt, dass jemand anders ihn angefordert hat.
mail-reported-ctx = Was angefordert wurde
mail-reported-ctx-email = Gast
mail-reported-ctx-report = Gemeldet
mail-reported-done = Was getan wurde
mail-reported-stopped = Der Code gilt nicht mehr und diese Anmeldung ist geschlossen.
mail-reported-session = Der Code war schon verwendet. Die Sitzung, die damit entstand, wurde beendet.
mail-reported-invitation = Die Einladung, aus der die Anmeldung kam, ist angehalten.
mail-reported-paused = Codes an diesen Gast sind bis { $time } gestoppt.
mail-reported-next = Vielleicht kennt jemand die Adresse des Gasts oder hat sie erraten. Fragen Sie den Gast auf einem Weg, den Sie schon kennen, und prüfen Sie, wer die Einladung öffnen konnte.
mail-reported-footer = Sie bekommen diese E-Mail, weil Sie sich bei { $org } um Sicherheit oder Gäste kümmern.
