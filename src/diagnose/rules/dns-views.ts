import { shellLine } from '../../core/shell-line.js';
import { list } from '../../core/text.js';
import type { DnsDocument } from '../../documents/dns.js';
import {
  addressSet,
  hostAnswers,
  inTurn,
  isInHosts,
  isPrivateAnswer,
  resolverOf,
  type Seen,
} from '../../documents/observed/dns.js';
import { allWorked, apiAnswered } from '../../documents/observed/http.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import { hasProvenName } from '../../documents/observed/tls.js';
import type { Evidence } from '../../documents/report.js';
import { isOnlyPrivate } from '../../target/private-api/names.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { short } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { exemptFromRebinding, stopRotating, tryAddress, useResolver } from '../remedies/name-service.js';

type Answer = Seen<DnsDocument>;

/** The resolver that programs on this host use gives another answer than a second resolver. */
const splitView = rule('dns.split-view', { needs: ['dns'], docs: DOCS.vpcDns }, (evidence) => {
  const [used, ...others] = hostAnswers(evidence);
  if (used === undefined || isInHosts(evidence) || allWorked(evidence) || apiAnswered(evidence)) return null;
  const elsewhere = others.filter(({ doc }) => doc.server !== null && doc.server !== used.doc.server);
  if (!isPrivateAnswer(used.doc)) {
    const better = elsewhere.find(({ doc }) => isPrivateAnswer(doc));
    return better === undefined ? null : knownElsewhere(evidence, used, better);
  }
  const other = elsewhere.find(({ doc }) => isPrivateAnswer(doc) && isDisjoint(used.doc, doc));
  return other === undefined || !nothingOpens(evidence) ? null : otherAddresses(evidence, used, other);
});

/** The nameservers are asked in turn, and the one that this lookup began with has no address where another one has. */
const rotated = rule(
  'dns.split-view',
  {
    id: 'dns.split-view/rotate',
    words: 'nameservers that are asked in turn give different answers',
    needs: ['dns'],
  },
  (evidence): Judgement | null => {
    const [used] = hostAnswers(evidence);
    if (used === undefined || isInHosts(evidence) || used.doc.addresses.length > 0) return null;
    const better = inTurn(evidence).find(({ doc }) => doc.addresses.length > 0);
    if (better === undefined || used.doc.server === better.doc.server) return null;
    const { host } = evidence.target;
    return {
      phase: 'resolve',
      confidence: 'high',
      summary: `The nameservers of resolv.conf are asked in turn (rotate), and not all of them know ${short(host, 'the name')}.`,
      evidence: [said(used), said(better)],
      remedies: [stopRotating(evidence.target, better.doc.server, used.doc.server)],
      claims: [{ says: 'dns-decides' }],
      check: shellLine(
        pprobeAgain(evidence.target, { command: 'dns', name: host, server: better.doc.server ?? 'SERVER' }),
      ),
    };
  },
);

/** The other resolver gives private addresses, and the one in use does not. */
function knownElsewhere(evidence: Evidence, used: Answer, better: Answer): Judgement {
  const { host, privateApi } = evidence.target;
  const server = better.doc.server ?? 'the other resolver';
  // The server there has the certificate of the name: it can be the one that is meant for clients outside.
  const isProven = hasProvenName(evidence);
  return {
    phase: isProven ? 'done' : 'resolve',
    // The public answer is the right one for a public API, whose default or custom name is no different, and for other names.
    confidence: isOnlyPrivate(privateApi) ? 'certain' : isProven ? 'medium' : 'high',
    summary: `${server} gives private addresses for ${short(host, 'the name')}; ${used.doc.server ?? 'the resolver'}, which this host uses, does not.`,
    evidence: [said(used), said(better)],
    remedies: [
      useResolver(evidence.target, server),
      ...(used.doc.status === 'no-data' ? [exemptFromRebinding(host, used.doc)] : []),
    ],
    claims: [{ says: 'dns-decides' }],
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
    summary: `Nothing opens at the addresses that this host gets for ${short(host, 'the name')}; ${server} gives others.`,
    evidence: [said(used), said(other)],
    remedies: [tryAddress(evidence.target, addressSet(other.doc.addresses)[0] ?? host, server)],
    claims: [{ says: 'dns-decides' }],
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

export const dnsViewRules: readonly Rule[] = [rotated, splitView];
