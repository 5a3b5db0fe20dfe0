import { count, list } from '../../core/text.js';
import type { Gate, NetworkAclFacts } from '../../documents/facts.js';
import type { TcpAttempt } from '../../documents/tcp.js';
import { scopeOf } from '../../net/address/scope.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { aws, blockText, type Context, gateOf, notRead } from './context.js';
import { type End, isInVpc } from './ends.js';
import { type AclDecision, type AclPart, atPort, judgeAcl, type PortRange } from './network-acl.js';
import { type ChosenRoute, chooseRoute, tableOf } from './routes.js';
import { type GroupDecision, judgeGroups, peerWords } from './security-groups.js';

/** The gates that packets between the client and one address of the target pass, in path order. */

/** A connection between two ends. An end is null where nothing is known of it. */
export interface Path {
  client: End | null;
  target: End;
}

/** The gates of one path. */
export function networkGates(context: Context, path: Path): Gate[] {
  const { client, target } = path;
  const forward = client === null ? null : routeGates(context, client, target, 'client');
  const back = client === null ? null : routeGates(context, target, client, 'target');
  const references = referencesPass(context, path, forward?.route ?? null);
  const isOneSubnet = client !== null && client.subnetId !== null && client.subnetId === target.subnetId;
  const acl = (end: 'client' | 'target', direction: 'in' | 'out'): Gate[] =>
    isOneSubnet ? [] : [aclGate(context, path, end, direction)];
  const addresses = [target.address];
  return [
    groupGate(context, path, 'client', references),
    ...acl('client', 'out'),
    ...(forward?.gates ?? []),
    ...acl('target', 'in'),
    groupGate(context, path, 'target', references),
    ...stateGate(context, target),
    ...acl('target', 'out'),
    ...(back?.gates ?? []),
    ...acl('client', 'in'),
  ].map((gate) => ({ ...gate, addresses }));
}

/** `sg-0ep (endpoint, eni-2)`. */
function endWords(end: End | null, name: 'client' | 'target'): string {
  const kind = end?.endpoint !== null && end?.endpoint !== undefined ? 'endpoint' : name;
  return end?.interfaceId == null ? kind : `${kind}, ${end.interfaceId}`;
}

/** Whether a rule that names a group sees the client's group: not where something on the way changes the address. */
function referencesPass(
  { facts }: Context,
  { client, target }: Path,
  route: ChosenRoute | null,
): boolean | null {
  if (client === null || client.vpcId === null || target.vpcId === null) return null;
  if (route === null) return client.vpcId === target.vpcId ? true : null;
  if (route.target === 'local') return client.vpcId === target.vpcId ? true : null;
  if (route.target !== 'peering') return null;
  const peering = facts.ec2.VpcPeeringConnections?.find(({ VpcPeeringConnectionId: id }) => id === route.id);
  const regions = [peering?.AccepterVpcInfo?.Region, peering?.RequesterVpcInfo?.Region];
  if (peering?.Status?.Code !== 'active' || regions.includes(undefined)) return null;
  return regions[0] === regions[1];
}

function groupGate(
  context: Context,
  { client, target }: Path,
  end: 'client' | 'target',
  references: boolean | null,
): Gate {
  const { port, facts } = context;
  const [own, other] = end === 'client' ? [client, target] : [target, client];
  const direction = end === 'client' ? 'out' : 'in';
  const base = { gate: 'security-group', end, direction } as const;
  const groups = own?.groups ?? null;
  const otherName = end === 'client' ? 'to' : 'from';
  if (own === null || groups === null) {
    const where = own === null ? 'the client' : own.address;
    return gateOf(
      {
        ...base,
        state: 'unknown',
        resource: null,
        rule: null,
        text: `not readable: the security groups of ${where}: ${own !== null && own.interfaceId === null ? `its network interface is ${notRead(facts, 'DescribeNetworkInterfaces')}` : 'not in the configuration read'}`,
      },
      () => (own === null ? [] : [findInterface(context, own.address)]),
    );
  }
  const decision = judgeGroups(
    groups,
    direction === 'in' ? 'inbound' : 'outbound',
    {
      port,
      peer: other?.block ?? null,
      peerGroups: other?.groups ?? null,
      references,
      lists: other === null ? () => null : context.lists(other.block),
    },
    context.groups,
  );
  const peer = other === null ? 'the client' : [other.address, ...(other.groups ?? [])].join(' or ');
  const who = `${list(groups, 5)} (${endWords(own, end)})`;
  const single = decision.near.length === 1 ? (decision.near[0]?.id ?? null) : null;
  return gateOf(
    {
      ...base,
      state: decision.state,
      resource: decision.group,
      rule: decision.state === 'allow' ? (decision.rule?.id ?? null) : single,
      text: groupText(decision, { who, otherName, peer, port, direction, several: groups.length > 1 }),
      ...(decision.state === 'deny' ? { cause: 'tcp.security-group' } : {}),
      // The endpoint was found by its name, and not by the address that the packets went to.
      ...(own.found ? {} : { limit: 'high' as const }),
    },
    () =>
      decision.state === 'deny'
        ? openGroup(context, decision.group ?? '', direction, other, references)
        : [readRules(context, groups)],
  );
}

function groupText(
  decision: GroupDecision,
  words: {
    who: string;
    otherName: string;
    peer: string;
    port: number;
    direction: 'in' | 'out';
    several: boolean;
  },
): string {
  const { who, otherName, peer, port, direction, several } = words;
  const kind = direction === 'in' ? 'inbound' : 'outbound';
  if (decision.state === 'allow') {
    const { rule, group } = decision;
    const id = rule?.id == null ? '' : ` by ${rule.id}`;
    return `${group} allows ${kind} TCP ${port} ${otherName} ${rule === null ? peer : peerWords(rule)}${id}`;
  }
  if (decision.state === 'unknown')
    return `not readable: ${list(decision.missing.length === 0 ? [`the rules of ${who}`] : decision.missing, 4)}, which ${decision.missing.length > 1 ? 'decide' : 'decides'} whether ${who} allows ${kind} TCP ${port} ${otherName} ${peer}`;
  const has = several ? 'have' : 'has';
  const near = decision.near
    .slice(0, 3)
    .map((rule) => `${rule.id === null ? 'a rule' : rule.id} allows it ${otherName} ${peerWords(rule)} only`);
  const rest = near.length === 0 ? '' : `; ${list(near)}`;
  const rules =
    decision.rules === 0
      ? `no ${kind} rule, so nothing allows`
      : `${count(decision.rules, `${kind} rule`)}, none for`;
  return `${who} ${has} ${rules} TCP ${port} ${otherName} ${peer}${rest}`;
}

/** Opens one group for the client or target alone: by its group where that works, and by its address. */
function openGroup(
  context: Context,
  group: string,
  direction: 'in' | 'out',
  other: End | null,
  references: boolean | null,
): Advice[] {
  const { port } = context;
  const verb = direction === 'in' ? 'ingress' : 'egress';
  const words = direction === 'in' ? 'from' : 'to';
  const allow = (peer: string, permission: string): Advice => ({
    text: `Allow ${direction === 'in' ? 'inbound' : 'outbound'} TCP ${port} ${words} ${peer} in ${group}`,
    command: aws(
      context,
      'ec2',
      `authorize-security-group-${verb}`,
      ...[
        '--group-id',
        group,
        '--ip-permissions',
        `IpProtocol=tcp,FromPort=${port},ToPort=${port},${permission}`,
      ],
    ),
    docs: DOCS.securityGroups,
  });
  if (other === null) return [];
  const v6 = other.block.family === 6;
  const cidr = blockText(other.address);
  const byAddress = allow(cidr, v6 ? `Ipv6Ranges=[{CidrIpv6=${cidr}}]` : `IpRanges=[{CidrIp=${cidr}}]`);
  const [first] = other.groups ?? [];
  if (first === undefined || references !== true) return [byAddress];
  return [
    allow(first, `UserIdGroupPairs=[{GroupId=${first}}]`),
    {
      ...byAddress,
      text: `Or, for this address alone: ${byAddress.text.charAt(0).toLowerCase()}${byAddress.text.slice(1)}`,
    },
  ];
}

function readRules(context: Context, groups: readonly string[]): Advice {
  return {
    text: `Read the rules of ${list(groups, 4)}`,
    command: aws(
      context,
      'ec2',
      'describe-security-group-rules',
      '--filters',
      `Name=group-id,Values=${groups.join(',')}`,
    ),
  };
}

function findInterface(context: Context, address: string): Advice {
  const filter = address.includes(':') ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address';
  return {
    text: `Read the network interface of ${address}`,
    command: aws(
      context,
      'ec2',
      'describe-network-interfaces',
      '--filters',
      `Name=${filter},Values=${address}`,
    ),
  };
}

/** Linux's default ip_local_port_range, from which the ports of clients come. */
const linuxPorts: PortRange = { first: 32768, last: 60999 };

/** The ports that this host connects from: the system's range, with every port that was used. */
function clientPorts({ evidence }: Context): PortRange {
  const used = attemptsOf(evidence.observations.tcp, null).flatMap(({ localPort }) => localPort ?? []);
  const usual = /^linux/.test(evidence.vantage.platform) ? linuxPorts : { first: 49152, last: 65535 };
  return { first: Math.min(usual.first, ...used), last: Math.max(usual.last, ...used) };
}

function attemptsOf(documents: readonly { attempts: TcpAttempt[] }[], address: string | null): TcpAttempt[] {
  return documents.flatMap(({ attempts }) =>
    attempts.filter((each) => address === null || each.address === address),
  );
}

function aclGate(
  context: Context,
  { client, target }: Path,
  end: 'client' | 'target',
  direction: 'in' | 'out',
): Gate {
  const { facts, port, evidence } = context;
  const [own, other] = end === 'client' ? [client, target] : [target, client];
  const base = { gate: 'network-acl', end, direction } as const;
  const acl = own?.subnetId == null ? null : aclOf(context, own.subnetId);
  if (own === null || own.subnetId === null || acl === null || acl.Entries === undefined || other === null) {
    const whose =
      own === null || own.subnetId === null
        ? `of the subnet of ${own?.address ?? 'the client'}`
        : `of ${own.subnetId}`;
    const why =
      other === null && acl !== null
        ? 'the address of the client is not known'
        : own?.subnetId == null
          ? 'the subnet is not known'
          : notRead(facts, 'DescribeNetworkAcls');
    return gateOf(
      {
        ...base,
        state: 'unknown',
        resource: acl?.NetworkAclId ?? null,
        rule: null,
        text: `not readable: network ACL ${whose} (${direction}): ${why}`,
      },
      () => (own?.subnetId == null ? [] : [readAcl(context, own.subnetId)]),
    );
  }
  // Packets of the client go to the target's port, and those of the target to the client's port.
  const isReply = (end === 'client') === (direction === 'in');
  const ports = isReply ? clientPorts(context) : { first: port, last: port };
  const decision = judgeAcl(acl, direction, other.block, ports);
  const name = acl.NetworkAclId ?? 'the network ACL';
  const denied = decision.parts.filter(({ state }) => state === 'deny');
  const shown = decision.state === 'allow' ? decision.parts[0] : (denied[0] ?? decision.parts[0]);
  const failed = attemptsOf(evidence.observations.tcp, target.address).flatMap(({ status, localPort }) =>
    status === 'timeout' && localPort !== null ? [localPort] : [],
  );
  const blame = decision.state === 'partly' ? blameOf(decision, failed) : 'all';
  const isCause = decision.state === 'deny' || (decision.state === 'partly' && blame !== 'none');
  return gateOf(
    {
      ...base,
      state: decision.state,
      resource: acl.NetworkAclId ?? null,
      rule: shown?.rule ?? null,
      text: aclText(name, own.subnetId, decision, { direction, peer: other.address, ports }),
      ...(isCause ? { cause: 'tcp.network-acl' } : {}),
      ...(blame === 'unknown' ? { limit: 'medium' as const } : own.found ? {} : { limit: 'high' as const }),
    },
    () =>
      decision.state === 'unknown'
        ? [readAcl(context, own.subnetId ?? '')]
        : openAcl(context, acl, denied, direction, other.address),
  );
}

/** Whether the ports of connections that failed are those that an ACL denies. */
function blameOf(decision: AclDecision, failed: readonly number[]): 'all' | 'none' | 'unknown' {
  if (failed.length === 0) return 'unknown';
  return failed.every((port) => atPort(decision, port)?.state === 'deny') ? 'all' : 'none';
}

function rangeWords({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function aclText(
  name: string,
  subnet: string,
  decision: AclDecision,
  { direction, peer, ports }: { direction: 'in' | 'out'; peer: string; ports: PortRange },
): string {
  const way = direction === 'in' ? `in from ${peer}` : `out to ${peer}`;
  const part = ({ rule, ...range }: AclPart): string =>
    `rule ${rule} ${range.state === 'deny' ? 'denies' : range.state === 'allow' ? 'allows' : 'may decide'} TCP ${rangeWords(range)} ${way}`;
  const head = `${name} (${subnet})`;
  if (decision.state === 'unknown')
    return `not readable: a rule of ${head} for TCP ${rangeWords(ports)} ${way}`;
  if (decision.state !== 'partly') {
    const [first] = decision.parts;
    const parts =
      decision.parts.length > 1 ? list(decision.parts.map(part), 4) : first === undefined ? '' : part(first);
    return `${head}: ${parts}`;
  }
  const size = (each: PortRange): number => each.last - each.first + 1;
  const lost = decision.parts
    .filter(({ state }) => state === 'deny')
    .reduce((sum, each) => sum + size(each), 0);
  const share = Math.round((lost / size(ports)) * 100);
  return `${head}: ${list(decision.parts.map(part), 4)}; ${share}% of the ports that this host connects from (${rangeWords(ports)}) are denied`;
}

function aclOf({ facts }: Context, subnetId: string): NetworkAclFacts | null {
  return (
    facts.ec2.NetworkAcls?.find(({ Associations = [] }) =>
      Associations.some(({ SubnetId }) => SubnetId === subnetId),
    ) ?? null
  );
}

function readAcl(context: Context, subnetId: string): Advice {
  return {
    text: `Read the network ACL of ${subnetId}`,
    command: aws(
      context,
      'ec2',
      'describe-network-acls',
      '--filters',
      `Name=association.subnet-id,Values=${subnetId}`,
    ),
  };
}

/** A rule before the one that denies, for the ports that it denies and this address alone. */
function openAcl(
  context: Context,
  acl: NetworkAclFacts,
  denied: readonly AclPart[],
  direction: 'in' | 'out',
  peer: string,
): Advice[] {
  const id = acl.NetworkAclId ?? 'ACL_ID';
  const cidr = blockText(peer);
  const used = new Set(
    (acl.Entries ?? [])
      .filter(({ Egress }) => Egress === (direction === 'out'))
      .map(({ RuleNumber }) => RuleNumber),
  );
  return denied.slice(0, 2).map((part): Advice => {
    const before = part.rule === '*' ? 32766 : Number(part.rule) - 1;
    const number = freeNumber(before, used);
    const text = `Allow TCP ${rangeWords(part)} ${direction === 'in' ? `in from ${cidr}` : `out to ${cidr}`} in ${id}, ${part.rule === '*' ? 'which has no rule for it' : `before rule ${part.rule}`}`;
    if (number === null)
      return {
        text: `${text}: renumber its rules first, because none before rule ${part.rule} is free`,
        docs: DOCS.networkAcls,
      };
    return {
      text,
      command: aws(
        context,
        'ec2',
        'create-network-acl-entry',
        ...[
          '--network-acl-id',
          id,
          direction === 'in' ? '--ingress' : '--egress',
          '--rule-number',
          String(number),
        ],
        ...['--protocol', '6', '--port-range', `From=${part.first},To=${part.last}`],
        ...[peer.includes(':') ? '--ipv6-cidr-block' : '--cidr-block', cidr, '--rule-action', 'allow'],
      ),
      docs: DOCS.networkAcls,
    };
  });
}

/** The highest number up to `before` that no rule has; round ones first, as people number them. */
function freeNumber(before: number, used: ReadonlySet<number | undefined>): number | null {
  const last = Math.max(
    0,
    ...[...used].flatMap((each) => (each !== undefined && each < 32767 && each <= before ? each : [])),
  );
  const next = Math.floor(last / 10) * 10 + 10;
  if (next <= before && !used.has(next)) return next;
  for (let number = before; number > 0; number--) if (!used.has(number)) return number;
  return null;
}

/** The route from one end to the other, and what it leads through. */
function routeGates(
  context: Context,
  from: End,
  to: End,
  end: 'client' | 'target',
): { gates: Gate[]; route: ChosenRoute | null } {
  const { facts } = context;
  const base = { gate: 'route', end, direction: 'out' } as const;
  const table = tableOf(facts.ec2, from.subnetId, from.vpcId);
  const id = table?.RouteTableId ?? null;
  if (table === null || table.Routes === undefined) {
    const whose = from.subnetId === null ? `the subnet of ${from.address}` : from.subnetId;
    const gate = gateOf(
      {
        ...base,
        state: 'unknown',
        resource: id,
        rule: null,
        text: `not readable: route table of ${whose}: ${from.subnetId === null ? 'the subnet is not known' : notRead(facts, 'DescribeRouteTables')}`,
      },
      () =>
        from.vpcId === null
          ? []
          : [
              {
                text: `Read the route tables of ${from.vpcId}`,
                command: aws(
                  context,
                  'ec2',
                  'describe-route-tables',
                  '--filters',
                  `Name=vpc-id,Values=${from.vpcId}`,
                ),
              },
            ],
    );
    return { gates: [gate], route: null };
  }
  const name = `${id ?? 'the route table'} (${from.subnetId ?? end})`;
  const decision = chooseRoute(table, to.block, context.lists(to.block));
  const way = end === 'client' ? `to ${to.address}` : `back to ${to.address}`;
  if (decision.state === 'unknown')
    return {
      gates: [
        gateOf(
          {
            ...base,
            state: 'unknown',
            resource: id,
            rule: null,
            text: `not readable: ${list(decision.missing, 4)} in ${name}, which can be the route ${way}`,
          },
          () => readLists(context, decision.missing),
        ),
      ],
      route: null,
    };
  if (decision.state === 'missing')
    return {
      gates: [
        gateOf(
          {
            ...base,
            state: 'deny',
            resource: id,
            rule: null,
            text: `${name} has no route ${way}`,
            cause: 'route.missing',
            ...limitOf(from),
          },
          () => addRoute(context, id, from, to),
        ),
      ],
      route: null,
    };
  const { route } = decision;
  if (route.blackhole)
    return {
      gates: [
        gateOf(
          {
            ...base,
            state: 'deny',
            resource: id,
            rule: route.destination,
            text: `${name}: the route ${route.destination} to ${route.id}, which packets ${way} take, is in the state blackhole: ${route.id} no longer exists, or is not available`,
            cause: 'route.blackhole',
            ...limitOf(from),
          },
          () => replaceRoute(context, id, route, from, to),
        ),
      ],
      route,
    };
  return { gates: routeTargetGates(context, { name, id, route, from, to, end, way }), route };
}

/** The interface was supposed by the name of the target. */
function limitOf(end: End): { limit?: 'high' } {
  return end.found ? {} : { limit: 'high' };
}

interface RouteAt {
  name: string;
  id: string | null;
  route: ChosenRoute;
  from: End;
  to: End;
  end: 'client' | 'target';
  way: string;
}

/** What a route that is in force does with a packet, as far as its target tells. */
function routeTargetGates(context: Context, { name, id, route, from, to, end, way }: RouteAt): Gate[] {
  const base = { gate: 'route', end, direction: 'out' } as const;
  const text = `${name}: the route ${route.destination} to ${route.id} leads ${way}`;
  const allow: Gate = { ...base, state: 'allow', resource: id, rule: route.destination, text };
  const isPrivate = ['private', 'unique-local', 'shared'].includes(scopeOf(to.address));
  switch (route.target) {
    case 'local':
      // The VPC drops what none of its interfaces has.
      return [allow];
    case 'peering':
      return [allow, peeringGate(context, route, from, to, end)];
    case 'internet':
    case 'nat':
      if (!isPrivate) return [allow];
      return [
        gateOf(
          {
            ...base,
            state: 'deny',
            resource: id,
            rule: route.destination,
            text: `${name}: packets ${way} take the route ${route.destination} to ${route.id}, which ${route.target === 'nat' ? 'leads out of the VPC and not to other private networks' : 'drops packets to private addresses'}`,
            cause: 'route.missing',
            // A private NAT gateway can have routes of its own to other networks.
            ...(route.target === 'nat' ? { limit: 'high' as const } : limitOf(from)),
          },
          () => addRoute(context, id, from, to),
        ),
      ];
    case 'transit-gateway':
      return [allow, attachmentGate(context, route, from, end)];
    default:
      return [
        allow,
        {
          ...base,
          state: 'unknown',
          resource: route.id,
          rule: null,
          text: `not readable: what ${route.id} does with packets ${way}: it can be a firewall, or a way to another network`,
        },
      ];
  }
}

function peeringGate(
  context: Context,
  route: ChosenRoute,
  from: End,
  to: End,
  end: 'client' | 'target',
): Gate {
  const base = { gate: 'peering', end, direction: null, resource: route.id, rule: null } as const;
  const peering = context.facts.ec2.VpcPeeringConnections?.find(
    ({ VpcPeeringConnectionId: id }) => id === route.id,
  );
  const status = peering?.Status?.Code?.toLowerCase();
  if (peering === undefined || status === undefined)
    return gateOf(
      {
        ...base,
        state: 'unknown',
        text: `not readable: whether ${route.id} is active: ${notRead(context.facts, 'DescribeVpcPeeringConnections')}`,
      },
      () => [
        {
          text: `Read the state of ${route.id}`,
          command: aws(
            context,
            'ec2',
            'describe-vpc-peering-connections',
            '--vpc-peering-connection-ids',
            route.id,
          ),
        },
      ],
    );
  if (status !== 'active')
    return gateOf(
      { ...base, state: 'deny', text: `${route.id} is ${status} and not active`, cause: 'route.blackhole' },
      () =>
        status === 'pending-acceptance'
          ? [
              {
                text: `Accept ${route.id}`,
                command: aws(
                  context,
                  'ec2',
                  'accept-vpc-peering-connection',
                  '--vpc-peering-connection-id',
                  route.id,
                ),
              },
            ]
          : addRoute(context, null, from, to),
    );
  const vpcs = [peering.AccepterVpcInfo?.VpcId, peering.RequesterVpcInfo?.VpcId];
  const isElsewhere = to.vpcId !== null && !vpcs.includes(undefined) && !vpcs.includes(to.vpcId);
  if (isElsewhere)
    return gateOf(
      {
        ...base,
        state: 'deny',
        text: `${route.id} joins ${list(vpcs.flatMap((each) => each ?? []))}, and ${to.address} is in ${to.vpcId}: a peering does not lead on to further VPCs`,
        cause: 'route.missing',
      },
      () => addRoute(context, null, from, to),
    );
  return { ...base, state: 'allow', text: `${route.id} is active` };
}

function attachmentGate(context: Context, route: ChosenRoute, from: End, end: 'client' | 'target'): Gate {
  const base = { gate: 'route', end, direction: 'out', rule: null } as const;
  const attachment = context.facts.ec2.TransitGatewayVpcAttachments?.find(
    ({ TransitGatewayId, VpcId }) =>
      TransitGatewayId === route.id && VpcId !== undefined && VpcId === from.vpcId,
  );
  const zones = (attachment?.SubnetIds ?? []).map(
    (id) => context.facts.ec2.Subnets?.find(({ SubnetId }) => SubnetId === id)?.AvailabilityZone ?? null,
  );
  const id = attachment?.TransitGatewayAttachmentId ?? route.id;
  if (from.zone !== null && zones.length > 0 && !zones.includes(null) && !zones.includes(from.zone))
    return gateOf(
      {
        ...base,
        state: 'deny',
        resource: id,
        text: `${id} has no subnet in ${from.zone}, where ${from.address} is: packets from that zone do not enter ${route.id}`,
        cause: 'route.missing',
      },
      () => [
        {
          text: `Add a subnet in ${from.zone} to ${id}`,
          command: aws(
            context,
            'ec2',
            'modify-transit-gateway-vpc-attachment',
            '--transit-gateway-attachment-id',
            id,
            '--add-subnet-ids',
            `SUBNET_IN_${from.zone?.toUpperCase().replaceAll('-', '_')}`,
          ),
        },
      ],
    );
  return {
    ...base,
    state: 'unknown',
    resource: route.id,
    text: `not readable: the routes of ${route.id} itself`,
  };
}

function readLists(context: Context, missing: readonly string[]): Advice[] {
  return missing.flatMap((each): Advice[] => {
    const [id] = /pl-[0-9a-f]+/.exec(each) ?? [];
    return id === undefined
      ? []
      : [
          {
            text: `Read the entries of ${id}`,
            command: aws(context, 'ec2', 'get-managed-prefix-list-entries', '--prefix-list-id', id),
          },
        ];
  });
}

/** A peering or a transit gateway of the VPC that can carry packets to an address, as options of a route; null where none was read. */
function carrierOf(
  { facts }: Context,
  from: End,
  to: End,
): { option: string; id: string; cidr: string | null } | null {
  const peering = facts.ec2.VpcPeeringConnections?.find(({ Status, AccepterVpcInfo, RequesterVpcInfo }) => {
    const vpcs = [AccepterVpcInfo?.VpcId, RequesterVpcInfo?.VpcId];
    return (
      Status?.Code === 'active' &&
      from.vpcId !== null &&
      vpcs.includes(from.vpcId) &&
      to.vpcId !== null &&
      vpcs.includes(to.vpcId)
    );
  });
  const other = [peering?.AccepterVpcInfo, peering?.RequesterVpcInfo].find(
    (each) => each?.VpcId === to.vpcId && each?.VpcId !== undefined,
  );
  if (peering?.VpcPeeringConnectionId !== undefined && isInVpc(facts, to.block, from.vpcId) === false)
    return {
      option: '--vpc-peering-connection-id',
      id: peering.VpcPeeringConnectionId,
      cidr: other?.CidrBlock ?? null,
    };
  const attachment = facts.ec2.TransitGatewayVpcAttachments?.find(
    ({ VpcId, State }) => VpcId !== undefined && VpcId === from.vpcId && State === 'available',
  );
  return attachment?.TransitGatewayId === undefined
    ? null
    : { option: '--transit-gateway-id', id: attachment.TransitGatewayId, cidr: null };
}

function addRoute(context: Context, table: string | null, from: End, to: End): Advice[] {
  const carrier = carrierOf(context, from, to);
  const cidr = blockText(to.address);
  if (carrier === null || table === null)
    return [
      {
        text: `Add a route to ${to.address} through a peering, transit gateway or VPN${table === null ? '' : ` to ${table}`}, and one back; find what joins the two networks first`,
        command: aws(
          context,
          'ec2',
          'describe-vpc-peering-connections',
          ...(from.vpcId === null
            ? []
            : ['--filters', `Name=requester-vpc-info.vpc-id,Values=${from.vpcId}`]),
        ),
        docs: DOCS.routeTables,
      },
    ];
  return [
    {
      text: `Add a route to ${cidr} through ${carrier.id} to ${table}`,
      command: aws(
        context,
        'ec2',
        'create-route',
        '--route-table-id',
        table,
        ...destinationOption(cidr),
        carrier.option,
        carrier.id,
      ),
      docs: DOCS.routeTables,
    },
  ];
}

function replaceRoute(
  context: Context,
  table: string | null,
  route: ChosenRoute,
  from: End,
  to: End,
): Advice[] {
  const carrier = carrierOf(context, from, to);
  if (carrier === null || table === null || carrier.id === route.id || route.destination.startsWith('pl-'))
    return addRoute(context, null, from, to);
  return [
    {
      text: `Let the route ${route.destination} of ${table} lead to ${carrier.id}, which is there`,
      command: aws(
        context,
        'ec2',
        'replace-route',
        '--route-table-id',
        table,
        ...destinationOption(route.destination),
        carrier.option,
        carrier.id,
      ),
      docs: DOCS.routeTables,
    },
  ];
}

function destinationOption(cidr: string): string[] {
  return [cidr.includes(':') ? '--destination-ipv6-cidr-block' : '--destination-cidr-block', cidr];
}

/** The state of the endpoint that an address belongs to. */
function stateGate(context: Context, { endpoint }: End): Gate[] {
  const state = endpoint?.State?.toLowerCase();
  const id = endpoint?.VpcEndpointId;
  if (state === undefined || id === undefined) return [];
  const base = { gate: 'endpoint', end: 'target', direction: null, resource: id, rule: null } as const;
  if (state === 'available') return [{ ...base, state: 'allow', text: `${id} is available` }];
  const pending = state === 'pendingacceptance' || state === 'pending-acceptance';
  return [
    gateOf(
      {
        ...base,
        state: 'deny',
        text: `${id} is in the state ${state} and not available`,
        cause: 'endpoint.not-available',
      },
      () => [
        {
          text: pending
            ? `Let the owner of the service accept ${id}`
            : `Find out why ${id} is ${state}; an endpoint that failed, was rejected or deleted must be created again`,
          command: aws(context, 'ec2', 'describe-vpc-endpoints', '--vpc-endpoint-ids', id),
          docs: DOCS.interfaceEndpoints,
        },
      ],
    ),
  ];
}
