#!/usr/bin/env bash
# Installs what the tests need and the machine lacks: Debian packages, Python packages below target/, Node packages.
# Does nothing, quickly, when all of it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
have() { command -v "$1" >/dev/null || missing+=("$2"); }
have chromium chromium
have chromedriver chromium-driver
have openssl openssl
have cc gcc
have psql postgresql
[[ -n $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null || command -v initdb) ]] || missing+=(postgresql)
[[ -f /usr/include/openssl/ssl.h ]] || missing+=(libssl-dev)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)

if ((${#missing[@]})); then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
    echo "installing ${missing[*]}"
    as_root=()
    if ((EUID)); then
        command -v sudo >/dev/null || { echo "please install: ${missing[*]}" >&2; exit 1; }
        as_root=(sudo)
    fi
    # The tests start a cluster of their own; the package need not start one.
    printf 'create_main_cluster = false\n' | "${as_root[@]}" sh -c \
        'mkdir -p /etc/postgresql-common && [ -e /etc/postgresql-common/createcluster.conf ] || cat > /etc/postgresql-common/createcluster.conf'
    "${as_root[@]}" apt-get -qq update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        fonts-dejavu-core "${missing[@]}" >/dev/null
fi

if [[ ! -d target/test-python/aiosmtpd || ! -d target/test-python/yaml ]]; then
    echo "installing aiosmtpd and PyYAML"
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --upgrade --target target/test-python 'aiosmtpd==1.4.6' 'PyYAML==6.0.2'
fi
if [[ ! -f tests-js/node_modules/.package-lock.json || tests-js/package-lock.json -nt tests-js/node_modules/.package-lock.json ]]; then
    echo "installing Node packages"
    (cd tests-js && npm ci --silent && touch node_modules/.package-lock.json)
fi
