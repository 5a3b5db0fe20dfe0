#!/bin/sh
# Plays every fault and bad input and prints the table of what pprobe says of each, also where one fails.
set -eu
cd "$(dirname "$0")/.."
npm run --silent build
npm run --silent build:tap
result=0
PPROBE_FAULTS=all npx tap --reporter=terse test/faults || result=$?
cat build/faults.md
exit $result
