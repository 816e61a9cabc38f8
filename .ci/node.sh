#!/bin/bash
# Builds the Node package as npm does, looks at what is in it, and runs its tests.
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/careline"
export NODE_PATH=$PWD/.cache/node/node_modules
cd bindings-node
npm run --silent build
mkdir -p ../target/packages
rm -f ../target/packages/careline-*.tgz
npm pack --silent --pack-destination ../target/packages
../.ci/package.sh ../target/packages/careline-*.tgz
unset RUSTFLAGS
node --test --test-reporter=tap $(find test -name '*.test.js' | sort)
