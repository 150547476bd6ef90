#!/bin/bash
# links.sh NINJA BUILD_DIR BINARY FOLDER: fails if anything built from FOLDER goes into the binary.
set -euo pipefail
inputs=$("$1" -C "$2" -t inputs "$(realpath -ms --relative-to="$2" "$3")" | sed "s|^$2/||")
if ! grep -q '\.cc\.o$' <<<"$inputs"; then
  echo "ninja names no object of $3"
  exit 1
fi
if hits=$(grep -E "^$4.*\.(o|a)$" <<<"$inputs"); then
  printf '%s is linked from %s:\n%s\n' "$3" "$4" "$hits"
  exit 1
fi
