import { count, duration, excerpt, list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import type { DnsDocument, DnsStatus } from '../../documents/dns.js';
import {
  addressSet,
  endpointAnswer,
  hostAnswers,
  resolverOf,
  type Seen,
  serversOf,
} from '../../documents/observed/dns.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import type { Alternative, Confidence, Evidence, EvidenceItem, Remedy } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { wellKnownResolver } from '../../net/address/scope.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import {
  checkResolver,
  checkSpelling,
  exemptFromRebinding,
  privateNameRemedies,
} from '../remedies/name-service.js';

/** What differs between the ways in which a question ends without an address. */
interface Words {
  status: DnsStatus;
  /** In place of `status` alone. */
  matches?: (doc: DnsDocument) => boolean;
  summary: (host: string, doc: DnsDocument) => string;
  confidence: (doc: DnsDocument) => Confidence;
  remedies: (evidence: Evidence, doc: DnsDocument) => Remedy[];
  alternatives: (host: string) => Alternative[];
}

function statusRule(cause: Cause, words: Words): Rule {
  return rule(cause, { needs: ['dns'], docs: DOCS.vpcDns }, (evidence): Judgement | null => {
    const failed = hostAnswers(evidence)[0];
    if (failed === undefined) return null;
    if (!(words.matches?.(failed.doc) ?? failed.doc.status === words.status)) return null;
    // Addresses came from elsewhere, the hosts file: what DNS would have said stopped nobody.
    if (addressOutcomes(evidence).length > 0) return null;
    const { host } = evidence.target;
    return {
      phase: 'resolve',
      confidence: words.confidence(failed.doc),
      summary: words.summary(host, failed.doc),
      evidence: evidenceOf(evidence, failed),
      remedies: words.remedies(evidence, failed.doc),
      alternatives: words.alternatives(host),
      check: `pprobe dns ${host}`,
    };
  });
}

function evidenceOf(evidence: Evidence, { ref, doc }: Seen<DnsDocument>): EvidenceItem[] {
  const items: EvidenceItem[] = [{ observation: ref, text: howItWent(doc) }];
  if (doc.status === 'timeout' && doc.systemPatience !== undefined) {
    const waits = `programs on this host wait ${duration(doc.systemPatience.totalMs)} before they give up`;
    items.push({ observation: ref, text: `${waits}, as resolv.conf says` });
  }
  for (const { code, text } of doc.extendedErrors) {
    items.push({
      observation: ref,
      text: `the resolver adds: extended error ${code}${text === '' ? '' : `, ${excerpt(text)}`}`,
    });
  }
  const endpoint = endpointAnswer(evidence);
  if (endpoint !== null) {
    const addresses = addressSet(endpoint.doc.addresses);
    const said =
      addresses.length > 0 ? `leads to ${list(addresses)}` : `has no address either (${endpoint.doc.status})`;
    items.push({
      observation: endpoint.ref,
      text: `the endpoint's other name, ${endpoint.doc.question.name}, ${said}`,
    });
  }
  return items;
}

function howItWent(doc: DnsDocument): string {
  const { type, name } = doc.question;
  const tried = doc.attempts.length > 1 ? ` after ${count(doc.attempts.length, 'try', 'tries')}` : '';
  const failed = doc.attempts.findLast(({ errno, detail }) => errno !== null || detail !== null);
  const said = doc.rcode ?? failed?.detail ?? failed?.errno ?? 'no answer';
  const over = doc.transport === null ? '' : ` over ${doc.transport.toUpperCase()}`;
  return `${type.split(',').join(', ')} of ${name}, asked of ${list(serversOf(doc))}${over}: ${said}${tried}`;
}

/** The reply's own code says it: no inference. */
const replied = (): Confidence => 'certain';
/** One lost datagram is no dead resolver. */
const repeated = (doc: DnsDocument): Confidence => (doc.attempts.length > 1 ? 'high' : 'medium');

function missing(evidence: Evidence, doc: DnsDocument): Remedy[] {
  const api = evidence.target.privateApi;
  return api === null ? checkSpelling(evidence.target.host, doc) : privateNameRemedies(evidence, api);
}

const otherView = (host: string): Alternative[] => [
  possible('dns.split-view', `ask another resolver: pprobe dns ${host} --server 169.254.169.253`),
];

export const dnsStatusRules: readonly Rule[] = [
  statusRule('dns.nxdomain', {
    status: 'nxdomain',
    summary: (host, doc) => `${host} does not exist for ${called(doc)}.`,
    confidence: replied,
    remedies: missing,
    alternatives: otherView,
  }),
  statusRule('dns.no-data', {
    status: 'no-data',
    summary: (host, doc) =>
      `${host} exists but has no ${list(doc.question.type.split(','))} record for ${called(doc)}.`,
    confidence: replied,
    remedies: (evidence, doc) => [...missing(evidence, doc), exemptFromRebinding(evidence.target.host, doc)],
    alternatives: otherView,
  }),
  statusRule('dns.servfail', {
    status: 'servfail',
    summary: (host, doc) => `${capital(called(doc))} could not find out the address of ${host} (SERVFAIL).`,
    confidence: replied,
    remedies: (evidence, doc) => [checkResolver(evidence.target.host, doc, 'forwarding')],
    alternatives: otherView,
  }),
  statusRule('dns.refused', {
    status: 'refused',
    matches: (doc) => doc.status === 'refused' || isOtherRcode(doc),
    summary: (host, doc) =>
      isOtherRcode(doc)
        ? `${capital(called(doc))} does not answer about ${host} but says ${doc.rcode}: ${meaningOf(doc.rcode)}.`
        : `${capital(called(doc))} refuses to answer this host about ${host}.`,
    confidence: replied,
    remedies: (evidence, doc) => [
      checkResolver(evidence.target.host, doc, isOtherRcode(doc) ? 'speaking' : 'allowed'),
    ],
    alternatives: otherView,
  }),
  statusRule('dns.timeout', {
    status: 'timeout',
    summary: (host, doc) =>
      `No answer from ${serversOf(doc).length === 0 ? 'any resolver' : list(serversOf(doc))} about ${host}.`,
    confidence: repeated,
    remedies: (evidence, doc) => [checkResolver(evidence.target.host, doc, 'port-53')],
    alternatives: (host) => [
      possible('local.firewall', `sudo nft list ruleset, and pprobe dns ${host} --tcp`),
    ],
  }),
  statusRule('dns.malformed', {
    status: 'malformed',
    summary: (host, doc) => `${capital(called(doc))} answered about ${host} with something that is not DNS.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target.host, doc, 'tcp')],
    alternatives: (host) => [
      possible('policy.proxy', `something between answers in the resolver's place: pprobe dns ${host} --tcp`),
    ],
  }),
  statusRule('dns.unreachable', {
    status: 'unreachable',
    summary: (host, doc) => `${capital(called(doc))} cannot be reached, so ${host} has no address here.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target.host, doc, 'listening')],
    alternatives: () => [possible('route.local', 'ip route get ADDRESS_OF_RESOLVER')],
  }),
];

/** A reply with a code that settles nothing and has no status of its own: FORMERR, NOTIMP, NOTAUTH, BADVERS and the like. */
function isOtherRcode({ status, rcode }: DnsDocument): boolean {
  return status === 'error' && rcode !== null && rcode !== 'NOERROR';
}

/** RFC 6895 section 2.3. */
function meaningOf(rcode: string | null): string {
  const meanings: Readonly<Record<string, string>> = {
    FORMERR: 'it could not read the question',
    NOTIMP: 'it does not do this kind of question',
    NOTAUTH: 'it is not responsible for the zone',
    BADVERS: 'it does not speak this version of EDNS',
    BADCOOKIE: 'it wants another DNS cookie',
  };
  return meanings[rcode ?? ''] ?? 'no answer and no reason';
}

function called(doc: DnsDocument): string {
  const known = doc.server === null ? null : wellKnown(doc.server);
  return known === null ? resolverOf(doc) : `${known} (${doc.server})`;
}

/** A server from a report file may be any text. */
function wellKnown(server: string): string | null {
  const [address = ''] = server.split('#', 1);
  return familyOf(address) === null ? null : wellKnownResolver(address);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
