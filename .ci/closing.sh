#!/bin/bash
# The end of a test run: every "skipped: why" the tests printed, then the runners' own closing lines, empty runs left out.
set -euo pipefail
cd "$(dirname "$0")/.."
logs=(target/logs/*.log .cache/setup-skipped.log)
skipped=$(cat "${logs[@]}" 2>/dev/null | grep -oE 'skipped: .*' | sort -u || true)
[ -z "$skipped" ] || printf '\nNot run:\n%s\n' "$skipped"
printf '\n'
grep -hE '^ *Summary \[|^test result: |^# (tests|pass|fail|skipped) |^=+ .*(passed|failed).* =+$' target/logs/*.log \
  | grep -v 'ok. 0 passed; 0 failed; 0 ignored'
