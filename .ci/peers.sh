#!/bin/bash
# Installs into .cache/peers what the naive pipelines need that `make bench` compares with, if they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f "${CARELINE_PEERS:-../shared/peers}/gen.py" ] || exit 0
home=.cache/peers
[ -f "$home/complete" ] && exit 0
mkdir -p "$home"
python3 -m venv "$home/venv"
"$home/venv/bin/pip" install -q vaderSentiment langdetect
npm install --prefix "$home" --no-audit --no-fund --loglevel=error vader-sentiment franc better-sqlite3
touch "$home/complete"
