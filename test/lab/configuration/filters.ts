import { isDeepStrictEqual } from 'node:util';
import { healthyEc2, ids, type LabConfiguration } from './vpc.js';

/** Security groups and network ACLs as nftables chains of the lab's router. */

type Ec2 = LabConfiguration['ec2'];
type Rule = NonNullable<Ec2['SecurityGroupRules']>[number];
type Entry = NonNullable<NonNullable<Ec2['NetworkAcls']>[number]['Entries']>[number];

/** The router's device to each subnet, the interface there, and whether the interface's group is judged outbound. */
const places = [
  { name: 'client', device: 'to-client', eni: ids.client.eni, subnet: ids.client.subnet, egress: true },
  ...['a', 'b'].map((letter, index) => ({
    name: letter,
    device: `to-eni-${letter}`,
    eni: ids.endpoint.enis[index] ?? '',
    subnet: ids.endpoint.subnets[index] ?? '',
    egress: false,
  })),
];

/**
 * The chains of the router that drop what the description's groups and ACLs drop; null where both are the healthy ones, which let
 * everything pass between client and endpoint.
 */
export function filtersOf({ ec2 }: LabConfiguration): string | null {
  const isHealthy = (['SecurityGroupRules', 'NetworkAcls', 'NetworkInterfaces'] as const).every((list) =>
    isDeepStrictEqual(ec2[list], healthyEc2[list]),
  );
  if (isHealthy) return null;
  const chains = places.flatMap((place) => [
    chain(`sg_${place.name}`, [...groupLines(ec2, place), 'drop']),
    chain(`acl_${place.name}_out`, [...aclLines(ec2, place.subnet, true), 'drop']),
    chain(`acl_${place.name}_in`, [...aclLines(ec2, place.subnet, false), 'drop']),
  ]);
  // A group is stateful: it decides about the first packet of a connection. An ACL decides about each packet.
  const first = 'tcp flags & (fin | syn | rst | ack) == syn';
  const forward = places.flatMap(({ name, device, egress }) => [
    `${egress ? 'iifname' : 'oifname'} "${device}" ${first} jump sg_${name}`,
    `iifname "${device}" jump acl_${name}_out`,
    `oifname "${device}" jump acl_${name}_in`,
  ]);
  return [...chains, chain('forward', ['type filter hook forward priority 0;', ...forward])].join('\n');
}

function chain(name: string, lines: readonly string[]): string {
  return `chain ${name} {\n${lines.map((line) => `  ${line}`).join('\n')}\n}`;
}

/** A line for each rule of the groups of an interface that lets TCP pass. */
function groupLines(ec2: Ec2, { eni, egress }: (typeof places)[number]): string[] {
  const groups = groupsOf(ec2, eni);
  return (ec2.SecurityGroupRules ?? [])
    .filter(({ GroupId = '', IsEgress }) => groups.includes(GroupId) && IsEgress === egress)
    .filter(({ IpProtocol = '' }) => ['-1', 'tcp', '6'].includes(IpProtocol))
    .flatMap((rule) =>
      peersOf(ec2, rule).map(
        (peer) => `${addressMatch(peer, egress)}${portMatch(rule.FromPort, rule.ToPort)} return`,
      ),
    );
}

/** The addresses and ranges that a rule names. A group stands for the addresses of the interfaces that have it. */
function peersOf(ec2: Ec2, { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo }: Rule): string[] {
  const list = PrefixListId === undefined ? [] : (ec2.PrefixLists?.[PrefixListId] ?? []);
  const group = ReferencedGroupInfo?.GroupId;
  const members = (ec2.NetworkInterfaces ?? []).filter(({ NetworkInterfaceId = '' }) =>
    groupsOf(ec2, NetworkInterfaceId).some((each) => each === group),
  );
  const addresses = members.flatMap(({ PrivateIpAddress = '', Ipv6Addresses = [] }) => [
    PrivateIpAddress,
    ...Ipv6Addresses.map(({ Ipv6Address = '' }) => Ipv6Address),
  ]);
  return [CidrIpv4 ?? '', CidrIpv6 ?? '', ...list, ...addresses].filter((each) => each !== '');
}

function groupsOf({ NetworkInterfaces = [] }: Ec2, eni: string): string[] {
  const found = NetworkInterfaces.find(({ NetworkInterfaceId }) => NetworkInterfaceId === eni);
  return (found?.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
}

/** A line for each entry of a subnet's ACL in one direction, in their order. */
function aclLines({ NetworkAcls = [] }: Ec2, subnet: string, egress: boolean): string[] {
  const acl = NetworkAcls.find(({ Associations = [] }) =>
    Associations.some(({ SubnetId }) => SubnetId === subnet),
  );
  return (acl?.Entries ?? [])
    .filter(({ Egress }) => Egress === egress)
    .sort((one, other) => (one.RuleNumber ?? 0) - (other.RuleNumber ?? 0))
    .map((entry) => `${entryMatch(entry, egress)} ${entry.RuleAction === 'allow' ? 'return' : 'drop'}`);
}

function entryMatch({ CidrBlock, Ipv6CidrBlock, Protocol, PortRange }: Entry, egress: boolean): string {
  const address = addressMatch(CidrBlock ?? Ipv6CidrBlock ?? '', egress);
  if (Protocol === '-1') return address;
  return PortRange === undefined
    ? `${address} meta l4proto ${Protocol}`
    : `${address}${portMatch(PortRange.From, PortRange.To)}`;
}

/** A range in the packet's destination, if it leaves, or in its source. */
function addressMatch(range: string, leaves: boolean): string {
  const family = range.includes(':') ? 'ip6' : 'ip';
  return `${family} ${leaves ? 'daddr' : 'saddr'} ${range}`;
}

function portMatch(from = -1, to = -1): string {
  return from === -1 ? '' : ` tcp dport ${from}-${to}`;
}
