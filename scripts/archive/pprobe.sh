#!/bin/sh
# shellcheck disable=SC3044
# Starts pprobe with the Node beside it, from where this file lies or through symbolic links to it.
file=$0
while [ -L "$file" ]; do
  target=$(readlink "$file")
  case $target in
  /*) file=$target ;;
  *) file=${file%/*}/$target ;;
  esac
done
case $file in
*/*) folder=${file%/*} ;;
*) folder=. ;;
esac
# The options of another Node on this host are not for this one.
unset NODE_OPTIONS
# Runs only where exec fails: dash then leaves the script, and bash does so with the trap only if execfail is set.
[ -z "${BASH_VERSION:-}" ] || shopt -s execfail
trap 'printf "pprobe: %s cannot be started: it needs a file system without noexec, and Linux with glibc 2.28 or later on the architecture of the archive; this is %s\n" "$folder/../lib/node" "$(uname -sm)" >&2; exit 3' EXIT
exec "$folder/../lib/node" "$folder/../lib/pprobe/bin/pprobe.js" "$@"
