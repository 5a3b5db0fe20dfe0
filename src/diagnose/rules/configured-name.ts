import { list } from '../../core/text.js';
import { CAUSES, type Cause } from '../../documents/causes.js';
import type { Gate } from '../../documents/facts.js';
import type { Confidence, Evidence } from '../../documents/report.js';
import { leastConfident } from '../confidence.js';
import type { Finding } from '../finding.js';
import { fitted, short } from '../headline.js';
import { causeOfGate, confidenceOfFacts, remediesOfGates, told, withGate } from './configured.js';

/** What a cause in the configuration has as its symptom, and how certainly. */
type Symptoms = Readonly<Partial<Record<Cause, Confidence>>>;

const away: Symptoms = {
  'dns.public-answer': 'certain',
  // The name of an API that does not exist has the same answer, with the private DNS of an endpoint as without.
  'dns.nxdomain': 'high',
  'dns.no-data': 'high',
  'dns.endpoint-mismatch': 'high',
  'dns.split-view': 'high',
};
const elsewhere: Symptoms = {
  ...away,
  'dns.nxdomain': 'certain',
  'dns.no-data': 'certain',
  'dns.servfail': 'certain',
};

/** The causes of names that do not resolve to the endpoint, by what they can look like. */
const symptoms: Readonly<Partial<Record<Cause, Symptoms>>> = {
  'dns.private-dns-off': away,
  'endpoint.absent': away,
  'dns.vpc-attribute': { ...away, 'dns.timeout': 'high', 'dns.servfail': 'high' },
  'dns.dhcp-options': { ...elsewhere, 'dns.split-view': 'certain' },
  'dns.forwarding-rule': { ...elsewhere, 'dns.timeout': 'high' },
  // A private zone never leads to public DNS.
  'dns.private-zone': {
    'dns.nxdomain': 'certain',
    'dns.no-data': 'certain',
    'dns.endpoint-mismatch': 'certain',
    'dns.public-answer': 'high',
    'dns.split-view': 'high',
  },
  'dns.blocked': {
    'dns.nxdomain': 'certain',
    'dns.no-data': 'certain',
    'dns.blocked': 'certain',
    'dns.public-answer': 'medium',
  },
  'dns.servfail': { 'dns.servfail': 'certain' },
  'dns.nxdomain': { 'dns.nxdomain': 'certain' },
  'dns.no-data': { 'dns.no-data': 'certain' },
};

/** The findings that say something about how a name resolves. */
const explicable: ReadonlySet<Cause> = new Set(
  Object.values(symptoms).flatMap((each) => Object.keys(each) as Cause[]),
);

/** The gates that decide about a name. */
const nameGates: ReadonlySet<string> = new Set([
  'private-dns',
  'vpc-attribute',
  'endpoint',
  'private-zone',
  'dns-firewall',
  'forwarding-rule',
]);

/** A finding about a name, with the gate that explains it, or with the contradiction. */
export function misnamed(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  if (!explicable.has(found.cause)) return null;
  const denying = gates.filter(({ state, cause }) => state === 'deny' && symptomsOf(cause) !== null);
  const gate = denying.find(({ cause }) => symptomsOf(cause)?.[found.cause] !== undefined);
  const unknown = gates.filter(({ state, addresses }) => state === 'unknown' && addresses === undefined);
  if (gate !== undefined) return explained(evidence, found, gate, denying);
  const names = gates.filter(({ gate: kind, addresses }) => nameGates.has(kind) && addresses === undefined);
  if (denying.length > 0) return { ...found, evidence: [...found.evidence, ...told(denying)] };
  // A rule is suspected where everything else allows.
  const suspect = names.find(({ state, cause }) => state === 'unknown' && symptomsOf(cause) !== null);
  const isLeft = suspect !== undefined && names.every((each) => each === suspect || each.state === 'allow');
  if (isLeft && symptomsOf(suspect.cause)?.[found.cause] !== undefined) {
    const named = explained(evidence, found, suspect, [suspect]);
    return named === null ? null : { ...named, alternatives: found.alternatives };
  }
  const isAllowed = names.length > 0 && names.every(({ state }) => state === 'allow');
  if (!isAllowed)
    return unknown.length === 0 ? null : { ...found, evidence: [...found.evidence, ...told(unknown)] };
  return {
    ...found,
    confidence: leastConfident(found.confidence, 'medium'),
    evidence: [
      ...found.evidence,
      {
        observation: 'configuration',
        text: `the configuration contradicts the answer: ${list(
          names.map(({ text }) => text),
          4,
        )}`,
      },
      ...told(unknown),
    ],
  };
}

function symptomsOf(cause: string | undefined): Symptoms | null {
  return cause !== undefined && Object.hasOwn(symptoms, cause) ? (symptoms[cause as Cause] ?? null) : null;
}

function explained(evidence: Evidence, found: Finding, gate: Gate, denying: readonly Gate[]): Finding | null {
  return withGate(found, gate, {
    confidence: leastConfident(
      confidenceOfFacts(evidence),
      gate.limit ?? 'certain',
      symptomsOf(gate.cause)?.[found.cause] ?? 'medium',
    ),
    summary: fitted(
      `${evidence.target.host} does not resolve ${evidence.target.privateApi === null ? '' : 'to a VPC endpoint '}here: ${nameWords(gate)}.`,
      evidence.target.host,
      'the name',
    ),
    evidence: told(denying),
    remedies: remediesOfGates(denying),
    alternatives: [],
  });
}

/** What the cause of a gate says, in a few words. */
function nameWords(gate: Gate): string {
  const named = causeOfGate(gate);
  return named === null ? short(gate.text, 'the configuration says why', 60) : CAUSES[named].words;
}
