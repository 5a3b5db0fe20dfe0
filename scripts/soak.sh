#!/bin/sh
# Runs mixed operations of the library and fails where memory, descriptors or handles grow: `npm run soak -- 10000 50`, or
# `npm run soak -- 30m 200` for half an hour. In a network namespace of its own, so that no packet leaves this host.
# Without V8's optimizing compiler: it compiles for more than ten thousand operations, and its code and tables hide a leak.
set -eu
cd "$(dirname "$0")/.."
flags='--net --mount'
[ "$(id -u)" = 0 ] || flags="--user --map-root-user $flags"
program='--import=tsx test/soak/main.ts'
# The runner of the suite has compiled it.
[ -z "${PPROBE_COMPILED_TESTS:-}" ] || program=$PPROBE_COMPILED_TESTS/test/soak/main.js
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
echo 'nameserver 127.0.0.1' >"$directory/resolv.conf"
# shellcheck disable=SC2086
unshare $flags sh -c '
  ip link set lo up
  mount --bind "$1/resolv.conf" /etc/resolv.conf
  shift
  exec node --expose-gc --no-opt "$@"
' sh "$directory" $program "$@"
