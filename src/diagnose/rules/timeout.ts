import { command } from '../../core/shell-command.js';
import { count, duration, list } from '../../core/text.js';
import { endpointAnswer } from '../../documents/observed/dns.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  withStatus,
} from '../../documents/observed/tcp.js';
import { blackhole, explainingTraces, loop } from '../../documents/observed/trace.js';
import type { Alternative, Confidence, Evidence, EvidenceItem, Remedy } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { hostPort } from '../../target/host.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import {
  allowInbound,
  allowOutbound,
  checkAcl,
  checkRoutes,
  endsOf,
  findInterfaces,
} from '../remedies/network.js';
import { pathEvidence } from './path-evidence.js';

/** Security groups belong to the endpoint and drop at every address; so silence everywhere points at them first. */
const timeoutAll = rule(
  'tcp.timeout-all',
  { needs: ['tcp'], docs: DOCS.securityGroups },
  (evidence): Judgement | null => {
    const outcomes = addressOutcomes(evidence);
    const silent = withStatus(outcomes, 'timeout');
    if (silent.length === 0 || silent.length < outcomes.length) return null;
    const addresses = addressesOf(silent);
    return {
      phase: 'connect',
      confidence: confidenceOfAll(evidence, addresses),
      summary: `${noneOf(evidence.target.host, addresses)} on TCP ${evidence.target.port}${addresses.length === 1 ? '' : `: ${list(addresses, 4)}`}${reachWords(evidence)}.`,
      evidence: [silence(silent), ...pathEvidence(evidence), ...controlEvidence(evidence)],
      remedies: remediesOf(evidence, addresses),
      alternatives: [...wrongAddress(evidence), ...localDrop(evidence)],
      check: `security groups and routes between ${clientOf(evidence, addresses)} and ${list(addresses, 4)}, both ways`,
    };
  },
);

/** Network ACLs and route tables belong to one subnet; so silence at some addresses points at those of that subnet. */
const timeoutSome = rule(
  'tcp.timeout-some',
  { needs: ['tcp'], docs: DOCS.networkAcls },
  (evidence): Judgement | null => {
    const outcomes = addressOutcomes(evidence);
    const silent = withStatus(outcomes, 'timeout');
    if (silent.length === 0 || silent.length === outcomes.length) return null;
    const addresses = addressesOf(silent);
    const others = outcomes.filter(({ status }) => status !== 'timeout');
    const opening = withStatus(outcomes, 'open');
    const ends = endsOf(evidence, addresses);
    const v6Only =
      addresses.every((address) => familyOf(address) === 6) &&
      others.every(({ address }) => familyOf(address) === 4);
    return {
      phase: 'connect',
      confidence: opening.length > 0 ? 'high' : 'medium',
      summary: `${list(addresses, 4)} ${addresses.length === 1 ? 'does' : 'do'} not answer on TCP ${evidence.target.port}, while ${list(addressesOf(others), 4)} ${verbOf(others)}${v6Only ? ': only IPv6 is silent' : ''}.`,
      evidence: [silence(silent), ...opening.map(answered), ...pathEvidence(evidence)],
      remedies: [findInterfaces(evidence, addresses), checkAcl(ends), checkRoutes(ends)],
      alternatives: [
        possible(
          'tcp.timeout-all',
          'compare the security groups of the interfaces: an endpoint gives all of its interfaces the same ones, other services need not',
          'low',
          'the silent addresses have a security group of their own',
        ),
      ],
      check: `network ACL and routes of the subnet of ${list(addresses, 4)}`,
    };
  },
);

const routeLoop = rule(
  'route.loop',
  { needs: ['trace'], docs: DOCS.routeTables },
  (evidence): Judgement | null => {
    for (const { ref, doc } of explainingTraces(evidence)) {
      const found = loop(doc);
      if (found === null) continue;
      const members = list(found.members, 4);
      return {
        phase: 'path',
        confidence: 'high',
        summary: `Packets to ${doc.address} circle between ${members} from hop ${found.firstTtl} on and never arrive.`,
        evidence: [
          {
            observation: ref,
            text: `${members} answer in turn, three times and more, from hop ${found.firstTtl} of ${doc.hops.length}`,
          },
        ],
        remedies: [
          {
            text: `Correct the routes for ${doc.address} on ${members}: each holds the other to be nearer`,
            docs: DOCS.routeTables,
          },
        ],
        check: command('pprobe', 'trace', doc.address, '-p', String(doc.port)),
      };
    }
    return null;
  },
);

/** Where the answers end is where the packets end, or where security groups begin: weak alone. */
const routeBlackhole = rule(
  'route.blackhole-after-hop',
  { needs: ['trace'], docs: DOCS.routeTables },
  (evidence): Judgement | null => {
    for (const { ref, doc } of explainingTraces(evidence)) {
      const hole = blackhole(doc);
      if (hole === null) continue;
      return {
        phase: 'connect',
        confidence: 'low',
        summary: `Packets to ${doc.address} are last seen at ${hole.from}, hop ${hole.ttl}; nothing after it answers.`,
        evidence: [
          {
            observation: ref,
            text: `${hole.from} answers at hop ${hole.ttl}, then ${count(hole.silent, 'hop')} of silence`,
          },
        ],
        remedies: [
          {
            text: `Check on ${hole.from} and the hop after it: the route to ${doc.address}, its filters, and the way back`,
            docs: DOCS.routeTables,
          },
        ],
        check: `on ${hole.from}, look up the route to ${doc.address} and its filters`,
      };
    }
    return null;
  },
);

/**
 * Several addresses rule out one subnet's affair. What agrees beside the silence itself is a router that passed the
 * packets on, or another place that answers; a path that is silent as well is the same silence once more.
 */
function confidenceOfAll(evidence: Evidence, addresses: readonly string[]): Confidence {
  const leaves =
    reachOf(evidence) === 'this-endpoint' ||
    explainingTraces(evidence).some(({ doc }) => addresses.includes(doc.address) && blackhole(doc) !== null);
  if (addresses.length > 1) return leaves ? 'high' : 'medium';
  return leaves ? 'medium' : 'low';
}

/** Whether it is this endpoint alone, as far as the controls tell. */
function reachWords(evidence: Evidence): string {
  const reach = reachOf(evidence);
  if (reach === null) return '';
  const names = list(
    controls(evidence)
      .filter(({ result }) => result === (reach === 'everywhere' ? 'silent' : 'answers'))
      .map(({ name }) => name),
    3,
  );
  return reach === 'everywhere'
    ? `, and neither does ${names}: nothing that this host sends comes back`
    : `, while ${names} answers: it is this endpoint only`;
}

function controlEvidence(evidence: Evidence): EvidenceItem[] {
  return controls(evidence).map(({ ref, role, name, result }) => ({
    observation: ref,
    text: `${role === 'resolver' ? 'the resolver' : 'the control'} ${name} ${result === 'answers' ? 'answers: TCP leaves this host and comes back' : 'is silent too'}`,
  }));
}

function noneOf(host: string, addresses: readonly string[]): string {
  const [first] = addresses;
  if (addresses.length === 1) return `${first} ${host === first ? '' : `(${host}) `}does not answer`;
  return `${addresses.length === 2 ? 'Neither address' : `None of the ${addresses.length} addresses`} of ${host} answers`;
}

function clientOf(evidence: Evidence, addresses: readonly string[]): string {
  return endsOf(evidence, addresses).client ?? 'this host';
}

function silence(silent: readonly AddressOutcome[]) {
  const wait = Math.max(...silent.map(({ durationMs }) => durationMs));
  return {
    observation: silent[0]?.ref ?? 'tcp[0]',
    text: `no answer within ${duration(wait)} from ${list(addressesOf(silent))}: neither SYN-ACK nor RST nor ICMP`,
  };
}

function answered({ ref, address, durationMs }: AddressOutcome) {
  return { observation: ref, text: `${address} opened in ${duration(durationMs)}` };
}

function verbOf(others: readonly AddressOutcome[]): string {
  const plural = others.length > 1;
  if (others.every(({ status }) => status === 'open')) return plural ? 'open' : 'opens';
  return plural ? 'answer' : 'answers';
}

/** Where nothing at all comes back, this host's own side is looked at first. */
function remediesOf(evidence: Evidence, addresses: readonly string[]): Remedy[] {
  const ends = endsOf(evidence, addresses);
  const there = [findInterfaces(evidence, addresses), allowInbound(ends)];
  const here = [allowOutbound(ends), checkAcl(ends), checkRoutes(ends)];
  return reachOf(evidence) === 'everywhere' ? [...here, ...there] : [...there, ...here];
}

/** A private answer does not prove that the endpoint is there: private DNS is a wildcard, and records outlive interfaces. */
function wrongAddress(evidence: Evidence): Alternative[] {
  const api = evidence.target.privateApi;
  if (api === null || endpointAnswer(evidence) !== null) return [];
  const check =
    api.form === 'vpce' || api.form === 'zonal'
      ? `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ${api.vpceId}: State and NetworkInterfaceIds`
      : `pprobe diagnose ${evidence.target.host} --vpce NAME compares with the endpoint's own DNS name`;
  return [
    possible(
      'dns.endpoint-mismatch',
      check,
      'low',
      'the addresses are not, or no longer, those of the endpoint',
    ),
  ];
}

/** A rule of this host's own that drops all it sends would silence the controls as well. */
function localDrop(evidence: Evidence): Alternative[] {
  const reach = reachOf(evidence);
  return [
    possible(
      'local.firewall',
      'sudo nft list ruleset: a DROP on output, in this host or its container',
      reach === 'everywhere' ? 'medium' : 'low',
    ),
  ];
}

export const timeoutRules: readonly Rule[] = [timeoutAll, timeoutSome, routeLoop, routeBlackhole];

/** What another place, connected to for contrast, did. */
export interface Control {
  ref: string;
  role: 'given' | 'resolver';
  /** `10.0.0.2:53`. */
  name: string;
  /** `answers`: packets went there and back, whatever they said; `silent`: every attempt timed out. */
  result: 'answers' | 'silent';
}

/**
 * The controls that tell something. Not those on this host itself, as a stub resolver is; not those whose name gave no
 * address; not those that this host could not send to, which is told elsewhere.
 */
function controls({ observations }: Evidence): Control[] {
  return (observations.control ?? []).flatMap(({ role, host, port, tcp }, index): Control[] => {
    const attempts = tcp.attempts.filter(
      ({ address }) => familyOf(address) === null || scopeOf(address) !== 'loopback',
    );
    const result = attempts.some(({ status }) => ANSWERS.has(status))
      ? 'answers'
      : attempts.length > 0 && attempts.every(({ status }) => status === 'timeout')
        ? 'silent'
        : null;
    return result === null ? [] : [{ ref: `control[${index}]`, role, name: hostPort(host, port), result }];
  });
}

const ANSWERS: ReadonlySet<string> = new Set(['open', 'refused', 'reset']);

/**
 * Whether TCP leaves this host and comes back at all: `this-endpoint` where a control answers, `everywhere` where
 * every control is silent; null where there is none.
 */
function reachOf(evidence: Evidence): 'this-endpoint' | 'everywhere' | null {
  const all = controls(evidence);
  if (all.length === 0) return null;
  return all.some(({ result }) => result === 'answers') ? 'this-endpoint' : 'everywhere';
}
