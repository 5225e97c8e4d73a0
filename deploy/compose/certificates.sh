#!/usr/bin/env bash
# Makes an authority, PostgreSQL's certificate and its password, once. The authority's key is thrown away.
set -euo pipefail
cd "${1:-/shared/tls}"
if [[ -f password ]]; then exit 0; fi
umask 027
work=$(mktemp -d)
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
openssl req -x509 "${new_key[@]}" -keyout "$work/ca.key" -out ca.pem -days 3650 -subj "/CN=Vestibule compose authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign"
openssl req "${new_key[@]}" -keyout server.key -out "$work/server.csr" -subj "/CN=postgres"
printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:postgres\n' >"$work/extensions"
openssl x509 -req -in "$work/server.csr" -CA ca.pem -CAkey "$work/ca.key" -CAcreateserial -CAserial "$work/serial" \
    -days 3650 -out server.pem -extfile "$work/extensions"
rm -rf "$work"
chmod 644 ca.pem server.pem
chmod 600 server.key
# Last, because it says that all is there. Readable by the group, under which `init` runs.
openssl rand -hex 32 >password.new
mv password.new password
