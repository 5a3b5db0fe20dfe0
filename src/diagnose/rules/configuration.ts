import { list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import type { Gate } from '../../documents/facts.js';
import { hostAnswers, resolverOf } from '../../documents/observed/dns.js';
import { addressesOf, lossyOutcomes, opened, silentOutcomes } from '../../documents/observed/tcp.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import { leastConfident } from '../confidence.js';
import { type Finding, possible } from '../finding.js';
import { fitted, places } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { regionOption } from '../remedies/gateway.js';
import { stillNeeded, withoutAnswered } from './answered.js';
import { confidenceOfFacts, remediesOfGates, told, withGate } from './configured.js';
import { withoutEmptyLog } from './configured-log.js';
import { misnamed } from './configured-name.js';
import { requestFinding } from './configured-request.js';
import { asLogged } from './logged.js';

/**
 * Packets and configuration together: the packets decide what kind of fault it is, and the configuration, where it is known,
 * decides which resource causes it. A finding of the packets becomes one that names the gate, or is told to contradict the gates.
 */

/** The findings with what the configuration says of the first one, which is the verdict's. */
export function configured(evidence: Evidence, findings: readonly Finding[]): Finding[] {
  const { gates = [] } = evidence;
  const [answered, ...others] = findings;
  if (gates.length === 0 || answered === undefined) return [...findings];
  const first = asLogged(evidence, answered);
  const found = withoutEmptyLog(evidence, joined(evidence, gates, first) ?? first);
  const better = withoutAnswered(gates, found);
  return better === answered
    ? [...findings]
    : [better, ...others.filter(({ cause }) => cause !== better.cause)];
}

function joined(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  switch (found.class) {
    case 'timeout':
      return dropped(evidence, gates, found);
    case 'dns':
      return misnamed(evidence, gates, found);
    default:
      return requestFinding(evidence, gates, found);
  }
}

/** The causes of packets that do not arrive. */
const packetCauses: ReadonlySet<string> = new Set<Cause>([
  'tcp.security-group',
  'tcp.network-acl',
  'route.missing',
  'route.blackhole',
  'endpoint.not-available',
]);

/** The gates that packets pass. */
const packetGates: ReadonlySet<string> = new Set([
  'security-group',
  'network-acl',
  'route',
  'peering',
  'interface',
]);

function isPacketGate({ gate, cause, end, rule }: Gate): boolean {
  return (
    packetGates.has(gate) ||
    cause === 'endpoint.not-available' ||
    (gate === 'endpoint' && end === 'target' && rule === null)
  );
}

function concerns({ addresses }: Gate, some: readonly string[]): boolean {
  return addresses === undefined || addresses.some((each) => some.includes(each));
}

/** A finding of silence, with the gate that explains it, or with the contradiction. */
function dropped(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  const lossy = addressesOf(lossyOutcomes(evidence).map(({ outcome }) => outcome));
  const silent = found.cause === 'tcp.packet-loss' ? lossy : addressesOf(silentOutcomes(evidence));
  if (silent.length === 0) return null;
  const near = gates.filter(
    (gate) => isPacketGate(gate) && gate.addresses !== undefined && concerns(gate, silent),
  );
  // A gate that would stop packets which passed is of another time or place.
  const trusted = near.filter(
    ({ state, addresses = [] }) => state !== 'deny' || !addresses.some((each) => opened(evidence, each)),
  );
  const denying = trusted.filter(
    ({ state, cause }) =>
      (state === 'deny' || state === 'partly') && cause !== undefined && packetCauses.has(cause),
  );
  const [gate] = [...denying.filter(({ state }) => state === 'deny'), ...denying];
  if (gate === undefined) return elsewhere(evidence, trusted, found) ?? allowed(evidence, trusted, found);
  const misled = misleading(gates, silent);
  const explained = new Set(denying.flatMap(({ addresses = [] }) => addresses));
  const alike = denying.filter((other) => isSameRule(other, gate));
  const own = silent.filter((each) => alike.some((other) => concerns(other, [each])));
  const confidence = leastConfident(
    confidenceOfFacts(evidence),
    gate.limit ?? 'certain',
    silent.every((each) => explained.has(each)) ? 'certain' : 'high',
  );
  const isReply = (gate.end === 'target') === (gate.direction === 'out') && gate.direction !== null;
  const what = isReply ? 'Answers from' : 'Packets to';
  const share = gate.state === 'partly' ? ' to part of the ports of this host' : '';
  const by =
    gate.cause === 'tcp.security-group' || gate.cause === 'tcp.network-acl'
      ? 'are dropped by'
      : 'are lost at';
  return withGate(found, gate, {
    confidence,
    summary: `${what} ${places(own)}${share} ${by} ${resourceWords(gate)}.`,
    evidence: told([...misled, ...denying]),
    remedies: remediesOfGates([...misled, ...denying]),
    alternatives: confidence === 'certain' ? [] : found.alternatives,
  });
}

/** Whether two gates are one rule, of which each has the addresses of one family. */
function isSameRule(one: Gate, other: Gate): boolean {
  const members = ['gate', 'resource', 'rule', 'direction', 'end', 'state'] as const;
  return members.every((each) => one[each] === other[each]);
}

/** The gates of names that lead the packets elsewhere: of no silent address the endpoint is known that has it. */
function misleading(gates: readonly Gate[], silent: readonly string[]): Gate[] {
  const isEndpoint = gates.some(
    (each) => each.gate === 'endpoint' && each.addresses !== undefined && concerns(each, silent),
  );
  if (isEndpoint) return [];
  return gates.filter(
    ({ gate, state }) => state === 'deny' && (gate === 'private-zone' || gate === 'dns-firewall'),
  );
}

/** Silence at an address that belongs to something else than the target, or to nothing. */
function elsewhere(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  const strange = gates.filter(({ gate, state }) => gate === 'interface' && state !== 'allow');
  const [first] = strange;
  if (first === undefined) return null;
  const { origin } = evidence.observations;
  const answer = hostAnswers(evidence)[0];
  const from: EvidenceItem[] =
    origin?.source === 'hosts-file'
      ? [
          {
            observation: 'origin',
            text: `${origin.hostsFile?.path ?? 'the hosts file'} gives ${list(origin.addresses, 4)}`,
          },
        ]
      : answer === undefined
        ? []
        : [
            {
              observation: answer.ref,
              text: `${resolverOf(answer.doc)} gives ${list(
                answer.doc.addresses.map(({ address }) => address),
                4,
              )} for ${evidence.target.host}`,
            },
          ];
  const unknown = gates.filter((each) => each.state === 'unknown' && each.gate !== 'interface');
  return {
    ...found,
    confidence: leastConfident(confidenceOfFacts(evidence), first.state === 'deny' ? 'high' : 'medium'),
    summary: fitted(
      `${found.summary.replace(/\.$/, '')}: ${first.state === 'deny' ? 'the address is not that of an endpoint for API Gateway' : 'the address is that of something else than an endpoint'}.`,
      evidence.target.host,
      'the target',
    ),
    evidence: [...told(strange), ...from, ...found.evidence, ...told(unknown)],
    remedies: [...remediesOfGates(strange), ...found.remedies.filter(({ opens }) => opens === undefined)],
    alternatives: [
      possible(
        origin?.source === 'hosts-file' ? 'dns.hosts-override' : 'dns.endpoint-mismatch',
        'compare the addresses with the network interfaces of the endpoint as it is now',
        'medium',
        'the addresses are those of an endpoint or interface that no longer exists',
      ),
      ...found.alternatives,
    ],
  };
}

/** `sg-0ep`, `acl-3, rule 90`. */
function resourceWords({ gate, resource, rule }: Gate): string {
  const name =
    resource ??
    { 'security-group': 'the security group', 'network-acl': 'the network ACL' }[String(gate)] ??
    'the route table';
  return gate === 'network-acl' && rule !== null ? `${name}, rule ${rule}` : name;
}

/** Silence although what was read allows the packets: a contradiction, unless something that can deny them was not read. */
function allowed(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  const allowing = gates.filter(({ state }) => state === 'allow');
  const unknown = gates.filter(({ state }) => state === 'unknown' || state === 'partly');
  if (allowing.length === 0 && unknown.length === 0) return null;
  const kept = stillNeeded(found.remedies, gates);
  const resources = [...new Set(allowing.flatMap(({ resource }) => resource ?? []))];
  const permits = `${list(resources, 8)} ${resources.length === 1 ? 'allows' : 'allow'} TCP ${evidence.target.port} between this host and the target`;
  if (unknown.length > 0) {
    // What was not read can deny the packets: nothing contradicts them.
    const permitted: EvidenceItem[] =
      allowing.length === 0 ? [] : [{ observation: 'configuration', text: permits }];
    return {
      ...found,
      evidence: [...found.evidence, ...permitted, ...told(unknown)],
      remedies: [...remediesOfGates(unknown), ...kept],
    };
  }
  return {
    ...found,
    confidence: leastConfident(found.confidence, 'medium'),
    summary: fitted(
      `${found.summary.replace(/\.$/, '')}, although the configuration read allows it.`,
      evidence.target.host,
      'the target',
    ),
    evidence: [
      ...found.evidence,
      {
        observation: 'configuration',
        text: `the configuration contradicts the packets: ${permits}`,
      },
    ],
    remedies: [...flowLogs(evidence, gates), ...kept],
    alternatives: [
      ...found.alternatives.filter(({ cause }) => cause !== 'tcp.timeout-all'),
      possible(
        'dns.endpoint-mismatch',
        'compare the addresses with the network interfaces of the endpoint as it is now',
        'low',
        'the addresses are those of an endpoint or interface that no longer exists',
      ),
    ],
    check: found.check,
  };
}

/** Flow logs say whether packets reached an interface, and whether a rule rejected them. */
function flowLogs({ target }: Evidence, gates: readonly Gate[]): Advice[] {
  const ids = [...new Set(gates.flatMap(({ text }) => text.match(/\beni-[0-9a-f]+\b/g) ?? []))].slice(0, 5);
  return [
    {
      text: 'Ask the flow logs of the interfaces: REJECT names a security group or network ACL that was changed since; no row at all means that the packets end before it, at an appliance or in another account',
      command: [
        'aws',
        'ec2',
        'describe-flow-logs',
        ...regionOption(target.privateApi?.region ?? null),
        ...(ids.length === 0 ? [] : ['--filter', `Name=resource-id,Values=${ids.join(',')}`]),
      ],
      docs: DOCS.vpcConnections,
    },
  ];
}
