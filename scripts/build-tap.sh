#!/bin/sh
# Rebuilds tap without its TypeScript plugin, which package.json turns off; does nothing where that is already done.
set -eu
cd "$(dirname "$0")/.."
if grep -q @tapjs/typescript node_modules/@tapjs/test/test-built/dist/esm/index.js; then npx tap build >/dev/null; fi
