# Sourced by ./test: a throw-away PostgreSQL. `start_postgres` sets VESTIBULE_TEST_PG and the variables of TLS below;
# `stop_postgres` leaves nothing behind.
#
# The cluster lies in the system's folder for temporary files and not below target/: PostgreSQL refuses to run as root,
# and a checkout in somebody's home cannot be entered by the user that it then runs as.

pg_home=

start_postgres() {
    local bin port address
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    bin=${bin:-$(dirname "$(command -v initdb)")}
    port=$(free_port)
    address=$(hostname -I 2>/dev/null | awk '{print $1}')
    pg_home=$(mktemp -d "${TMPDIR:-/tmp}/vestibule-pg.XXXXXX")
    tools/make_ca.sh "$pg_home/ca" localhost 127.0.0.1 ${address:+"$address"}
    if ((EUID == 0)); then
        chown -R postgres "$pg_home"
        as_postgres=(runuser -u postgres --)
    else
        as_postgres=()
    fi
    cd "$pg_home" || return
    "${as_postgres[@]}" "$bin/initdb" -D "$pg_home/data" -U vestibule -A trust -E UTF8 --locale=C.UTF-8 >"$pg_home/log"
    # Crashes of PostgreSQL itself are not tested: no waiting for disks. What a session asks for is as in production.
    cat >>"$pg_home/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1${address:+,$address}'
port = $port
unix_socket_directories = '$pg_home'
max_connections = 300
fsync = off
full_page_writes = off
ssl = on
ssl_cert_file = '$pg_home/ca/server.pem'
ssl_key_file = '$pg_home/ca/server.key'
CONF
    [[ -z $address ]] || echo "hostssl all all $address/32 trust" >>"$pg_home/data/pg_hba.conf"
    # A child of this shell, so that it can be waited for at the end.
    "${as_postgres[@]}" "$bin/postgres" -D "$pg_home/data" >"$pg_home/log" 2>&1 &
    pg_id=$!
    cd "$OLDPWD" || return
    for _ in {1..200}; do
        if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then break; fi
        kill -0 "$pg_id" 2>/dev/null || { cat "$pg_home/log" >&2; return 1; }
        sleep 0.05
    done
    chmod a+rx "$pg_home" "$pg_home/ca"
    export VESTIBULE_TEST_PG="postgres://vestibule@127.0.0.1:$port/postgres"
    export VESTIBULE_TEST_PG_CA="$pg_home/ca/ca.pem"
    # The same server by an address that is not loopback, where verify-full is a must (SEC-05); empty without a network.
    export VESTIBULE_TEST_PG_REMOTE=${address:+"postgres://vestibule@$address:$port/postgres"}
    pg_stop=("${as_postgres[@]}" "$bin/pg_ctl" -D "$pg_home/data" -m immediate -s stop)
}

stop_postgres() {
    [[ -n $pg_home ]] || return 0
    (cd / && "${pg_stop[@]}" || true)
    wait "$pg_id" || true
    rm -rf "$pg_home"
    pg_home=
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
