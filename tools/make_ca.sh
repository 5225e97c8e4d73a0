#!/usr/bin/env bash
# A certificate authority for tests and one server certificate below it: make_ca.sh FOLDER NAME… (host names and IPs).
# Writes ca.pem, server.pem and server.key.
set -euo pipefail
folder=$1
shift
mkdir -p "$folder"
names=
for name in "$@"; do
    if [[ $name =~ ^[0-9.]+$ ]]; then names+=,IP:$name; else names+=,DNS:$name; fi
done
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
cd "$folder"
openssl req -x509 "${new_key[@]}" -keyout ca.key -out ca.pem -days 7 -subj "/CN=Vestibule test CA" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" 2>/dev/null
openssl req "${new_key[@]}" -keyout server.key -out server.csr -subj "/CN=$1" 2>/dev/null
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 7 -out server.pem \
    -extfile <(printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=%s\n' "${names#,}") 2>/dev/null
chmod 600 server.key ca.key
rm -f server.csr ca.srl
