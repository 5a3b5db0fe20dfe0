import { list } from '../../core/text.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import { isTunnel } from '../../host/tunnel.js';
import type { OwnNetwork } from '../../host/vantage.js';
import { familyOf, withoutZone, zoneOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import type { Advice, Argv } from './advice.js';
import { DOCS } from './docs.js';
import { findInterfaces } from './network.js';

/** Remedies on this host: its routes, its neighbours, its own firewall, its security modules and its limits. */

export type RejectingRoute = 'unreachable' | 'prohibit' | 'blackhole';

/** `ip -6`, or `ip` alone, which is IPv4. */
function ip(address: string): string[] {
  return familyOf(address) === 6 ? ['ip', '-6'] : ['ip'];
}

/** Asks the kernel which route it uses for an address. A zone is an interface, which `ip` takes apart. */
export function routeGet(address: string): Argv {
  const zone = zoneOf(address);
  return [...ip(address), 'route', 'get', withoutZone(address), ...(zone === null ? [] : ['oif', zone])];
}

export function addRoute(address: string): Advice {
  if (familyOf(address) !== null && scopeOf(address) === 'loopback') return raiseLoopback;
  return {
    text: `Look up how this host routes ${address}, and add the missing route or default gateway`,
    command: routeGet(address),
  };
}

/** Shows the routes of the type that rejects, in every table, and removes one. */
export function removeRejectingRoute(address: string, type: RejectingRoute): Advice[] {
  return [
    {
      text: `Find the route of type ${type} that contains ${address}`,
      command: [...ip(address), 'route', 'show', 'table', 'all', 'type', type],
    },
    {
      text: 'Remove it, or add a more specific route for the addresses that are needed; put the network from the list above in place of NETWORK',
      command: ['sudo', ...ip(address), 'route', 'del', type, 'NETWORK'],
    },
    {
      text: `If there is no such route, a policy routing rule of type ${type} (ip rule) rejects the packets: find it, and delete it by its priority`,
      command: [...ip(address), 'rule', 'show'],
    },
  ];
}

export function nameInterface(address: string): Advice {
  return {
    text: `Write the interface behind a percent sign, as in ${address}%eth0; this command lists the interfaces`,
    command: ['ip', '-6', 'address', 'show', 'scope', 'link'],
  };
}

/** A new network namespace has this interface, which is down. */
const raiseLoopback: Advice = {
  text: 'Bring the loopback interface up: without it this host cannot reach its own addresses',
  command: ['sudo', 'ip', 'link', 'set', 'lo', 'up'],
};

/** What keeps packets from one program of this host to another. */
export function openOwnAddress(port: number): Advice[] {
  return [
    {
      text: `Look in the firewall of this host for a rule that drops TCP ${port} on input or output: packets to its own addresses go through the interface lo, which a firewall must let pass`,
      command: listRuleset,
    },
    {
      text: 'Check that the loopback interface is up; if it is down, bring it up: sudo ip link set lo up',
      command: ['ip', 'link', 'show', 'dev', 'lo'],
    },
    {
      text: 'If the program on this port hangs, its queue of new connections is full, and more are dropped: Recv-Q is then above Send-Q',
      command: ['ss', '-ltn'],
    },
  ];
}

/** Answers come back by the interface of the source address; the packets leave by another one. */
export function followSource(address: string): Advice[] {
  return [
    {
      text: `Let packets to ${address} leave by the interface that their answers come in by: see which one they take, and give each network interface a route table of its own with rules by source address (ip rule add from ADDRESS lookup TABLE)`,
      command: routeGet(address),
      docs: DOCS.severalInterfaces,
    },
    {
      text: 'Or let the filter accept them: 2 lets packets in by any interface that has a route back; put the interface in place of INTERFACE',
      command: ['sudo', 'sysctl', '-w', 'net.ipv4.conf.INTERFACE.rp_filter=2'],
    },
  ];
}

/** No address of this host fits as the source of packets to `address`. */
export function addAddress({ target, vantage }: Evidence, address: string): Advice[] {
  const family = familyOf(address) === 6 ? 6 : 4;
  const source = target.given?.source;
  const hasNone = !vantage.addresses.some((own) => familyOf(own) === family);
  const isName = familyOf(withoutZone(target.host)) === null;
  const sender: Advice[] =
    source === undefined
      ? []
      : [
          {
            text: `Leave out --source ${source}, from which nothing can be sent there, or give another address`,
          },
        ];
  if (family === 6 && hasNone)
    return [
      ...sender,
      {
        text: `Give this host IPv6: an address, a route, and IPv6 of its subnet; it can be switched off (sysctl net.ipv6.conf.all.disable_ipv6)${isName ? `. Or give ${target.host} an A record` : ''}`,
        command: ['ip', '-6', 'address', 'show'],
      },
    ];
  return [
    ...sender,
    {
      text: `Give this host an IPv${family} address of the right scope; this command lists those it has${family === 6 ? ': one that is tentative or dadfailed (another host on the link has it) cannot be used' : ''}`,
      command: ['ip', `-${family}`, 'address', 'show'],
    },
  ];
}

/** Packets that leave through a tunnel are answered only as long as the tunnel works. */
export function checkTunnel(evidence: Evidence, addresses: readonly string[]): Advice[] {
  const found = addressOutcomes(evidence).find(({ address }) => addresses.includes(address));
  const from = found?.localAddress ?? null;
  const tunnel = evidence.vantage.networks?.find(
    (each) => isTunnel(each.interface) && each.network.split('/')[0] === from,
  );
  if (found === undefined || tunnel === undefined) return [];
  return [
    {
      text: `Packets to ${found.address} leave through ${tunnel.interface}, the interface of a VPN or tunnel: check that it is connected, and that its other end has a route and a rule for ${found.address}`,
      command: ['ip', '-s', 'link', 'show', 'dev', tunnel.interface],
    },
  ];
}

/** A tunnel of this host that takes no packets to an address. */
export function repairTunnel(address: string, tunnel: string | null): Advice[] {
  return [
    {
      text: `For WireGuard, look for a peer whose allowed IPs include ${address}, and for the endpoint of that peer: without either one the kernel refuses the packet with this error`,
      command: ['sudo', 'wg', 'show', ...(tunnel === null ? [] : [tunnel])],
    },
    {
      text: `For another tunnel, check that it is connected, that this host has a route to its other end, and that ${address} belongs behind it`,
      command: routeGet(address),
    },
  ];
}

/** The link-layer address of `neighbour` is not known: it is down, elsewhere, or the netmask is wrong. */
export function checkNeighbour(neighbour: string, address: string): Advice[] {
  const zone = zoneOf(neighbour);
  const show = [...ip(neighbour), 'neigh', 'show', 'to', withoutZone(neighbour)];
  const state: Advice = {
    text: `Check that ${neighbour} is up and in a subnet of this host, and that the netmask of this host is right and its interface has a carrier (ip link)`,
    command: [...show, ...(zone === null ? [] : ['dev', zone])],
  };
  return neighbour === address
    ? [state]
    : [
        state,
        {
          text: `Check that the route to ${address} names the right gateway`,
          command: routeGet(address),
        },
      ];
}

/** A route without a gateway leads to an address that is in no network of this host. */
export function giveGateway(address: string): Advice {
  return {
    text: `Give the route to ${address} a gateway: "scope link" without "via" makes this host look for the address itself on the link`,
    command: routeGet(address),
  };
}

/** The network of a bridge of this host overlaps the one that the addresses are in: packets to them never leave this host. */
export function renumberBridge(
  { interface: name, network }: OwnNetwork,
  addresses: readonly string[],
): Advice[] {
  return [
    {
      text: `Give the bridge ${name}, whose network ${network} overlaps that of ${list(addresses, 4)}, another network: it contains ${addresses.length === 1 ? 'the address' : 'the addresses'}, so that this host looks for ${addresses.length === 1 ? 'it' : 'them'} on the bridge. For Docker, set bip and default-address-pools in /etc/docker/daemon.json`,
      command: ['ip', 'address', 'show', 'dev', name],
    },
  ];
}

/** An address in the subnet of this host that no host there has: its interface is gone, and the record is not. */
export function staleRecord(evidence: Evidence, addresses: readonly string[]): Advice[] {
  const { host } = evidence.target;
  if (familyOf(withoutZone(host)) !== null) return [];
  return findInterfaces(evidence, addresses).map((find, index) =>
    index > 0
      ? find
      : {
          ...find,
          text: `Find out who has ${list(addresses, 4)}: if there is no such network interface any more, the record of ${host} outlived it, and must be corrected`,
          about: { addresses, only: (some) => staleRecord(evidence, some) },
        },
  );
}

export const listRuleset: Argv = ['sudo', 'nft', 'list', 'ruleset'];

export const listeners: Advice = {
  text: 'Find the program that listens there, and read its log: it says where it connects to for the target',
  command: ['sudo', 'ss', '-ltnp'],
};

/** Istio: meshConfig.outboundTrafficPolicy; Linkerd and Consul have the same under other names. */
export function allowInMesh(host: string, port: number): Advice {
  return {
    text: `In a pod with the sidecar of a service mesh, allow ${host} in the mesh (Istio: a ServiceEntry for it), or take TCP ${port} out of the redirection (Istio: the annotation traffic.sidecar.istio.io/excludeOutboundPorts; Linkerd: config.linkerd.io/skip-outbound-ports)`,
  };
}

export function allowInOwnFirewall({ target }: Evidence, addresses: readonly string[]): Advice {
  return {
    text: `Allow outbound TCP ${target.port} to ${list(addresses, 4)} in the firewall of this host (nftables, iptables, or the network policy of a container)`,
    command: listRuleset,
  };
}

/** The kernel refuses a new connection with the same error where it cannot track it (nf_conntrack). */
export const fullConnectionTable: Advice = {
  text: 'Compare the number of tracked connections with its limit: a full table (nf_conntrack) refuses packets as a firewall does, and the log of the kernel says so',
  command: ['sysctl', 'net.netfilter.nf_conntrack_count', 'net.netfilter.nf_conntrack_max'],
};

export const securityModule: Advice = {
  text: 'Look for denials by SELinux or AppArmor',
  command: ['sudo', 'ausearch', '-m', 'avc', '-ts', 'recent'],
};

export const callFilter: Advice = {
  text: 'Try the connection outside the container or service unit: its seccomp filter or BPF program can forbid connect(2)',
};

/** The BPF program of Cilium, in place of kube-proxy, rejects the call with EHOSTUNREACH, or with EPERM in earlier versions. */
export const serviceEndpoints: Advice = {
  text: 'If it is the address of a Kubernetes service, check that the service has endpoints that are ready: without one, Cilium lets connect(2) fail',
  command: ['kubectl', 'get', 'endpointslices', '--all-namespaces'],
};

export const freePorts: Advice = {
  text: 'Close connections that are not needed, or widen the range of local ports',
  command: ['sysctl', 'net.ipv4.ip_local_port_range'],
};

export const moreDescriptors: Advice = {
  text: 'Raise the limit of open files for this process, then run pprobe again',
  command: ['sh', '-c', 'ulimit -n; sysctl fs.file-nr'],
};

export const moreMemory: Advice = {
  text: 'Find out what uses the memory of this host, or of its container, for sockets',
  command: ['sh', '-c', 'ss -s; sysctl net.ipv4.tcp_mem net.core.wmem_max; free -m'],
};

export const runDoctor: Advice = {
  text: 'Run pprobe doctor: it says what this host lacks, and how to add it',
  command: ['pprobe', 'doctor'],
};
