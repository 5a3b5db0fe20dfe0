import { addresses } from './facts.js';

/**
 * The lab's network as data. `setup.ts` turns it into commands; nothing here runs.
 *
 *     client ── vpc ── r1 ── r2 ── r3 ── public
 *               │ │                 └─── onprem
 *           eni-a eni-b
 */

export const namespaceNames = [
  'client',
  'vpc',
  'eni-a',
  'eni-b',
  'r1',
  'r2',
  'r3',
  'public',
  'onprem',
] as const;

export type NamespaceName = (typeof namespaceNames)[number];

/** One end of a link: a device in a namespace, with its addresses in CIDR form. */
export interface LinkEnd {
  namespace: NamespaceName;
  device: string;
  addresses: readonly string[];
}

export type Link = readonly [LinkEnd, LinkEnd];

/** `to` is a prefix or `default`; `via` the next hop, whose family is the route's. */
export interface Route {
  namespace: NamespaceName;
  to: string;
  via: string;
}

export interface Topology {
  namespaces: readonly { name: NamespaceName; forwards: boolean }[];
  links: readonly Link[];
  /** Addresses on `lo`, in CIDR form. */
  loopback: readonly { namespace: NamespaceName; address: string }[];
  routes: readonly Route[];
}

const vpcPrefixes = ['10.0.0.0/16', 'fd10::/48'] as const;

function end(namespace: NamespaceName, device: string, ipv4: string, ipv6: string): LinkEnd {
  return { namespace, device, addresses: [ipv4, ipv6] };
}

/** The same destinations for both families: `[prefix, next hop]`. */
function routes(namespace: NamespaceName, ...pairs: (readonly [string, string])[]): Route[] {
  return pairs.map(([to, via]) => ({ namespace, to, via }));
}

function defaultRoutes(namespace: NamespaceName, ipv4: string, ipv6: string): Route[] {
  return routes(namespace, ['default', ipv4], ['default', ipv6]);
}

const { client, gateway, eniA, eniB, r1, r2, r3, onprem } = addresses;
const web = addresses.public;

export const topology: Topology = {
  namespaces: namespaceNames.map((name) => ({ name, forwards: ['vpc', 'r1', 'r2', 'r3'].includes(name) })),
  links: [
    [
      end('client', 'eth0', `${client.ipv4}/24`, `${client.ipv6}/64`),
      end('vpc', 'to-client', `${gateway.ipv4}/24`, `${gateway.ipv6}/64`),
    ],
    [
      end('eni-a', 'eth0', `${eniA.ipv4}/24`, `${eniA.ipv6}/64`),
      end('vpc', 'to-eni-a', '10.0.2.1/24', 'fd10:0:0:2::1/64'),
    ],
    [
      end('eni-b', 'eth0', `${eniB.ipv4}/24`, `${eniB.ipv6}/64`),
      end('vpc', 'to-eni-b', '10.0.3.1/24', 'fd10:0:0:3::1/64'),
    ],
    [
      end('vpc', 'to-r1', '100.64.1.1/30', 'fd64:0:0:1::1/64'),
      end('r1', 'to-vpc', `${r1.ipv4}/30`, `${r1.ipv6}/64`),
    ],
    [
      end('r1', 'to-r2', '100.64.2.1/30', 'fd64:0:0:2::1/64'),
      end('r2', 'to-r1', `${r2.ipv4}/30`, `${r2.ipv6}/64`),
    ],
    [
      end('r2', 'to-r3', '100.64.3.1/30', 'fd64:0:0:3::1/64'),
      end('r3', 'to-r2', `${r3.ipv4}/30`, `${r3.ipv6}/64`),
    ],
    [
      end('r3', 'to-public', '203.0.113.1/24', '2001:db8:113::1/64'),
      end('public', 'eth0', `${web.ipv4}/24`, `${web.ipv6}/64`),
    ],
    [
      end('r3', 'to-onprem', '192.168.53.1/24', 'fd53::1/64'),
      end('onprem', 'eth0', `${onprem.ipv4}/24`, `${onprem.ipv6}/64`),
    ],
  ],
  loopback: [
    { namespace: 'vpc', address: `${addresses.resolver.ipv4}/32` },
    { namespace: 'vpc', address: `${addresses.resolver.ipv6}/128` },
  ],
  routes: [
    ...defaultRoutes('client', gateway.ipv4, gateway.ipv6),
    ...defaultRoutes('eni-a', '10.0.2.1', 'fd10:0:0:2::1'),
    ...defaultRoutes('eni-b', '10.0.3.1', 'fd10:0:0:3::1'),
    ...defaultRoutes('vpc', r1.ipv4, r1.ipv6),
    ...defaultRoutes('r1', r2.ipv4, r2.ipv6),
    ...routes('r1', [vpcPrefixes[0], '100.64.1.1'], [vpcPrefixes[1], 'fd64:0:0:1::1']),
    ...defaultRoutes('r2', r3.ipv4, r3.ipv6),
    ...routes('r2', [vpcPrefixes[0], '100.64.2.1'], [vpcPrefixes[1], 'fd64:0:0:2::1']),
    ...routes('r2', ['100.64.1.0/30', '100.64.2.1'], ['fd64:0:0:1::/64', 'fd64:0:0:2::1']),
    // r3 has no default route: it answers for any other destination with "network unreachable".
    ...routes('r3', [vpcPrefixes[0], '100.64.3.1'], [vpcPrefixes[1], 'fd64:0:0:3::1']),
    ...routes('r3', ['100.64.0.0/16', '100.64.3.1'], ['fd64::/32', 'fd64:0:0:3::1']),
    ...defaultRoutes('public', '203.0.113.1', '2001:db8:113::1'),
    ...defaultRoutes('onprem', '192.168.53.1', 'fd53::1'),
  ],
};

/** Routes of one namespace, in the syntax of `ip route add`. */
export function routesOf(network: Topology, namespace: NamespaceName): string[] {
  return network.routes
    .filter((route) => route.namespace === namespace)
    .map((route) => `${route.to} via ${route.via}`);
}
