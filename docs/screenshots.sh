#!/usr/bin/env bash
# Draws docs/compare.png and docs/analyze.png from reports: docs/screenshots.sh COMPARE.html ANALYZE.html (of lordba compare and lordba analyze --html).
# Needs Chromium.
set -euo pipefail
[ $# = 2 ] || { echo "docs/screenshots.sh COMPARE.html ANALYZE.html" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
shot() {
  chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --hide-scrollbars \
    --user-data-dir="$profile" --window-size=1040,"$3" --screenshot="$here/$2" "file://$(realpath "$1")" 2>/dev/null
}
shot "$1" compare.png 1420
shot "$2" analyze.png 1400
