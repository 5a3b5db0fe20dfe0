#!/bin/sh
# Plays every fault and bad input and prints the table of what pprobe says of each, also where one fails. Not with tap(1), which
# gives every process that a test starts a loader: that fails before pprobe begins where it may open hardly any files.
set -eu
cd "$(dirname "$0")/.."
npm run --silent build
result=0
PPROBE_FAULTS=all node scripts/test.js test/faults/ >build/faults.tap || result=$?
cat build/faults.md
exit $result
