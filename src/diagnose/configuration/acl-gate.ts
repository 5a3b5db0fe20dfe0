import { list } from '../../core/text.js';
import type { Gate, NetworkAclFacts } from '../../documents/facts.js';
import type { TcpAttempt } from '../../documents/tcp.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { aws, blockText, type Context, gateOf, notRead } from './context.js';
import { type AclDecision, type AclPart, atPort, judgeAcl, type PortRange } from './network-acl.js';

import type { Path } from './path.js';

/** The gate of the network ACL of one end's subnet in one direction. */
export function aclGate(
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
  const ports = isReply ? clientPorts(context) : { first: port, last: port, isUsual: false };
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
      ...(blame === 'unknown'
        ? { limit: 'medium' as const }
        : own.found && !ports.isUsual
          ? {}
          : { limit: 'high' as const }),
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
  {
    direction,
    peer,
    ports,
  }: { direction: 'in' | 'out'; peer: string; ports: PortRange & { isUsual: boolean } },
): string {
  const way = direction === 'in' ? `in from ${peer}` : `out to ${peer}`;
  const part = ({ rule, ...range }: AclPart): string =>
    `rule ${rule} ${range.state === 'deny' ? 'denies' : range.state === 'allow' ? 'allows' : 'may decide'} TCP ${rangeWords(range)} ${way}`;
  const head = `${name} (${subnet})`;
  if (decision.state === 'unknown')
    return `not readable: a rule of ${head} for TCP ${rangeWords(ports)} ${way}`;
  // The range decides which ports the answers come to.
  const supposed =
    ports.isUsual && decision.state !== 'allow'
      ? `; ${rangeWords(ports)} is the usual range of source ports, because the report does not have that of the host`
      : '';
  if (decision.state !== 'partly') {
    const [first] = decision.parts;
    const parts =
      decision.parts.length > 1 ? list(decision.parts.map(part), 4) : first === undefined ? '' : part(first);
    return `${head}: ${parts}${supposed}`;
  }
  const size = (each: PortRange): number => each.last - each.first + 1;
  const lost = decision.parts
    .filter(({ state }) => state === 'deny')
    .reduce((sum, each) => sum + size(each), 0);
  const share = Math.round((lost / size(ports)) * 100);
  return `${head}: ${list(decision.parts.map(part), 4)}; ${share}% of the ports that this host connects from (${rangeWords(ports)}) are denied${supposed}`;
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

/** Linux's default ip_local_port_range, from which the ports of clients come. */
const linuxPorts: PortRange = { first: 32768, last: 60999 };
/** The dynamic ports of RFC 6335, which other systems use. */
const dynamicPorts: PortRange = { first: 49152, last: 65535 };

/**
 * The ports that this host connects from: the range that its report has, or else the system's usual one, with every port that
 * was used. `isUsual`: the report does not have the range.
 */
function clientPorts({ evidence }: Context): PortRange & { isUsual: boolean } {
  const { localPorts, platform } = evidence.vantage;
  const used = attemptsOf(evidence.observations.tcp, null).flatMap(({ localPort }) => localPort ?? []);
  const range = localPorts ?? (/^linux/.test(platform) ? linuxPorts : dynamicPorts);
  return {
    first: Math.min(range.first, ...used),
    last: Math.max(range.last, ...used),
    isUsual: localPorts === undefined,
  };
}

function attemptsOf(documents: readonly { attempts: TcpAttempt[] }[], address: string | null): TcpAttempt[] {
  return documents.flatMap(({ attempts }) =>
    attempts.filter((each) => address === null || each.address === address),
  );
}
