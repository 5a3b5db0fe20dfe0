#!/bin/sh
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
exec "$folder/../lib/node" "$folder/../lib/pprobe/bin/pprobe.js" "$@"
