#!/bin/sh
# Plays the field cases and prints the tables of what pprobe says, also where a case fails.
set -eu
cd "$(dirname "$0")/.."
npm run --silent build
npm run --silent build:tap
result=0
npx tap --reporter=terse test/field || result=$?
cat build/field-cases.md
exit $result
