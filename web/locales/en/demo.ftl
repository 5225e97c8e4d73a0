### The demo's mailbox; not part of the product.

mailbox-title = Demo mailbox
mailbox-note = This server runs as a demonstration: it sends no email. What it would have sent is kept here until it stops.
mailbox-empty = No email yet. Sign in to the sample app with any invited address.
mailbox-list = Emails
mailbox-refresh = Look again
mailbox-mail = { $subject } – to { $email }
