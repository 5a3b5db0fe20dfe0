#!/bin/sh
# Runs the property tests of everything that parses packets, and that of contradictions in verdicts, with many more inputs than
# `npm test` gives them.
set -eu
cd "$(dirname "$0")/.."
PPROBE_FUZZ_RUNS=${PPROBE_FUZZ_RUNS:-1000000}
PPROBE_REPORTS=${PPROBE_REPORTS:-100000}
export PPROBE_FUZZ_RUNS PPROBE_REPORTS
exec npx tap --disable-coverage --timeout=7200 \
  test/net/packet/hostile.test.ts \
  test/net/packet/tcp-options.test.ts \
  test/net/packet/interface-information.test.ts \
  test/net/libc/control-message.test.ts \
  test/probe/trace/any-path.test.ts \
  test/diagnose/contradictions-1.test.ts \
  test/diagnose/contradictions-2.test.ts
