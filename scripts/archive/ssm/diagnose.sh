#!/bin/sh
# Runs one diagnosis as a command of AWS Systems Manager. Where pprobe is missing, its archive is installed from S3 first.
# Ends with 0 once the diagnosis was made, whatever it found: Systems Manager takes every other exit code for a failed command.
# An agent from version 3.3.2746.0 on passes parameters as environment variables, an older one replaces the names in braces.
# Both values have passed the pattern of the parameter, none of which allows a quote.
set -u
if [ -z "${SSM_Target+x}" ]; then SSM_Target='{{ Target }}'; fi
if [ -z "${SSM_VpcEndpoint+x}" ]; then SSM_VpcEndpoint='{{ VpcEndpoint }}'; fi
if [ -z "${SSM_Bucket+x}" ]; then SSM_Bucket='{{ Bucket }}'; fi
if [ -z "${SSM_Prefix+x}" ]; then SSM_Prefix='{{ Prefix }}'; fi
if [ -z "${SSM_Version+x}" ]; then SSM_Version='{{ Version }}'; fi
if [ -z "${SSM_Sha256+x}" ]; then SSM_Sha256='{{ Sha256 }}'; fi
if [ -z "${SSM_Format+x}" ]; then SSM_Format='{{ Format }}'; fi
if [ -z "${SSM_MaxTime+x}" ]; then SSM_MaxTime='{{ MaxTime }}'; fi

prefix=/usr/local
work=''
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

fail() {
  printf 'pprobe-diagnose: %s\n' "$*" >&2
  exit 3
}

find_pprobe() {
  for program in "$(command -v pprobe || true)" "$prefix/bin/pprobe"; do
    if [ -n "$program" ] && "$program" --version >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

fetch() {
  aws s3 cp --only-show-errors "s3://$SSM_Bucket/$1" "$2" ||
    fail "s3://$SSM_Bucket/$1 cannot be fetched: see the message above, the instance's role (s3:GetObject) and its path to S3."
}

install_pprobe() {
  [ -n "$SSM_Bucket" ] || fail 'pprobe is not installed here: give the parameter Bucket, which holds the archive, or install pprobe.'
  for tool in aws tar xz sha256sum; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is needed to install pprobe, and is not in PATH ($PATH)."
  done
  case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) fail "there is no archive for $(uname -m): only for x86_64 and aarch64." ;;
  esac
  name=pprobe-$SSM_Version
  file=$name-linux-$arch.tar.xz
  folder=${SSM_Prefix%/}
  folder=${folder:+$folder/}
  work=$(mktemp -d) || fail 'no temporary directory can be made: is the disk full?'
  fetch "$folder$file" "$work/$file"
  if [ -n "$SSM_Sha256" ]; then
    printf '%s  %s\n' "$SSM_Sha256" "$file" >"$work/sum"
  else
    fetch "${folder}SHA256SUMS" "$work/SHA256SUMS"
    grep -F "  $file" "$work/SHA256SUMS" >"$work/sum" || fail "SHA256SUMS beside the archive has no line for $file."
  fi
  (cd "$work" && sha256sum -c sum >/dev/null 2>&1) ||
    fail "the checksum of s3://$SSM_Bucket/$folder$file is wrong: the upload was cut short, or the file was changed."
  tar -xJf "$work/$file" -C "$work" || fail "$file cannot be unpacked: is the disk full?"
  "$work/$name/install.sh" --prefix "$prefix" >&2 || fail "$file cannot be installed below $prefix: see the message above."
  rm -rf "$work"
}

if ! find_pprobe; then
  install_pprobe
  find_pprobe || fail "$prefix/bin/pprobe was installed and does not start."
fi
set -- diagnose --format "$SSM_Format" --max-time "$SSM_MaxTime"
if [ -n "$SSM_VpcEndpoint" ]; then set -- "$@" --vpce "$SSM_VpcEndpoint"; fi
"$program" "$@" -- "$SSM_Target"
code=$?
case $code in
0 | 1?) exit 0 ;;
20) exit 0 ;;
*) fail "pprobe ended with exit code $code: no diagnosis was made." ;;
esac
