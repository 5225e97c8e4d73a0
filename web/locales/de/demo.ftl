### The demo's mailbox; not part of the product.

mailbox-title = Demo-Postfach
mailbox-note = Dieser Server läuft als Vorführung: Er verschickt keine E-Mails. Was er verschickt hätte, liegt hier, bis er endet.
mailbox-empty = Noch keine E-Mail. Melden Sie sich mit einer eingeladenen Adresse an der Beispiel-App an.
mailbox-list = E-Mails
mailbox-refresh = Noch einmal nachsehen
mailbox-mail = { $subject } – an { $email }
