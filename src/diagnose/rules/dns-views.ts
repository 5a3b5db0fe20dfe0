import { familyOf } from '../../address/family.js';
import { scopeOf } from '../../address/scope.js';
import type { DnsDocument } from '../../probe/dns/types.js';
import { addressSet, endpointAnswer, hostAnswers, type Seen } from '../facts/dns.js';
import { allWorked } from '../facts/http.js';
import { addressesOf, addressOutcomes, withStatus } from '../facts/tcp.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import { command } from '../remedies/shell.js';
import { list } from '../words.js';

/** Two resolvers were asked about the name and one has private addresses where the other, which programs use, has not. */
const splitView = rule('dns.split-view', (evidence) => {
  const [used, ...others] = hostAnswers(evidence);
  if (used === undefined || allWorked(evidence) || knowsPrivate(used.doc)) return null;
  const better = others.find(({ doc }) => doc.server !== used.doc.server && knowsPrivate(doc));
  if (better === undefined || better.doc.server === null) return null;
  const { host } = evidence.target;
  return {
    phase: 'resolve',
    // Above what the one resolver says: the second names where the right answer is.
    confidence: 'certain',
    summary: `${better.doc.server} knows ${host} as ${list(addressSet(better.doc.addresses), 4)}, but this host asks ${used.doc.server ?? 'another resolver'}, which ${saidShort(used.doc)}.`,
    evidence: [used, better].map(({ ref, doc }: Seen<DnsDocument>) => ({
      observation: ref,
      text: `${doc.server ?? 'the resolver'} ${saidShort(doc)}`,
    })),
    remedies: [
      {
        text: `Let this host ask ${better.doc.server} (DHCP options set, resolv.conf), or let its resolver forward the zone there`,
        command: command('pprobe', 'dns', host, '--server', better.doc.server),
        docs: DOCS.vpcDns,
      },
    ],
    check: `pprobe dns ${host} --server ${better.doc.server}`,
  };
});

function knowsPrivate(doc: DnsDocument): boolean {
  return (
    doc.addresses.length > 0 &&
    doc.addresses.every(({ scope }) => scope === 'private' || scope === 'unique-local')
  );
}

function saidShort(doc: DnsDocument): string {
  return doc.addresses.length > 0
    ? `says ${list(addressSet(doc.addresses), 4)}`
    : `answers ${doc.rcode ?? doc.status}`;
}

/**
 * The name was not asked of DNS, yet has addresses: the hosts file gave them, or something else that comes before DNS. A
 * fault where the endpoint is known to be elsewhere; else only the first thing to doubt when nothing opens.
 */
const hostsOverride = rule('dns.hosts-override', (evidence): Judgement | null => {
  const { host, privateApi } = evidence.target;
  const outcomes = addressOutcomes(evidence);
  const [first] = outcomes;
  if (
    familyOf(host) !== null ||
    first === undefined ||
    hostAnswers(evidence).length > 0 ||
    allWorked(evidence)
  )
    return null;
  const used = addressesOf(outcomes);
  const endpoint = endpointAnswer(evidence);
  const right = addressSet(endpoint?.doc.addresses ?? []);
  const elsewhere = right.length > 0 && !used.some((address) => right.includes(address));
  const outside =
    privateApi !== null &&
    used.some((address) => familyOf(address) !== null && !PRIVATE.has(scopeOf(address)));
  const opens = withStatus(outcomes, 'open').length > 0;
  if (!elsewhere && !outside && opens) return null;
  return {
    phase: elsewhere || outside ? 'resolve' : 'connect',
    confidence: elsewhere || outside ? 'high' : 'low',
    summary: `This host takes ${host} to be ${list(used, 4)} from its hosts file${elsewhere ? `; the endpoint is at ${list(right, 4)}` : ', without asking DNS'}.`,
    evidence: [
      { observation: first.ref, text: `${list(used)} for ${host} came from no resolver` },
      ...(endpoint === null || !elsewhere
        ? []
        : [{ observation: endpoint.ref, text: `${endpoint.doc.question.name} leads to ${list(right)}` }]),
    ],
    remedies: [
      {
        text: `Remove the line for ${host} from the hosts file, or correct it`,
        command: command('grep', '-n', host, '/etc/hosts'),
      },
    ],
    check: `pprobe dns ${host}: what DNS says`,
  };
});

const PRIVATE: ReadonlySet<string> = new Set(['private', 'unique-local']);

export const dnsViewRules: readonly Rule[] = [splitView, hostsOverride];
