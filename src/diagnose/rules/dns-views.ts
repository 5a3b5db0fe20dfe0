import { shellLine } from '../../core/shell-line.js';
import { capital, list } from '../../core/text.js';
import type { DnsDocument } from '../../documents/dns.js';
import {
  addressSet,
  hostAnswers,
  isPrivateAnswer,
  resolverOf,
  type Seen,
} from '../../documents/observed/dns.js';
import { allWorked, apiAnswered } from '../../documents/observed/http.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { exemptFromRebinding, tryAddress, useResolver } from '../remedies/name-service.js';

type Answer = Seen<DnsDocument>;

/** The resolver that programs on this host use gives another answer than a second resolver. */
const splitView = rule('dns.split-view', { needs: ['dns'], docs: DOCS.vpcDns }, (evidence) => {
  const [used, ...others] = hostAnswers(evidence);
  if (used === undefined || allWorked(evidence) || apiAnswered(evidence)) return null;
  const elsewhere = others.filter(({ doc }) => doc.server !== null && doc.server !== used.doc.server);
  if (!isPrivateAnswer(used.doc)) {
    const better = elsewhere.find(({ doc }) => isPrivateAnswer(doc));
    return better === undefined ? null : knownElsewhere(evidence, used, better);
  }
  const other = elsewhere.find(({ doc }) => isPrivateAnswer(doc) && isDisjoint(used.doc, doc));
  return other === undefined || !nothingOpens(evidence) ? null : otherAddresses(evidence, used, other);
});

/** The other resolver gives private addresses, and the one in use does not. */
function knownElsewhere(evidence: Evidence, used: Answer, better: Answer): Judgement {
  const { host, privateApi } = evidence.target;
  const server = better.doc.server ?? 'the other resolver';
  return {
    phase: 'resolve',
    // Without a private API, the public answer can be the right one.
    confidence: privateApi === null ? 'high' : 'certain',
    summary: `${server} resolves ${host} to ${list(addressSet(better.doc.addresses), 4)}, but this host uses ${used.doc.server ?? 'another resolver'}, which ${saidShort(used.doc)}.`,
    evidence: [said(used), said(better)],
    remedies: [
      useResolver(evidence.target, server),
      ...(used.doc.status === 'no-data' ? [exemptFromRebinding(host, used.doc)] : []),
    ],
    check: shellLine(pprobeAgain(evidence.target, { command: 'dns', name: host, server })),
  };
}

/** Two private answers: one of them belongs to another VPC, or is out of date. */
function otherAddresses(evidence: Evidence, used: Answer, other: Answer): Judgement {
  const { host } = evidence.target;
  const server = other.doc.server ?? 'the other resolver';
  return {
    phase: 'resolve',
    confidence: 'medium',
    summary: `${capital(resolverOf(used.doc))} resolves ${host} to ${list(addressSet(used.doc.addresses), 4)}, where nothing opens; ${server} resolves it to ${list(addressSet(other.doc.addresses), 4)}.`,
    evidence: [said(used), said(other)],
    remedies: [tryAddress(evidence.target, addressSet(other.doc.addresses)[0] ?? host, server)],
    check: shellLine(pprobeAgain(evidence.target, { command: 'dns', name: host, server })),
  };
}

function nothingOpens(evidence: Evidence): boolean {
  const outcomes = addressOutcomes(evidence);
  return outcomes.length > 0 && outcomes.every(({ status }) => status !== 'open');
}

function isDisjoint(first: DnsDocument, second: DnsDocument): boolean {
  const known = addressSet(first.addresses);
  return addressSet(second.addresses).every((address) => !known.includes(address));
}

function said({ ref, doc }: Answer) {
  return { observation: ref, text: `${resolverOf(doc)} ${saidShort(doc)}` };
}

function saidShort(doc: DnsDocument): string {
  return doc.addresses.length > 0
    ? `gives ${list(addressSet(doc.addresses), 4)}`
    : doc.status === 'no-data'
      ? 'has no address for it'
      : `answers ${doc.rcode ?? doc.status}`;
}

export const dnsViewRules: readonly Rule[] = [splitView];
