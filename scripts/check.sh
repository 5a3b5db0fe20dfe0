#!/bin/sh
# Formatting and lint, then types and the API reference at the same time: each of these two uses one processor.
set -eu
cd "$(dirname "$0")/.."
npm run --silent --if-present generate
npx biome check .
npx tsc -p tsconfig.json &
compiler=$!
result=0
npx typedoc --emit none || result=$?
wait "$compiler"
exit "$result"
