#!/bin/sh
# What the whole suite needs: the build of the package, and beside it tap without its TypeScript plugin.
set -eu
cd "$(dirname "$0")/.."
sh scripts/build-tap.sh &
tap=$!
npm run --silent build
wait "$tap"
