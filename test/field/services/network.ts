/**
 * The network of the cases, as a shell script for its own namespaces: this host, a router, and a namespace that has every
 * address there is, so that each case chooses the addresses of its servers. Runs its arguments among the servers.
 *
 *     client 10.60.0.10, fd60::10 -- 10.60.0.1, fd60::1 router 10.60.1.1, fd61::1 -- 10.60.1.2, fd61::2 servers
 *
 * What the server at 10.62.9.9 sends to the client passes a link of 1100 octets, whose router's errors are lost. Replies of the
 * resolvers at 10.62.53.53 and 10.62.53.55 over UDP get the source 10.62.53.54 on the way.
 * The firewalls of 10.64.14.136 and 10.64.14.137 reject TCP 443 as if the host or its network could not be reached.
 */
export const fieldNetwork = `
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/netns /run/etc
cp -a /etc/. /run/etc/ 2>/dev/null || :
for name in resolv.conf hosts nsswitch.conf; do
  if [ -L /run/etc/$name ]; then rm /run/etc/$name; fi
  [ -e /run/etc/$name ] || : >/run/etc/$name
done
mount --bind /run/etc /etc
for name in client router servers; do ip netns add $name; done
ip link add near netns client type veth peer name near netns router
ip link add far netns router type veth peer name far netns servers
for name in client router servers; do
  ip -n $name link set lo up
  nsenter --net=/run/netns/$name sh -c '
    echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv4/icmp_ratemask
    echo 0 >/proc/sys/net/ipv6/icmp/ratelimit; echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad'
done
nsenter --net=/run/netns/router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
ip -n client address add 10.60.0.10/24 dev near
ip -n client address add fd60::10/64 dev near nodad
ip -n router address add 10.60.0.1/24 dev near
ip -n router address add fd60::1/64 dev near nodad
ip -n router address add 10.60.1.1/24 dev far
ip -n router address add fd61::1/64 dev far nodad
ip -n servers address add 10.60.1.2/24 dev far
ip -n servers address add fd61::2/64 dev far nodad
ip -n client link set near up
ip -n router link set near up
ip -n router link set far up
ip -n servers link set far up
for name in client router servers; do
  while case $(ip -n $name -brief link show type veth) in *DOWN*) ;; *) false ;; esac; do sleep 0.01; done
done
ip -n client route add default via 10.60.0.1
ip -n client -6 route add default via fd60::1
ip -n router route add default via 10.60.1.2
ip -n router -6 route add default via fd61::2
ip -n servers route add 10.60.0.0/24 via 10.60.1.1
ip -n servers -6 route add fd60::/64 via fd61::1
ip -n servers route add local 0.0.0.0/0 dev lo
ip -n servers -6 route add local ::/0 dev lo
ip -n router rule add from 10.62.9.9 lookup 9
ip -n router route add 10.60.0.0/24 dev near mtu lock 1100 table 9
nsenter --net=/run/netns/router nft 'table ip lost { chain output { type filter hook output priority 0; icmp code frag-needed drop; }; }'
nsenter --net=/run/netns/router nft 'table ip astray { chain prerouting { type filter hook prerouting priority -300; ip saddr { 10.62.53.53, 10.62.53.55 } udp sport 53 ip saddr set 10.62.53.54; }; }'
nsenter --net=/run/netns/servers nft 'table ip rejects { chain input { type filter hook input priority 0; ip daddr 10.64.14.136 tcp dport 443 reject with icmp host-unreachable; ip daddr 10.64.14.137 tcp dport 443 reject with icmp net-unreachable; }; }'
exec nsenter --net=/run/netns/servers -- "$@"
`;
