#!/bin/sh
# Runs the property tests of everything that parses packets, with many more inputs than `npm test` gives them.
set -eu
cd "$(dirname "$0")/.."
PPROBE_FUZZ_RUNS=${PPROBE_FUZZ_RUNS:-1000000}
export PPROBE_FUZZ_RUNS
exec npx tap --disable-coverage --timeout=7200 \
  test/net/packet/hostile.test.ts \
  test/net/packet/tcp-options.test.ts \
  test/net/packet/interface-information.test.ts \
  test/net/libc/control-message.test.ts \
  test/probe/trace/any-path.test.ts
