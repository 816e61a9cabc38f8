#!/bin/bash
# Runs the tests of the hosts in examples/, each inside the real thing.
set -euo pipefail
cd "$(dirname "$0")/.."
export NODE_PATH=$PWD/.cache/node/node_modules PYTHONDONTWRITEBYTECODE=1
for tests in examples/python-*/tests; do
  (cd "$tests/.." && "$OLDPWD/.cache/venv/bin/python" -m pytest -p no:cacheprovider tests)
done
node --test --test-reporter=tap $(find examples/node-*/test -name '*.test.js' | sort)
