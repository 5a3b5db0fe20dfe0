#!/bin/sh
# Installs pprobe from the unpacked archive: copies it to PREFIX/lib and links it into PREFIX/bin and PREFIX/share.
#
#     ./install.sh [--prefix DIR]        default: /usr/local as root, else ~/.local
set -eu

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

usage='usage: install.sh [--prefix DIR]'
prefix=''
while [ $# -gt 0 ]; do
  case $1 in
  --prefix)
    [ $# -ge 2 ] || fail "--prefix needs a directory; $usage"
    prefix=$2
    shift 2
    ;;
  --prefix=*)
    prefix=${1#--prefix=}
    shift
    ;;
  -h | --help)
    echo "$usage"
    exit 0
    ;;
  *) fail "unknown argument $1; $usage" ;;
  esac
done
if [ -z "$prefix" ]; then
  if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=${HOME:?}/.local; fi
fi

folder=$(cd "$(dirname "$0")" && pwd)
name=${folder##*/}
[ -f "$folder/lib/SHA256SUMS" ] || fail "$folder is not a whole archive: lib/SHA256SUMS is missing. Download and unpack it again."
command -v sha256sum >/dev/null 2>&1 || fail 'sha256sum is needed to check the files, and is not installed.'
if ! wrong=$(cd "$folder" && sha256sum --quiet -c lib/SHA256SUMS 2>&1); then
  printf '%s\n' "$wrong" | head -n 3 >&2
  fail 'these files are damaged or missing: the archive was cut short or changed. Download and unpack it again.'
fi

mkdir -p "$prefix/lib" "$prefix/bin" || fail "$prefix cannot be written to; choose another place with --prefix DIR."
prefix=$(cd "$prefix" && pwd)
place=$prefix/lib/$name
new=$place.new.$$
trap 'rm -rf "$new"' EXIT

# The new files are complete and have run before they take the place of the old ones.
if [ "$folder" = "$place" ]; then
  program=$place/bin/pprobe
else
  program=$new/bin/pprobe
  if ! wrong=$(cp -R "$folder" "$new" 2>&1); then
    printf '%s\n' "$wrong" | head -n 3 >&2
    fail "$new cannot be written: see the message above; the disk may be full. The installed version is as it was."
  fi
  # An archive that root unpacked with umask 077 is for all users, too.
  chmod -R a+rX,u+w "$new"
fi
if ! version=$("$program" --version 2>&1); then
  printf '%s\n' "$version" | head -n 3 >&2
  fail "$program does not start: see the message above; 'Permission denied' means that the file system has the option noexec. The installed version is as it was."
fi
if [ "$folder" != "$place" ]; then
  rm -rf "$place"
  mv "$new" "$place"
fi

link() {
  mkdir -p "$(dirname "$2")"
  ln -sfn "$1" "$2"
}
link "../lib/$name/bin/pprobe" "$prefix/bin/pprobe"
link "$place/share/man/man1/pprobe.1" "$prefix/share/man/man1/pprobe.1"
link "$place/share/completions/pprobe.bash" "$prefix/share/bash-completion/completions/pprobe"
link "$place/share/completions/_pprobe" "$prefix/share/zsh/site-functions/_pprobe"
link "$place/share/completions/pprobe.fish" "$prefix/share/fish/vendor_completions.d/pprobe.fish"

echo "pprobe $version is installed: $prefix/bin/pprobe"
case ":$PATH:" in
*":$prefix/bin:"*) ;;
*) echo "$prefix/bin is not in PATH: add it, or call pprobe by that path." ;;
esac
