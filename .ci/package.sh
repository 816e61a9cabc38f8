#!/bin/bash
# Looks at a wheel or an npm package: its size, its licences, and that it tells nothing of the machine it was built on.
set -euo pipefail
package=$1
home=$(cd "$(dirname "$0")/.." && pwd)
size=$(stat -c %s "$package")
echo "$(basename "$package"): $size bytes"
[ "$size" -lt $((8 * 1024 * 1024)) ] || { echo "it is larger than 8 MiB"; exit 1; }
opened=$(mktemp -d)
trap 'rm -rf "$opened"' EXIT
case "$package" in
  *.whl) python3 -m zipfile -e "$package" "$opened" ;;
  *) tar xzf "$package" -C "$opened" ;;
esac
unpacked=$(du -sb "$opened" | cut -f1)
echo "unpacked: $unpacked bytes"
find "$opened" -iname '*LICENSE*' | grep -q . || { echo "it holds no licence"; exit 1; }
find "$opened" -name NOTICE -exec cmp -s {} "$home/core/NOTICE" \; -print | grep -q . || { echo "it lacks core/NOTICE"; exit 1; }
# A folder of this machine; names of modules such as /root/ stand in no library by chance.
for place in "$home" "${CARGO_HOME:-$HOME/.cargo}" "$HOME/.rustup"; do
  if grep -rqF "$place" "$opened"; then
    echo "it tells of $place:"
    grep -rlF "$place" "$opened"
    exit 1
  fi
done
