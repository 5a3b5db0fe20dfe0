import { command } from '../../core/shell-command.js';
import { list } from '../../core/text.js';
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
import { DOCS } from '../remedies/docs.js';
import { exemptFromRebinding } from '../remedies/name-service.js';

type Answer = Seen<DnsDocument>;

/** Several resolvers were asked about the name, and what programs on this host are told is not what another says. */
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

/** Above what the one resolver says: the second names where the right answer is. */
function knownElsewhere(evidence: Evidence, used: Answer, better: Answer): Judgement {
  const { host, privateApi } = evidence.target;
  const server = better.doc.server ?? 'the other resolver';
  return {
    phase: 'resolve',
    // Of a name that need not be private, the public answer may be the right one.
    confidence: privateApi === null ? 'high' : 'certain',
    summary: `${server} knows ${host} as ${list(addressSet(better.doc.addresses), 4)}, but this host asks ${used.doc.server ?? 'another resolver'}, which ${saidShort(used.doc)}.`,
    evidence: [said(used), said(better)],
    remedies: [
      {
        text: `Let this host ask ${server} (DHCP options set, resolv.conf), or let its resolver forward the zone there`,
        command: command('pprobe', 'dns', host, '--server', server),
        docs: DOCS.vpcDns,
      },
      ...(used.doc.status === 'no-data' ? [exemptFromRebinding(host, used.doc)] : []),
    ],
    check: command('pprobe', 'dns', host, '--server', server),
  };
}

/** Two private answers: one of them is another VPC's, or out of date. */
function otherAddresses(evidence: Evidence, used: Answer, other: Answer): Judgement {
  const { host } = evidence.target;
  const server = other.doc.server ?? 'the other resolver';
  return {
    phase: 'resolve',
    confidence: 'medium',
    summary: `${resolverOf(used.doc)} says that ${host} is ${list(addressSet(used.doc.addresses), 4)}, where nothing opens; ${server} says ${list(addressSet(other.doc.addresses), 4)}.`,
    evidence: [said(used), said(other)],
    remedies: [
      {
        text: `Try the other addresses; if they work, let this host ask ${server}, or correct the record of the first`,
        command: command(
          'pprobe',
          'tcp',
          addressSet(other.doc.addresses)[0] ?? host,
          String(evidence.target.port),
        ),
        docs: DOCS.vpcDns,
      },
    ],
    check: command('pprobe', 'dns', host, '--server', server),
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
    ? `says ${list(addressSet(doc.addresses), 4)}`
    : `answers ${doc.rcode ?? doc.status}`;
}

export const dnsViewRules: readonly Rule[] = [splitView];
