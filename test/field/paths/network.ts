import { networkCases } from './all.js';
import type { NetworkCase } from './case.js';

/**
 * The network of the cases, as a shell script for its own namespaces: one namespace that has every address there is, for the
 * servers, and for each case a client and a router of its own, so that no case changes the network of another. Each namespace
 * is named after its role and the number of its case.
 *
 *     client-N 10.60.N.10, fd60:N::10 -- 10.60.N.1, fd60:N::1 router-N 10.61.N.1, fd61:N::1 -- 10.61.N.2, fd61:N::2 servers
 */
const common = `
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/netns
loopback() {
  ip -n $1 link set lo up
  nsenter --net=/run/netns/$1 sh -c '
    echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv4/icmp_ratemask
    echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
    echo 1 >/proc/sys/net/ipv4/icmp_errors_use_inbound_ifaddr
    echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
}
ip netns add servers
loopback servers
ip -n servers route add local 0.0.0.0/0 dev lo
ip -n servers -6 route add local ::/0 dev lo table main
nsenter --net=/run/netns/servers sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind'
`;

/** The namespaces of one case. */
function ownNetwork(n: number, setUp: string): string {
  return `
ip netns add client-${n}
ip netns add router-${n}
loopback client-${n}
loopback router-${n}
nsenter --net=/run/netns/router-${n} sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
ip link add near netns client-${n} type veth peer name near netns router-${n}
ip link add far netns router-${n} type veth peer name c${n} netns servers
ip -n client-${n} -batch - <<'END'
address add 10.60.${n}.10/24 dev near
address add fd60:${n}::10/64 dev near nodad
link set near up
END
ip -n router-${n} -batch - <<'END'
address add 10.60.${n}.1/24 dev near
address add fd60:${n}::1/64 dev near nodad
address add 10.61.${n}.1/24 dev far
address add fd61:${n}::1/64 dev far nodad
link set near up
link set far up
END
ip -n servers -batch - <<'END'
address add 10.61.${n}.2/24 dev c${n}
address add fd61:${n}::2/64 dev c${n} nodad
link set c${n} up
route add 10.60.${n}.0/24 via 10.61.${n}.1
route add fd60:${n}::/64 via fd61:${n}::1
END
for name in client-${n} router-${n}; do
  while case $(ip -n $name -brief link show type veth) in *DOWN*) ;; *) false ;; esac; do sleep 0.01; done
done
ip -n client-${n} route add default via 10.60.${n}.1
ip -n client-${n} route add default via fd60:${n}::1
ip -n router-${n} route add default via 10.61.${n}.2
ip -n router-${n} route add default via fd61:${n}::2
client() { nsenter --net=/run/netns/client-${n} -- "$@"; }
router() { nsenter --net=/run/netns/router-${n} -- "$@"; }
${setUp}
`;
}

/** The script for these cases. It runs its arguments among the servers. */
export function networkOf(cases: readonly NetworkCase[]): string {
  const each = cases.map((one) => ownNetwork(numberOf(one), filled(one.setUp ?? '', numberOf(one))));
  return [common, ...each, 'exec nsenter --net=/run/netns/servers -- "$@"'].join('\n');
}

/** The number of a case's network. It is in addresses, so it is less than 256. */
export function numberOf(each: NetworkCase): number {
  return networkCases.indexOf(each) + 1;
}

/** A text of a case with the addresses of its network. */
export function filled(text: string, n: number): string {
  return text
    .replaceAll('{net}', `10.62.${n}`)
    .replaceAll('{here}', `10.60.${n}`)
    .replaceAll('{far}', `10.61.${n}`)
    .replaceAll('{net6}', `fd62:${n}`)
    .replaceAll('{n}', String(n));
}
