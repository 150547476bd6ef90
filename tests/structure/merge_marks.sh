#!/bin/bash
# No file has the marks of a merge that nobody has finished. In code they are an error; in a page or a values file nothing else would say so.
set -euo pipefail
files=$(find . -maxdepth 1 -type f; find services gateway proto tests cmake deploy docs -name node_modules -prune -o -type f -print)
marked=$(tr '\n' '\0' <<<"$files" | xargs -0 grep -lIE '^(<{7}|>{7}|[|]{7}) ' || true)
echo "$(wc -l <<<"$files") files${marked:+, not merged:}"
if [[ -n $marked ]]; then
  echo "$marked"
  exit 1
fi
