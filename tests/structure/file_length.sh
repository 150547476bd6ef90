#!/bin/bash
# No file of ours is longer than 400 lines: what is longer holds more than one thing. A part of the contract may have 450,
# because most of its lines are the specification.
set -euo pipefail
long=0 seen=0
while IFS= read -r -d '' file; do
  seen=$((seen + 1))
  lines=$(wc -l <"$file")
  limit=400
  if [[ $file == *.proto ]]; then limit=450; fi
  if ((lines > limit)); then
    echo "$file has $lines lines"
    long=$((long + 1))
  fi
done < <(find services gateway proto tests cmake deploy dev CMakeLists.txt -name node_modules -prune -o -type f \
  \( -name '*.cc' -o -name '*.h' -o -name '*.proto' -o -name '*.js' -o -name '*.mjs' -o -name '*.css' -o -name '*.html' \
  -o -name '*.py' -o -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -name dev \) -print0)
echo "$seen files, $long too long"
((seen > 0 && long == 0))
