import { count, list } from '../../core/text.js';
import type { Gate } from '../../documents/facts.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { aws, blockText, type Context, gateOf, notRead } from './context.js';
import type { End } from './ends.js';
import type { Path } from './path.js';
import { readLists } from './route-changes.js';
import { type GroupDecision, judgeGroups, nearWords, peerWords } from './security-groups.js';

/** The gate of the security groups of one end. */
export function groupGate(
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
      family: target.address.includes(':') ? 6 : 4,
      peerGroups: other?.groups ?? null,
      references,
      lists: other === null ? () => null : context.lists(other.block),
    },
    readable(context, own),
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
      text: groupText(decision, {
        who,
        otherName,
        peer,
        peerGroups: other?.groups ?? null,
        port,
        direction,
        several: groups.length > 1,
      }),
      ...(decision.state === 'deny' ? { cause: 'tcp.security-group' } : {}),
      // The endpoint was found by its name, and not by the address that the packets went to.
      ...(own.found ? {} : { limit: 'high' as const }),
    },
    () =>
      decision.state === 'deny'
        ? openGroup(context, decision.group ?? '', direction, other, references)
        : readMissing(context, decision, other),
  );
}

/**
 * The rules that were read. A group of another account is not in the list of this account's rules, which says nothing of the
 * rules that it has.
 */
function readable({ groups, facts }: Context, { owner }: End): Context['groups'] {
  const isForeign = owner !== null && facts.account !== null && owner !== facts.account;
  return isForeign ? Object.assign(new Map(groups), { everyGroup: false }) : groups;
}

function groupText(
  decision: GroupDecision,
  words: {
    who: string;
    otherName: string;
    peer: string;
    peerGroups: readonly string[] | null;
    port: number;
    direction: 'in' | 'out';
    several: boolean;
  },
): string {
  const { who, otherName, peer, peerGroups, port, direction, several } = words;
  const kind = direction === 'in' ? 'inbound' : 'outbound';
  if (decision.state === 'allow') {
    const { rule, group } = decision;
    const id = rule?.id == null ? '' : ` by ${rule.id}`;
    return `${group} allows ${kind} TCP ${port} ${otherName} ${rule === null ? peer : peerWords(rule)}${id}`;
  }
  if (decision.state === 'unknown')
    return `not readable: ${list(decision.missing.length === 0 ? [`the rules of ${who}`] : decision.missing, 4)}, which ${decision.missing.length > 1 ? 'decide' : 'decides'} whether ${who} allows ${kind} TCP ${port} ${otherName} ${peer}`;
  const has = several ? 'have' : 'has';
  const near = decision.near.slice(0, 3).map((rule) => nearWords(rule, { peerGroups }, otherName));
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
  const v6 = other.address.includes(':');
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

/** What to read so that the groups can be judged: rules, prefix lists, or the interface of the other end. */
function readMissing(context: Context, { unread }: GroupDecision, other: End | null): Advice[] {
  const groups = unread.filter((id) => id.startsWith('sg-'));
  const isOtherUnknown = other !== null && other.groups === null;
  return [
    ...(groups.length === 0 ? [] : [readRules(context, groups)]),
    ...readLists(context, unread),
    ...(isOtherUnknown ? [findInterface(context, other.address)] : []),
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

/** `sg-0ep (endpoint, eni-2)`. */
function endWords(end: End | null, name: 'client' | 'target'): string {
  const kind = end?.endpoint !== null && end?.endpoint !== undefined ? 'endpoint' : name;
  return end?.interfaceId == null ? kind : `${kind}, ${end.interfaceId}`;
}
