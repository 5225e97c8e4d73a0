#!/usr/bin/env bash
# The first commands of the deployment. Does nothing where it was done before.
set -euo pipefail
tls=${TLS:-/shared/tls} keys=${KEYS:-/shared/keys} portal=${PORTAL:-/shared/portal}
umask 077
# libpq reads the password from a file that nobody else may read.
printf '*:*:vestibule:vestibule:%s\n' "$(cat "$tls/password")" >"$keys/pgpass"
if ! vestibule tenant show "$TENANT_ID" >/dev/null 2>&1; then
    vestibule tenant create Fabrikam --domain fabrikam.example --id "$TENANT_ID" --admin megan@fabrikam.example
fi
if [[ ! -s $portal/secret ]]; then
    vestibule app create --tenant "$TENANT_ID" --id project-portal --name "Project Portal" --json \
        --redirect-uri "$PORTAL_URL/signin/callback" --post-logout-redirect-uri "$PORTAL_URL/signed-out" \
        --homepage "$PORTAL_URL/" >"$portal/registered"
    sed -n 's/.*"clientSecret":"\([^"]*\)".*/\1/p' "$portal/registered" >"$portal/secret"
    rm "$portal/registered"
    vestibule invite nicole@riverstone.example sam@partner.example --tenant "$TENANT_ID" --redirect-url "$PORTAL_URL/"
fi
