import type { NetworkAclEntryFacts, NetworkAclFacts } from '../../documents/facts.js';
import { type Block, covers } from './block.js';

/** Evaluation of network ACLs: stateless, in the order of the rules' numbers, and the first rule that matches decides. */

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  first: number;
  last: number;
}

/** Ports for which one rule decides. */
export interface AclPart extends PortRange {
  state: 'allow' | 'deny' | 'unknown';
  /** `100`, or `*` for the rule at the end of every ACL, which denies. */
  rule: string;
}

/** What an ACL decides about TCP packets of one address and direction. */
export interface AclDecision {
  state: 'allow' | 'deny' | 'partly' | 'unknown';
  /** The ports, in order, without gaps. Neighbours differ. */
  parts: AclPart[];
}

/** The number of the last rule, which the console shows as `*`. */
const lastRule = 32767;

/** What an ACL decides about TCP packets to or from `peer`, with a destination port in `ports`. */
export function judgeAcl(
  { Entries = [] }: NetworkAclFacts,
  direction: 'in' | 'out',
  peer: Block,
  ports: PortRange,
): AclDecision {
  const entries = Entries.filter(
    ({ Egress }) => Egress === undefined || Egress === (direction === 'out'),
  ).sort((one, other) => (one.RuleNumber ?? lastRule) - (other.RuleNumber ?? lastRule));
  let open: PortRange[] = [ports];
  const parts: AclPart[] = [];
  for (const entry of entries) {
    if (open.length === 0) break;
    const match = matches(entry, peer);
    const range = match === false ? null : portsOf(entry);
    if (range === null) continue;
    const isClear = match !== null && entry.Egress !== undefined && !isOdd(entry);
    const state = isClear ? actionOf(entry) : 'unknown';
    const taken = open.flatMap((each) => common(each, range));
    parts.push(...taken.map((each) => ({ ...each, state, rule: nameOf(entry) })));
    open = open.flatMap((each) => without(each, range));
  }
  parts.push(...open.map((each) => ({ ...each, state: 'deny' as const, rule: '*' })));
  const sorted = joined(parts.sort((one, other) => one.first - other.first));
  return { state: stateOf(sorted), parts: sorted };
}

/** What the parts decide for one port. */
export function atPort({ parts }: AclDecision, port: number): AclPart | null {
  return parts.find(({ first, last }) => first <= port && port <= last) ?? null;
}

function matches({ Protocol, CidrBlock, Ipv6CidrBlock }: NetworkAclEntryFacts, peer: Block): boolean | null {
  const protocol = Protocol === undefined ? null : ['-1', '6', 'tcp'].includes(Protocol.toLowerCase());
  if (protocol === false) return false;
  const cidr = CidrBlock ?? Ipv6CidrBlock;
  const covered = cidr === undefined ? null : covers(cidr, peer);
  return covered === false ? false : protocol === null || covered === null ? null : true;
}

const everyPort: PortRange = { first: 0, last: 65535 };

/** The ports of an entry: all of them where it has no range, as one for every protocol has none. */
function portsOf(entry: NetworkAclEntryFacts): PortRange {
  const { PortRange: range, Protocol } = entry;
  if (range === undefined || Protocol === '-1' || isOdd(entry)) return everyPort;
  return { first: range.From ?? 0, last: range.To ?? 65535 };
}

/** Whether a range is one that no TCP port is in, such as -1 to -1: what it stands for is not known. */
function isOdd({ PortRange: range, Protocol }: NetworkAclEntryFacts): boolean {
  return Protocol !== '-1' && ((range?.From ?? 0) < 0 || (range?.To ?? 0) < 0);
}

function actionOf({ RuleAction }: NetworkAclEntryFacts): 'allow' | 'deny' | 'unknown' {
  const action = RuleAction?.toLowerCase();
  return action === 'allow' || action === 'deny' ? action : 'unknown';
}

function nameOf({ RuleNumber }: NetworkAclEntryFacts): string {
  return RuleNumber === undefined || RuleNumber >= lastRule ? '*' : String(RuleNumber);
}

function common(one: PortRange, other: PortRange): PortRange[] {
  const first = Math.max(one.first, other.first);
  const last = Math.min(one.last, other.last);
  return first > last ? [] : [{ first, last }];
}

function without(one: PortRange, other: PortRange): PortRange[] {
  const [taken] = common(one, other);
  if (taken === undefined) return [one];
  const below = { first: one.first, last: taken.first - 1 };
  const above = { first: taken.last + 1, last: one.last };
  return [below, above].filter(({ first, last }) => first <= last);
}

function joined(parts: readonly AclPart[]): AclPart[] {
  const result: AclPart[] = [];
  for (const part of parts) {
    const before = result.at(-1);
    if (before !== undefined && before.state === part.state && before.rule === part.rule)
      before.last = part.last;
    else result.push({ ...part });
  }
  return result;
}

function stateOf(parts: readonly AclPart[]): AclDecision['state'] {
  const states = new Set(parts.map(({ state }) => state));
  if (states.has('allow') && states.has('deny')) return 'partly';
  if (states.has('unknown') || states.size === 0) return 'unknown';
  return states.has('deny') ? 'deny' : 'allow';
}
