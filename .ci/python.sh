#!/bin/bash
# Builds the Python package as pip does, looks at what is in it, and runs its tests and type checks.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$PWD/.cache/venv
[ -x "$venv/bin/maturin" ] || { echo "skipped: python: its packages are not installed"; exit 0; }
export PATH="$venv/bin:$PATH" VIRTUAL_ENV=$venv PYTHONDONTWRITEBYTECODE=1

# What a package says of the machine it was built on is not for everybody.
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/careline"
mkdir -p target/wheels
rm -f target/wheels/careline-*.whl
maturin build --profile packed --quiet --manifest-path bindings-python/Cargo.toml --out target/wheels
pip install --quiet --force-reinstall --no-deps target/wheels/careline-*.whl
.ci/package.sh target/wheels/careline-*.whl
unset RUSTFLAGS

maturin generate-stubs --quiet --manifest-path bindings-python/Cargo.toml --out target/stubs
diff -u bindings-python/python/careline/_careline.pyi target/stubs/careline/_careline.pyi ||
  { echo "_careline.pyi is out of date; copy target/stubs/careline/_careline.pyi over it"; exit 1; }

# From elsewhere, so that the package is the one that is installed.
cd target
mypy --strict --config-file ../bindings-python/pyproject.toml -p careline
mypy --strict --config-file ../bindings-python/pyproject.toml ../bindings-python/tests/typing
pyright --project ../bindings-python/tests/typing
python -m mypy.stubtest careline --allowlist ../bindings-python/tests/typing/stubtest-allowed.txt
python -m pytest --rootdir ../bindings-python -c ../bindings-python/pyproject.toml ../bindings-python/tests
