#!/bin/sh
# Runs the property tests of everything that parses what others wrote (packets, DNS, certificates, reports, facts, logs, options),
# and that of contradictions in verdicts, with many more inputs than `npm test` gives them: `npm run fuzz`, for a night.
# With words, only the files whose path has one of them: `npm run fuzz -- packet tls`.
set -eu
cd "$(dirname "$0")/.."
PPROBE_FUZZ_RUNS=${PPROBE_FUZZ_RUNS:-1000000}
PPROBE_REPORTS=${PPROBE_REPORTS:-100000}
PPROBE_ABORTS=all
export PPROBE_FUZZ_RUNS PPROBE_REPORTS PPROBE_ABORTS
all="
  test/net/packet/hostile.test.ts
  test/net/packet/tcp-options.test.ts
  test/net/packet/interface-information.test.ts
  test/net/libc/control-message.test.ts
  test/foreign-text.test.ts
  test/cli/any-command-line-process.test.ts
  test/probe/trace/any-path.test.ts
  test/observe/abort-walk-process.test.ts
  test/aws/abort-walk-process.test.ts
  test/fleet/nats-lab.test.ts
  test/regular-expressions-process.test.ts
  test/diagnose/contradictions-1.test.ts
  test/diagnose/contradictions-2.test.ts
"
files=
for file in $all; do
  [ $# = 0 ] && files="$files $file" && continue
  for word in "$@"; do case $file in *"$word"*) files="$files $file" ;; esac; done
done
# shellcheck disable=SC2086
exec nice -n 19 npx tap --disable-coverage --timeout=36000 $files
