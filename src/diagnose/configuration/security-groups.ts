import type { Ec2Facts, IpPermissionFacts } from '../../documents/facts.js';
import { familyOf } from '../../net/address/address.js';
import { type Block, blockOf, covers, type PrefixLookup } from './block.js';

/** Evaluation of security groups: stateful, without order, and with allowing rules only. */

/** One rule of a security group with one source (inbound) or destination (outbound). */
export interface GroupRule {
  /** `sgr-…`; null where only the older form of the rules was read. */
  id: string | null;
  protocol: string;
  from: number | null;
  to: number | null;
  peer:
    | { kind: 'block'; cidr: string }
    | { kind: 'list'; id: string }
    | { kind: 'group'; id: string; stale: boolean }
    | { kind: 'unknown' };
}

/** The rules of one group in both directions. `complete`: there are no others. */
export interface GroupRules {
  inbound: GroupRule[];
  outbound: GroupRule[];
  complete: boolean;
}

/** The rules of all groups that were read, by the group's id. */
export type GroupTable = ReadonlyMap<string, GroupRules>;

/**
 * The rules that were read. The list of rules names each by its id and is preferred; a group that it does not mention is
 * complete where its rules were read with the group itself, or where `everyGroup` says that the list was asked for all groups.
 */
export function groupTable(
  { SecurityGroupRules, SecurityGroups = [] }: Ec2Facts,
  { partial, everyGroup }: { partial: boolean; everyGroup: boolean },
): GroupTable & { everyGroup: boolean } {
  const table = new Map<string, GroupRules>();
  for (const rule of SecurityGroupRules ?? []) {
    if (rule.GroupId === undefined || rule.IsEgress === undefined) continue;
    const rules = table.get(rule.GroupId) ?? { inbound: [], outbound: [], complete: !partial };
    table.set(rule.GroupId, rules);
    const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo: group } = rule;
    const cidr = CidrIpv4 ?? CidrIpv6;
    const peer: GroupRule['peer'] =
      cidr !== undefined
        ? { kind: 'block', cidr }
        : PrefixListId !== undefined
          ? { kind: 'list', id: PrefixListId }
          : group?.GroupId !== undefined
            ? { kind: 'group', id: group.GroupId, stale: isStale(group.PeeringStatus) }
            : { kind: 'unknown' };
    rules[rule.IsEgress ? 'outbound' : 'inbound'].push({
      id: rule.SecurityGroupRuleId ?? null,
      protocol: rule.IpProtocol ?? 'unknown',
      from: rule.FromPort ?? null,
      to: rule.ToPort ?? null,
      peer,
    });
  }
  for (const { GroupId, IpPermissions, IpPermissionsEgress } of SecurityGroups) {
    if (GroupId === undefined || table.get(GroupId)?.complete === true) continue;
    if (IpPermissions === undefined && IpPermissionsEgress === undefined) continue;
    table.set(GroupId, {
      inbound: (IpPermissions ?? []).flatMap(rulesOf),
      outbound: (IpPermissionsEgress ?? []).flatMap(rulesOf),
      complete: IpPermissions !== undefined && IpPermissionsEgress !== undefined,
    });
  }
  return Object.assign(table, { everyGroup: everyGroup && SecurityGroupRules !== undefined && !partial });
}

function rulesOf(permission: IpPermissionFacts): GroupRule[] {
  const { IpProtocol, FromPort, ToPort } = permission;
  const { IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] } = permission;
  const peers: GroupRule['peer'][] = [
    ...[...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)].map(
      (cidr): GroupRule['peer'] => (cidr === undefined ? { kind: 'unknown' } : { kind: 'block', cidr }),
    ),
    ...PrefixListIds.map(({ PrefixListId: id }): GroupRule['peer'] =>
      id === undefined ? { kind: 'unknown' } : { kind: 'list', id },
    ),
    ...UserIdGroupPairs.map(({ GroupId: id, PeeringStatus }): GroupRule['peer'] =>
      id === undefined ? { kind: 'unknown' } : { kind: 'group', id, stale: isStale(PeeringStatus) },
    ),
  ];
  return peers.map((peer) => ({
    id: null,
    protocol: IpProtocol ?? 'unknown',
    from: FromPort ?? null,
    to: ToPort ?? null,
    peer,
  }));
}

function isStale(status: string | undefined): boolean {
  return status !== undefined && status !== 'active';
}

/** A TCP connection as a security group sees it. */
export interface GroupFlow {
  /** The destination port of the connection. */
  port: number;
  /** The address at the other end; null where it is not known. */
  peer: Block | null;
  /** The family of that address, which is known of an address that is not. */
  family: 4 | 6;
  /** The groups of the other end's interface; null where they are not known. */
  peerGroups: readonly string[] | null;
  /**
   * Whether a rule that names a group can match: not where the packets come through another VPC without that feature, or
   * through something that changes their address. null: not known.
   */
  references: boolean | null;
  lists: PrefixLookup;
}

/** What the groups of an interface decide. */
export interface GroupDecision {
  state: 'allow' | 'deny' | 'unknown';
  /** The group whose rule allows; where none does, the first one. */
  group: string | null;
  /** The rule that allows. */
  rule: GroupRule | null;
  /** Rules for the protocol and the port, but for another peer. */
  near: GroupRule[];
  /** How many rules of the direction were read. */
  rules: number;
  /** What would have to be known: groups, prefix lists. */
  missing: string[];
  /** The ids of what would have to be read: `pl-…`, `sg-…`. */
  unread: string[];
}

/** What groups decide about a connection, in the direction that it is opened in: replies are not judged. */
export function judgeGroups(
  groups: readonly string[],
  direction: 'inbound' | 'outbound',
  flow: GroupFlow,
  table: GroupTable & { everyGroup: boolean },
): GroupDecision {
  const near: GroupRule[] = [];
  const missing: string[] = [];
  const unread: string[] = [];
  let rules = 0;
  for (const group of groups) {
    const known = table.get(group);
    if (known?.complete !== true && !(known === undefined && table.everyGroup)) {
      missing.push(`the rules of ${group}`);
      unread.push(group);
    }
    for (const rule of known?.[direction] ?? []) {
      rules += 1;
      if (!isForTcp(rule)) continue;
      const ports = hasPort(rule, flow.port);
      if (ports === false) continue;
      const peer = matchesPeer(rule, flow);
      if (ports === true && peer === true)
        return { state: 'allow', group, rule, near: [], rules, missing: [], unread: [] };
      if (peer === false) near.push(rule);
      else {
        missing.push(unreadOf(rule, flow));
        if (rule.peer.kind === 'list') unread.push(rule.peer.id);
      }
    }
  }
  const first = groups[0] ?? null;
  return {
    state: missing.length > 0 || first === null ? 'unknown' : 'deny',
    group: first,
    rule: null,
    near,
    rules,
    missing: [...new Set(missing)],
    unread: [...new Set(unread)],
  };
}

function isForTcp({ protocol }: GroupRule): boolean {
  return ['-1', 'tcp', '6', 'all', 'unknown'].includes(protocol.toLowerCase());
}

function hasPort({ protocol, from, to }: GroupRule, port: number): boolean | null {
  if (protocol === '-1' || protocol === 'all') return true;
  if (protocol === 'unknown') return null;
  if (from === -1) return true;
  if (from === null || to === null) return null;
  return from <= port && port <= to;
}

function matchesPeer({ peer }: GroupRule, flow: GroupFlow): boolean | null {
  switch (peer.kind) {
    case 'block':
      return flow.peer === null ? coversAny(peer.cidr, flow.family) : covers(peer.cidr, flow.peer);
    case 'list': {
      const length = flow.peer === null ? null : flow.lists(peer.id);
      return length === null ? null : length >= 0;
    }
    case 'group':
      if (peer.stale) return false;
      if (flow.peerGroups === null) return null;
      return flow.peerGroups.includes(peer.id) ? flow.references : false;
    case 'unknown':
      return null;
  }
}

/** Whether a block has an address that is not known: it has none of the other family, and all of its own with the length 0. */
function coversAny(cidr: string, family: 4 | 6): boolean | null {
  const block = blockOf(cidr);
  if (block === null) return null;
  if (familyOf(block.addressMinusSuffix ?? '') !== family) return false;
  return block.subnetMask === 0 ? true : null;
}

function unreadOf({ peer, id }: GroupRule, { peerGroups }: GroupFlow): string {
  if (peer.kind === 'list') return `the entries of ${peer.id}`;
  if (peer.kind === 'group' && peerGroups?.includes(peer.id) === true)
    return `whether a rule for ${peer.id} counts behind the route between both ends`;
  if (peer.kind === 'group') return `whether ${peer.id} is the group of the other end`;
  return id === null ? 'a rule' : `the rule ${id}`;
}

/** Why a rule for the port does not match: `sgr-0a allows it from 10.0.8.0/24 only`. `towards`: `from` or `to`. */
export function nearWords(
  rule: GroupRule,
  { peerGroups }: Pick<GroupFlow, 'peerGroups'>,
  towards: string,
): string {
  const { id, peer } = rule;
  const name = id ?? 'a rule';
  if (peer.kind === 'group' && peer.stale)
    return `${name} names ${peer.id} of a peering that no longer exists (stale), so it matches nothing`;
  if (peer.kind === 'group' && peerGroups?.includes(peer.id) === true)
    return `${name} names ${peer.id}, and groups of another Region or behind this route do not count`;
  return `${name} allows it ${towards} ${peerWords(rule)} only`;
}

/** The source or destination of a rule in words. */
export function peerWords({ peer }: GroupRule): string {
  if (peer.kind === 'block') return peer.cidr;
  return peer.kind === 'unknown' ? 'a source that is not known' : peer.id;
}
