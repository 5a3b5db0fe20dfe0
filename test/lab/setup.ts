import { type Link, type LinkEnd, type NamespaceName, routesOf, type Topology } from './topology.js';

/** The commands that make a topology: first all of `root`, then the namespaces in any order. */
export interface SetupPlan {
  /** Lines for `ip -batch` in the namespace the lab starts in. */
  root: string[];
  namespaces: { name: NamespaceName; sysctls: [path: string, value: string][]; ip: string[] }[];
}

/**
 * The commands that make a topology. Pure.
 *
 * Addresses have no duplicate address detection, and neighbours are permanent entries: a cold neighbour cache costs
 * the first packet of a path up to a second (measured with IPv6), which a trace shows as a silent hop.
 */
export function setupPlan(topology: Topology): SetupPlan {
  const root = topology.namespaces.map(({ name }) => `netns add ${name}`);
  topology.links.forEach((link, index) => {
    const [near, far] = link.map((end, side) => `${deviceOf(end)} address ${macOf(index, side)}`);
    root.push(`link add ${near} type veth peer ${far}`);
  });
  const namespaces = topology.namespaces.map(({ name, forwards }) => ({
    name,
    sysctls: sysctlsOf(forwards),
    ip: [
      'link set lo up',
      ...topology.loopback
        .filter(({ namespace }) => namespace === name)
        .map(({ address }) => `address add ${address} dev lo${noDad(address)}`),
      ...topology.links.flatMap((link, index) => linkLines(link, index, name)),
      ...routesOf(topology, name).map((route) => `route add ${route}`),
    ],
  }));
  return { root, namespaces };
}

function linkLines(link: Link, index: number, namespace: NamespaceName): string[] {
  return link.flatMap((end, side) => {
    const peer = link[side === 0 ? 1 : 0];
    if (end.namespace !== namespace) return [];
    return [
      ...end.addresses.map((address) => `address add ${address} dev ${end.device}${noDad(address)}`),
      `link set ${end.device} up`,
      ...peer.addresses.map(
        (address) =>
          `neighbour add ${hostOf(address)} lladdr ${macOf(index, 1 - side)} nud permanent dev ${end.device}`,
      ),
    ];
  });
}

function deviceOf(end: LinkEnd): string {
  return `name ${end.device} netns ${end.namespace}`;
}

/** Locally administered, and the same in every lab: the links are private to it. */
function macOf(link: number, side: number): string {
  return `02:00:00:00:${link.toString(16).padStart(2, '0')}:0${side + 1}`;
}

function hostOf(cidr: string): string {
  return cidr.slice(0, cidr.indexOf('/'));
}

function noDad(address: string): string {
  return address.includes(':') ? ' nodad' : '';
}

/**
 * Linux sends one ICMP error per second to each peer (icmp_ratelimit) and, for the types in ratemask, 1000 per second to all
 * peers together, so traces in quick succession would show silent hops. The masks are emptied as well, because the global
 * limit depends on them only.
 */
function sysctlsOf(forwards: boolean): [string, string][] {
  return [
    ['net/ipv4/icmp_ratelimit', '0'],
    ['net/ipv4/icmp_ratemask', '0'],
    ['net/ipv6/icmp/ratelimit', '0'],
    ['net/ipv6/icmp/ratemask', ''],
    ['net/ipv4/conf/*/rp_filter', '0'],
    ['net/ipv6/conf/*/accept_dad', '0'],
    ['net/ipv6/conf/*/accept_ra', '0'],
    ['net/ipv6/conf/*/router_solicitations', '0'],
    ['net/ipv6/conf/*/disable_ipv6', '0'],
    ...(forwards
      ? ([
          ['net/ipv4/ip_forward', '1'],
          ['net/ipv6/conf/all/forwarding', '1'],
        ] satisfies [string, string][])
      : []),
  ];
}

/** The first part of a plan as an `sh` script: afterwards the namespaces exist, and processes can be started in them. */
export function namespacesScript(plan: SetupPlan): string {
  return ['set -eu', 'ip -batch - <<END', ...plan.root, 'END', ''].join('\n');
}

/**
 * The rest of a plan as an `sh` script. It configures all namespaces at the same time, and fails if one of them fails. A `*`
 * in a `sysctl` path is expanded inside the namespace. A link drops packets until the kernel has noticed that both ends are
 * up, shortly after the second `link set … up` returns: the script waits for that.
 */
export function configurationScript(plan: SetupPlan): string {
  return [
    'set -eu',
    'jobs=',
    ...plan.namespaces.flatMap(({ name, sysctls, ip }) => [
      `nsenter --net=/run/netns/${name} sh -eu <<'SH' &`,
      ...sysctls.map(([path, value]) => `for knob in /proc/sys/${path}; do echo ${value} > "$knob"; done`),
      'ip -batch - <<END',
      ...ip,
      'END',
      'while case $(ip -brief link show type veth) in *DOWN*) ;; *) false ;; esac; do sleep 0.01; done',
      'SH',
      'jobs="$jobs $!"',
    ]),
    'for job in $jobs; do wait "$job"; done',
    '',
  ].join('\n');
}
