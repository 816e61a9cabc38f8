#!/bin/bash
# Measures what the bindings cost: `bench.sh python|node`. Their packages must be built (`make python`, `make node`).
set -euo pipefail
cd "$(dirname "$0")/.."
peers=${CARELINE_PEERS:-../shared/peers}
[ -f "$peers/gen.py" ] || { echo "skipped: $1: set CARELINE_PEERS to a folder with gen.py and the naive pipelines"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$peers/gen.py" "$folder" 3000 42 >/dev/null
case "$1" in
  python) .cache/venv/bin/python bindings-python/benches/compare.py "$folder" ;;
  node) node bindings-node/benches/compare.cjs "$folder" ;;
esac
