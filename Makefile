# What people and CI run. `make test` is everything; `make test-core` needs no server, no browser and nothing installed.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.NOTPARALLEL:
.PHONY: test test-core demo-seeds soak bench train train-check setup logs lint rust docs examples servers page python node hosts closing

LOGS := target/logs
export CARGO_TERM_COLOR ?= never
# The whole of what a passing test prints is shown: how much it checked, and what it skipped.
ifneq ($(shell command -v cargo-nextest),)
RUST_TESTS := cargo nextest run --locked --no-fail-fast --no-tests pass --success-output final --status-level fail
else
RUST_TESTS := cargo test --locked --no-fail-fast --lib --bins --tests
SHOW := -- --show-output
endif

# The bindings are libraries for Python and Node to load: their tests are below, in those languages.
WITHOUT_BINDINGS := --workspace --exclude careline-python --exclude careline-node --features careline-connectors/reflect

test: setup logs servers lint rust docs examples page python node hosts closing

test-core: logs
	.ci/setup.sh core
	$(MAKE) --no-print-directory lint rust docs examples closing

setup:
	.ci/setup.sh

logs:
	rm -rf $(LOGS) && mkdir -p $(LOGS)

lint:
	cargo fmt --all --check
	cargo package --locked --list --allow-dirty -p careline | grep -qx NOTICE
	cargo clippy --locked $(WITHOUT_BINDINGS) --all-targets -- -D warnings
	cargo clippy --locked -p careline-python -p careline-node -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

# Generated files are compared by tests of the crates that generate them.
rust:
	$(RUST_TESTS) $(WITHOUT_BINDINGS) $(SHOW) 2>&1 | tee $(LOGS)/rust.log

docs:
	cargo test --locked $(WITHOUT_BINDINGS) --doc 2>&1 | tee $(LOGS)/docs.log

# Every program a user would write is run as a user would run it.
examples:
	if [ -f examples/cli/src/demo.rs ]; then \
	  cargo run --locked -q -- demo --once 2>&1 | tee $(LOGS)/demo.log; fi

# The demo's self-check for ten seeds; fails with the first that does not pass.
demo-seeds: logs
	cargo build --locked --release -q
	for seed in 1 2 3 4 5 6 7 8 9 10; do \
	  target/release/careline demo --once --json --seed $$seed > $(LOGS)/demo-$$seed.json \
	    || { echo "seed $$seed: failed, see $(LOGS)/demo-$$seed.json"; exit 1; }; \
	  echo "seed $$seed: the self-check passed"; \
	done

# A million sends under faults (docs/testing.md), or as many as SENDS says; fails with the first run that breaks a promise.
soak: logs
	cargo run --locked --release -q -p careline-testkit --example soak -- $(SENDS) 2>&1 | tee $(LOGS)/soak.log

# Installs the real servers that tests start by themselves; a test whose server is missing says so and is listed.
servers:
	if [ -x .ci/servers.sh ]; then .ci/servers.sh snac2 mastodon_mock bluesky prism 2>&1 | tee $(LOGS)/servers.log; fi

# Page tests run in headless Chromium; the test starts the program itself.
page:
	if [ -f examples/cli/tests/page.cjs ]; then \
	  NODE_PATH=.cache/node/node_modules node --test --test-reporter=tap examples/cli/tests/page.cjs 2>&1 \
	    | tee $(LOGS)/page.log; fi

# The Python package, built and installed as pip does it.
python:
	.ci/python.sh 2>&1 | tee $(LOGS)/python.log

# The Node package, built as npm does it.
node:
	.ci/node.sh 2>&1 | tee $(LOGS)/node.log

# Programs and plugins a user would write in Python and Node, inside real frameworks and helpdesks.
hosts:
	.ci/hosts.sh 2>&1 | tee $(LOGS)/hosts.log

closing:
	@.ci/closing.sh

# Learns the weights anew; without the sets (CARELINE_TRAINING, or ../shared/training) it says what is missing.
train:
	cargo run --locked --release -q -p careline-train -- language
	cargo run --locked --release -q -p careline-train -- words

# Learns the weights again and compares every byte with those that ship.
train-check:
	cargo run --locked --release -q -p careline-train -- language --check
	cargo run --locked --release -q -p careline-train -- words --check

# Prints what careline costs as ratios (docs/benchmarks.md); BENCH names one: normalise, verdict, queries, path, peers,
# growth (fills a file with a million messages), python, node.
# CARELINE_PEERS names a folder with the naive pipelines to compare with.
bench: logs
	.ci/peers.sh || echo "skipped: the packages of the naive pipelines cannot be installed"
	case "$(BENCH)" in \
	  python | node) .ci/bench.sh $(BENCH) 2>&1 | tee $(LOGS)/bench.log ;; \
	  *) cargo run --locked --release -q -p careline-benches -- $(BENCH) 2>&1 | tee $(LOGS)/bench.log; \
	    if [ -z "$(BENCH)" ]; then \
	      { cargo run --locked --release -q -p careline-testkit --example soak -- 100000; \
	        for binding in python node; do .ci/bench.sh $$binding; done; } 2>&1 | tee -a $(LOGS)/bench.log; fi ;; \
	esac
