#!/bin/sh
# Prepares a checkout for building and testing: as root it installs packages of Debian or Amazon Linux, then the npm packages.
# Names what is missing if it cannot install it. Safe to run again; does nothing if everything is installed.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
lacks() { ! command -v "$1" >/dev/null 2>&1; }
# nft and ip are in sbin, which is not in the PATH of an ordinary user on Debian.
PATH="$PATH:/usr/sbin:/sbin"

node_version=$(node -p process.versions.node 2>/dev/null || echo none)
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  say "Node 20.19 or later is needed; found $node_version."
  say "On Amazon Linux 2023: sudo dnf install nodejs22. Elsewhere: https://nodejs.org/en/download"
  exit 1
fi

# command:Debian package:Amazon Linux package. The lab needs the first group, the build of raw-socket the second. The tests
# compare pprobe with the third.
missing_debian='' missing_amazon='' missing=''
for need in ip:iproute2:iproute nft:nftables:nftables unshare:util-linux:util-linux nsenter:util-linux:util-linux \
  g++:g++:gcc-c++ make:make:make python3:python3:python3 \
  traceroute:traceroute:traceroute telnet:telnet:telnet nmap:nmap:nmap dig:bind9-dnsutils:bind-utils kdig:knot-dnsutils:knot-utils \
  named:bind9:bind unbound:unbound:unbound dnsmasq:dnsmasq-base:dnsmasq; do
  command=${need%%:*} packages=${need#*:}
  if lacks "$command"; then
    missing="$missing $command"
    missing_debian="$missing_debian ${packages%%:*}"
    missing_amazon="$missing_amazon ${packages##*:}"
  fi
done

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && ! lacks apt-get; then
    say "installing$missing_debian"
    apt-get update -qq >/dev/null
    # Only the tests run the name servers: this policy keeps the installation from starting them (invoke-rc.d(8)).
    if [ ! -e /usr/sbin/policy-rc.d ]; then
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
      printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
      chmod +x /usr/sbin/policy-rc.d
    fi
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing_debian >/dev/null
  elif [ "$(id -u)" = 0 ] && ! lacks dnf; then
    say "installing$missing_amazon"
    # shellcheck disable=SC2086
    dnf install -y -q $missing_amazon >/dev/null
  elif ! lacks dnf; then
    say "missing:$missing. What needs them is left out; to add them: sudo dnf install$missing_amazon"
  else
    say "missing:$missing. What needs them is left out; to add them: sudo apt-get install$missing_debian"
  fi
fi

# Without this, node-gyp downloads Node's headers, which the packages of Debian and NodeSource contain.
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
if [ -f "$prefix/include/node/node_version.h" ]; then
  npm_config_nodedir=$prefix
  export npm_config_nodedir
fi

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say 'installing npm packages'
  npm ci --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi
if [ ! -f node_modules/raw-socket/build/Release/raw.node ]; then
  say "raw-socket could not be built for Node $node_version: \"trace --method syn\" and its tests are left out."
fi
