import { list } from '../../core/text.js';
import { awsNameOf } from '../../documents/aws-name.js';
import { asBlock, clientAddress } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import { familyOf, withoutZone } from '../../net/address/address.js';
import type { Advice, OpenEnds } from './advice.js';
import { DOCS } from './docs.js';
import { regionOption } from './gateway.js';

/** Remedies between this host and the target: security groups, network ACLs, route tables, firewalls. */

/** Both ends of a connection, as the rules of a security group or network ACL name them. */
export interface Ends {
  /** The address that the target sees; null where it is not known. */
  client: string | null;
  /** The addresses that the targets see, of each family that they have. */
  clients: readonly string[];
  addresses: readonly string[];
  port: number;
  /** null where it is not known. */
  region: string | null;
}

/** The Region in the name of the target, or that of this instance; null where neither is known. */
function regionOf({ target, vantage }: Evidence): string | null {
  const { privateApi, host } = target;
  return privateApi?.region ?? awsNameOf(host.toLowerCase())?.region ?? vantage.ec2?.region ?? null;
}

/** The ends of the connections from this host to `addresses`. */
export function endsOf(evidence: Evidence, addresses: readonly string[]): Ends {
  const { port } = evidence.target;
  const family = addresses.some((address) => familyOf(address) === 4) ? 4 : 6;
  const families = ([4, 6] as const).filter((each) => addresses.some((one) => familyOf(one) === each));
  return {
    client: clientAddress(evidence, family),
    clients: families.flatMap((each) => clientAddress(evidence, each) ?? []),
    addresses,
    port,
    region: regionOf(evidence),
  };
}

/**
 * The network interfaces of the addresses, with their subnets and security groups: every other step needs them. Several filters
 * of one command must all match, so there is a command for each family.
 */
export function findInterfaces(evidence: Evidence, addresses: readonly string[]): Advice[] {
  const region = regionOf(evidence);
  return ([4, 6] as const).flatMap((family) => {
    const values = addresses.filter((address) => familyOf(address) === family).map(withoutZone);
    const filter = family === 6 ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address';
    return values.length === 0
      ? []
      : [
          {
            text: `Find the network interfaces of ${list(values, 4)}, with their subnets and security groups`,
            command: [
              ...['aws', 'ec2', 'describe-network-interfaces', ...regionOption(region)],
              ...['--filters', `Name=${filter},Values=${values.join(',')}`, '--query'],
              'NetworkInterfaces[].[PrivateIpAddress,SubnetId,Groups[].GroupId,Description]',
            ],
            asks: 'interfaces',
            about: { addresses: values, only: (some) => findInterfaces(evidence, some) },
          },
        ];
  });
}

/** The same client at some of the addresses. */
function endsAt(ends: Ends, addresses: readonly string[]): Ends {
  const clients = ends.clients.filter((client) =>
    addresses.some((address) => familyOf(address) === familyOf(client)),
  );
  return { ...ends, clients, client: clients[0] ?? null, addresses };
}

/** The endpoint that a name of PrivateLink belongs to: one that is not available, or was not accepted, answers nothing. */
export function endpointState({ target }: Evidence): Advice[] {
  const host = target.host.toLowerCase();
  const id = /^(vpce-[0-9a-f]+)-/.exec(host)?.[1];
  const name = id === undefined ? null : awsNameOf(host);
  if (id === undefined || name === null || target.privateApi !== null) return [];
  return [
    {
      text: `See the state of ${id}: only an endpoint in the state available answers; pendingAcceptance waits for the owner of the service. Its own security groups decide who may connect`,
      command: [
        ...['aws', 'ec2', 'describe-vpc-endpoints', ...regionOption(name.region), '--vpc-endpoint-ids', id],
        ...['--query', 'VpcEndpoints[].[State,VpcId,ServiceName,Groups[].GroupId]'],
      ],
      docs: DOCS.interfaceEndpoints,
    },
  ];
}

/** Inbound rule of the target's security group, for each family that the target has. */
export function allowInbound(ends: Ends): Advice {
  const { clients, addresses, port, region } = ends;
  const allow = ['aws', 'ec2', 'authorize-security-group-ingress', ...regionOption(region)];
  // The short form of the command takes IPv4 blocks only.
  const rule = clients.some((client) => familyOf(client) === 6)
    ? ['--ip-permissions', [`IpProtocol=tcp,FromPort=${port},ToPort=${port}`, ...rangesOf(clients)].join(',')]
    : ['--protocol', 'tcp', '--port', String(port), '--cidr', clients.map(asBlock)[0] ?? 'CLIENT_CIDR'];
  return {
    text: `Allow inbound TCP ${port} from ${clients.length === 0 ? 'this host' : list(clients)} in the security group of ${list(addresses, 4)}`,
    command: [...allow, '--group-id', 'SG_OF_TARGET', ...rule],
    opens: 'inbound',
    about: { addresses, only: (some) => [allowInbound(endsAt(ends, some))] },
    docs: DOCS.securityGroups,
  };
}

/** The blocks of addresses, in the form of `--ip-permissions`. */
function rangesOf(addresses: readonly string[]): string[] {
  return [['IpRanges', 'CidrIp', 4] as const, ['Ipv6Ranges', 'CidrIpv6', 6] as const].flatMap(
    ([name, key, family]) => {
      const blocks = addresses.filter((address) => familyOf(address) === family).map(asBlock);
      return blocks.length === 0 ? [] : [`${name}=[${blocks.map((block) => `{${key}=${block}}`).join(',')}]`];
    },
  );
}

/** Outbound rule of this host's own security group. A default group allows everything; a narrowed one does not. */
export function allowOutbound(ends: Ends): Advice {
  const { clients, addresses, port, region } = ends;
  return {
    text: `Allow outbound TCP ${port} to ${list(addresses, 4)} in the security group of this host${clients.length === 0 ? '' : ` (${list(clients)})`}`,
    command: [
      ...['aws', 'ec2', 'authorize-security-group-egress', ...regionOption(region)],
      ...['--group-id', 'SG_OF_THIS_HOST', '--ip-permissions'],
      ['IpProtocol=tcp', `FromPort=${port}`, `ToPort=${port}`, ...rangesOf(addresses)].join(','),
    ],
    opens: 'outbound',
    about: { addresses, only: (some) => [allowOutbound(endsAt(ends, some))] },
    docs: DOCS.securityGroups,
  };
}

const bothEnds: OpenEnds = { client: true, target: true };

/** Network ACLs of the subnets in both directions: they are stateless. */
export function checkAcl(ends: Ends, open: OpenEnds = bothEnds): Advice {
  const { clients, addresses, port } = ends;
  const from = clients.length === 0 ? 'this host' : list(clients);
  const there = `In the network ACL of the subnet of ${list(addresses, 4)}, allow TCP ${port} in from ${from}, and TCP 1024-65535 out to it`;
  return {
    text: !open.target
      ? `In the network ACL of this host's subnet, allow TCP ${port} out to ${list(addresses, 4)}, and TCP 1024-65535 in from there`
      : open.client
        ? `${there}; in the network ACL of this host's subnet, allow the reverse`
        : there,
    docs: DOCS.networkAcls,
    opens: 'acl',
    about: { addresses, only: (some, left) => [checkAcl(endsAt(ends, some), left)] },
  };
}

export function checkRoutes(ends: Ends, open: OpenEnds = bothEnds): Advice {
  const { clients, addresses } = ends;
  const there = `a route from this host's subnet to ${list(addresses, 4)} (peering, transit gateway, VPN)`;
  const back = `a route back to ${clients.length === 0 ? 'this host' : list(clients)}`;
  const [where, routes] = !open.target
    ? ["the route table of this host's subnet", there]
    : open.client
      ? ['the route tables of both subnets', `${there}, ${back}`]
      : [`the route table of the subnet of ${list(addresses, 4)}`, back];
  return {
    text: `Check ${where}: ${routes}, and no route in the state blackhole`,
    docs: DOCS.routeTables,
    opens: 'routes',
    about: { addresses, only: (some, left) => [checkRoutes(endsAt(ends, some), left)] },
  };
}

/** A rule in a firewall at `firewall`, which is an address or a description. */
export function allowOnFirewall(ends: Ends, firewall: string): Advice {
  const { clients, addresses, port } = ends;
  return {
    text: `Allow TCP ${port} from ${clients.length === 0 ? 'this host' : list(clients)} to ${list(addresses, 4)} on the firewall at ${firewall}`,
  };
}

export function correctLoop(address: string, members: readonly string[]): Advice {
  return {
    text:
      members.length === 1
        ? `Correct the route to ${address} on ${list(members)} and on the routers beside it: they forward its packets to each other`
        : `Correct the routes to ${address} on ${list(members, 4)}: these routers forward its packets to each other`,
    docs: DOCS.routeTables,
  };
}

export function checkBeyond(router: string, address: string): Advice {
  return {
    text: `On ${router} and the hop after it, check the route to ${address}, the filters, and the route back`,
    docs: DOCS.routeTables,
  };
}
