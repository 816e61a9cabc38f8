#!/bin/bash
# Starts Bluesky's servers over a PostgreSQL of their own, until the standard input ends:
# start.sh PACKAGES NODE FIRST-PORT [limited]; `limited` turns the limits on requests on.
set -euo pipefail
packages=$1 node=$2 port=$3 limited=${4:-}
here=$(dirname "$(readlink -f "$0")")
postgres=$(find /usr/lib/postgresql -name initdb | sort -V | tail -1 | xargs dirname)
data=$(mktemp -d)
# PostgreSQL does not run as root.
as=()
[ "$(id -u)" != 0 ] || { as=(runuser -u postgres --); chown postgres "$data"; }
server=
stop() {
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  "${as[@]}" "$postgres/pg_ctl" -D "$data/db" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$data"
}
trap stop EXIT
cd "$data"
"${as[@]}" "$postgres/initdb" -D "$data/db" -U postgres -A trust --no-sync >/dev/null
"${as[@]}" "$postgres/pg_ctl" -D "$data/db" -w -l "$data/log" \
  -o "-p $((port + 4)) -h 127.0.0.1 -k '' -c fsync=off" start >/dev/null
LOG_ENABLED=false NODE_ENV=test "$node" --no-deprecation --dns-result-order=ipv4first "$here/network.mjs" "$packages" \
  "postgresql://postgres@127.0.0.1:$((port + 4))/postgres" "$port" "$limited" </dev/null &
server=$!
cat <&0 >/dev/null &
input=$!
# Until the input ends, or the servers do: another program took a port of theirs.
wait -n "$server" "$input" || true
kill "$input" 2>/dev/null || true
