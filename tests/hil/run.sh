#!/usr/bin/env bash
# Runs the contract of the panel on every bench that is there, and writes TRX and JUnit reports to artifacts/hil/reports.
#
#   tests/hil/run.sh [ARGUMENTS OF XUNIT]     such as -class '*.RealBoardTests' or -trait needs=sensor
#
# LORDBA_HIL_HOST names a real board for ssh, LORDBA_HIL_CUTS=50 cuts the power 50 times: docs/hardware-in-the-loop.md
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/hil/prepare.sh
mkdir -p artifacts/hil/reports
status=0
dotnet run -c Release --project tests/LoRDBA.Hil.Tests -- \
  -trx artifacts/hil/reports/hil.trx -junit artifacts/hil/reports/hil.junit.xml "$@" || status=$?
run=$(ls -td artifacts/hil/runs/*/ 2>/dev/null | head -n 1)
[ -z "$run" ] || { echo "lines driven and seen, $run"; cat "$run/lines.log"; }
exit "$status"
