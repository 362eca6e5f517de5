#!/usr/bin/env bash
# Publishes tests/LoRDBA.Generated, with its symbols, for each target that its tests run; or for the one that is named.
# usage: publish-kernels.sh [linux-x64 x64-v3 | linux-x64 x64-v4 | linux-arm64 boards]
set -euo pipefail
cd "$(dirname "$0")/.."
publish() { # publish RID BOARD
  local board=()
  [ "$2" = boards ] || board=("-p:LordbaBoard=$2")
  echo "publishing the generated kernels for $1, $2"
  dotnet publish tests/LoRDBA.Generated -c Release -r "$1" "${board[@]}" -o "artifacts/publish/LoRDBA.Generated/$1-$2" -v quiet
}
if [ $# = 2 ]; then
  publish "$1" "$2"
else
  publish linux-x64 x64-v3
  publish linux-x64 x64-v4
  publish linux-arm64 boards
fi
