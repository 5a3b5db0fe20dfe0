#!/bin/sh
# Prepares a checkout for building and testing: as root it installs packages of Debian or of Amazon Linux and Fedora, then
# the npm packages. Names what is missing if it cannot install it. Safe to run again; does nothing if everything is installed.
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

if ! lacks apt-get; then
  manager=apt-get
elif ! lacks dnf; then
  manager=dnf
else
  manager=''
fi

# command:Debian package:Amazon Linux package. The lab needs the first group, the build of the package raw-socket the second.
# The tests compare pprobe with the third. The tests of completion, man page and packages use the fourth, those of fleets and
# monitors the fifth.
missing='' packages=''
for need in ip:iproute2:iproute nft:nftables:nftables unshare:util-linux:util-linux nsenter:util-linux:util-linux \
  g++:g++:gcc-c++ make:make:make python3:python3:python3 \
  traceroute:traceroute:traceroute telnet:telnet:telnet nmap:nmap:nmap dig:bind9-dnsutils:bind-utils kdig:knot-dnsutils:knot-utils \
  named:bind9:bind unbound:unbound:unbound dnsmasq:dnsmasq-base:dnsmasq \
  zsh:zsh:zsh fish:fish:fish mandoc:mandoc:mandoc rpmbuild:rpm:rpm-build chromium:chromium:chromium \
  sshd:openssh-server:openssh-server ssh:openssh-client:openssh-clients nats-server:nats-server:nats-server \
  prometheus:prometheus:prometheus prometheus-blackbox-exporter:prometheus-blackbox-exporter:blackbox_exporter \
  parallel-ssh:pssh:pssh ansible-playbook:ansible-core:ansible-core; do
  command=${need%%:*} names=${need#*:}
  lacks "$command" || continue
  missing="$missing $command"
  package=${names%%:*}
  [ "$manager" = apt-get ] || package=${names##*:}
  case " $packages " in
  *" $package "*) ;;
  *) packages="$packages $package" ;;
  esac
done

install() {
  case $manager in
  apt-get) DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ;;
  dnf) dnf install -y -q "$@" >/dev/null ;;
  esac
}

# All packages at once; if that fails, each by itself, because one that the repositories lack fails the others too.
install_all() {
  if [ "$manager" = apt-get ]; then
    apt-get update -qq >/dev/null || say 'apt-get update failed; trying the package lists of this machine'
    # Only the tests run the name servers: this policy keeps the installation from starting them (invoke-rc.d(8)).
    policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
    if [ ! -e "$policy" ]; then
      trap 'rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod +x "$policy"
    fi
  fi
  # shellcheck disable=SC2086
  install $packages 2>/dev/null && return
  for package in $packages; do
    install "$package" || say "$package could not be installed. What needs it is left out."
  done
}

if [ -n "$missing" ]; then
  if [ -z "$manager" ]; then
    say "missing:$missing. What needs them is left out."
  elif [ "$(id -u)" = 0 ]; then
    say "installing$packages"
    install_all
  else
    say "missing:$missing. What needs them is left out; to add them: sudo $manager install$packages"
  fi
fi

# Without this, node-gyp downloads Node's headers, which the packages of Debian and NodeSource contain.
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
if [ -f "$prefix/include/node/node_version.h" ]; then
  npm_config_nodedir=$prefix
  export npm_config_nodedir
fi

# No package needs its install script but raw-socket, whose failure to compile (Node 24 and later) must not end the set-up.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say 'installing npm packages'
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  npm rebuild raw-socket --loglevel=error >/dev/null 2>&1 || true
  touch node_modules/.package-lock.json
fi
if [ ! -f node_modules/raw-socket/build/Release/raw.node ]; then
  say "raw-socket could not be built for Node $node_version. pprobe does not need it: \"trace --method syn\" opens its sockets through koffi. The tests of raw-socket are left out."
fi
