/**
 * The network of the error matrix, as a shell script for its own namespaces: this host, a router and a server. Each port and
 * each range of addresses fails in a different way. Runs its arguments as a command once the network is ready.
 *
 *     this host 10.0.1.2, fd01::2 -- 10.0.1.1, fd01::1 router 10.0.2.1, fd02::1 -- 10.0.2.2, fd02::2 server
 */
export const matrixNetwork = `
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip netns add router
ip netns add server
ip link set lo up
ip link add near type veth peer name near netns router
ip -n router link add far type veth peer name far netns server
ip address add 10.0.1.2/24 dev near
# More source addresses, because the router limits route errors per destination (ip_rt_error_burst).
for last in 3 4 5 6; do ip address add 10.0.1.$last/24 dev near; done
ip address add fd01::2/64 dev near nodad
ip -n router address add 10.0.1.1/24 dev near
ip -n router address add fd01::1/64 dev near nodad
ip -n router address add 10.0.2.1/24 dev far
ip -n router address add fd02::1/64 dev far nodad
ip -n server address add 10.0.2.2/24 dev far
ip -n server address add fd02::2/64 dev far nodad
ip link set near up
for name in router server; do
  ip -n $name link set lo up
  ip netns exec $name sh -c '
    echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit' 2>/dev/null
done
ip -n router link set near up
ip -n router link set far up
ip -n server link set far up
# There is no default route: all other networks are unreachable.
for net in 10.0.2.0/23 10.0.4.0/22 10.0.8.0/24; do ip route add $net via 10.0.1.1; done
ip route add fd02::/16 via fd01::1
ip -n server route add 10.0.0.0/16 via 10.0.2.1
ip -n server route add fd00::/8 via fd02::1
# Routes of the router that reject. It has no route to 10.0.3.0/24.
ip -n router route add unreachable 10.0.4.0/24
ip -n router route add prohibit 10.0.5.0/24
ip -n router route add blackhole 10.0.6.0/24
ip -n router route add unreachable fd02:4::/32
ip -n router route add prohibit fd02:5::/32
ip -n router route add blackhole fd02:6::/32
# A routing loop between router and server.
ip -n router route add 10.0.7.0/24 via 10.0.2.2
ip -n router route add fd02:7::/32 via fd02::2
# Routes of this host that reject, or lead to a gateway that does not exist.
ip route add unreachable 10.1.1.0/24
ip route add prohibit 10.1.2.0/24
ip route add blackhole 10.1.3.0/24
ip route add 10.1.4.0/24 via 10.0.1.98
ip route add unreachable fd11::/32
ip route add prohibit fd12::/32
ip route add blackhole fd13::/32
ip route add fd14::/32 via fd01::98
ip netns exec router nft -f - <<'RULES'
table inet path { chain forward { type filter hook forward priority 0;
  tcp dport 2001 reject with tcp reset
  tcp dport 2002 reject with icmpx type port-unreachable
  tcp dport 2003 reject with icmpx type host-unreachable
  tcp dport 2004 reject with icmpx type admin-prohibited
  tcp dport 2005 reject with icmpx type no-route
  ip protocol tcp tcp dport 2006 reject with icmp type host-prohibited
  ip protocol tcp tcp dport 2007 reject with icmp type net-prohibited
  ip protocol tcp tcp dport 2008 reject with icmp type prot-unreachable
  ip6 nexthdr tcp tcp dport 2006 reject with icmpv6 type policy-fail
  ip6 nexthdr tcp tcp dport 2007 reject with icmpv6 type reject-route
  tcp dport 2011 drop
}; }
RULES
ip netns exec server nft 'table inet end { chain input { type filter hook input priority 0;
  tcp dport 2012 reject with icmpx type port-unreachable
}; }'
nft 'table inet own { chain output { type filter hook output priority 0;
  tcp dport 3001 reject
  tcp dport 3002 reject with tcp reset
  tcp dport 3003 reject with icmpx type admin-prohibited
  tcp dport 3004 reject with icmpx type host-unreachable
  tcp dport 3005 drop
}; }'
ip netns exec server "$1" -e 'require("node:net").createServer((socket) => socket.on("error", () => {}).end()).listen(443, "::", () => console.log("ready"))' >/run/server &
server=$!
# Another program of this host that connects to two silent neighbours all the time.
"$1" -e 'const { connect } = require("node:net"); setInterval(() => {
  for (const host of ["10.0.1.97", "fd01::97"]) connect({ host, port: 443 }).on("error", () => {});
}, 100)' &
other=$!
trap 'kill $server $other' EXIT
while [ ! -s /run/server ]; do sleep 0.05; done
# The neighbours on the way are known from here on: the first question for them can be lost, which takes a second.
"$1" -e 'const { connect } = require("node:net");
  for (const host of ["10.0.2.2", "fd02::2"]) connect({ host, port: 443 }, function () { this.destroy(); });'
"$@"
`;
