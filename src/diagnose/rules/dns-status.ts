import { shellLine } from '../../core/shell-line.js';
import { capital, count, duration, excerpt, list } from '../../core/text.js';
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
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import type { Target } from '../../documents/target.js';
import { rcodeWords } from '../../documents/terms/rcode.js';
import { sourcesBeforeDns } from '../../host/nsswitch.js';
import { familyOf } from '../../net/address/address.js';
import { wellKnownResolver } from '../../net/address/scope.js';
import type { Claim, Claims } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { atStart, places, short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { listRuleset } from '../remedies/local.js';
import {
  checkResolver,
  checkSpelling,
  exemptFromRebinding,
  privateNameRemedies,
  vpcResolverAgain,
} from '../remedies/name-service.js';

/** What differs between the ways in which a lookup ends without an address. */
interface Words {
  status: DnsStatus;
  /** Replaces the comparison with `status`. */
  matches?: (doc: DnsDocument) => boolean;
  summary: (host: string, doc: DnsDocument) => string;
  confidence: (doc: DnsDocument, evidence: Evidence) => Confidence;
  remedies: (evidence: Evidence, doc: DnsDocument) => Advice[];
  alternatives: (target: Target) => Alternative[];
}

function statusRule(cause: Cause, words: Words): Rule {
  return rule(cause, { needs: ['dns'], docs: DOCS.vpcDns }, (evidence): Judgement | null => {
    const failed = hostAnswers(evidence)[0];
    if (failed === undefined) return null;
    if (!(words.matches?.(failed.doc) ?? failed.doc.status === words.status)) return null;
    if (words.matches !== isTcpBlocked && isTcpBlocked(failed.doc)) return null;
    // The addresses came from elsewhere, such as the hosts file: the failed lookup does no harm.
    if (addressOutcomes(evidence).length > 0) return null;
    if (cause !== 'dns.alias-dangling' && (danglingOf(failed.doc) !== null || isLoop(failed.doc)))
      return null;
    const { host } = evidence.target;
    return {
      phase: 'resolve',
      confidence: words.confidence(failed.doc, evidence),
      summary: words.summary(short(host, 'the name'), failed.doc),
      evidence: evidenceOf(evidence, failed),
      remedies: words.remedies(evidence, failed.doc),
      alternatives: words.alternatives(evidence.target),
      claims: claimsOf(failed.doc, host),
      check: shellLine(pprobeAgain(evidence.target, { command: 'dns', name: host })),
    };
  });
}

/** The search list can have made another name of the host: what is said holds for both. */
function claimsOf(doc: DnsDocument, host: string): Claims {
  return [{ says: 'unknown-to-programs' }, { says: 'known-nowhere' }, ...serverClaims(doc, host)];
}

function serverClaims(doc: DnsDocument, host: string): Claim[] {
  const names = [...new Set([host, doc.question.name])];
  const { server } = doc;
  // The server did reply, but not with the answer: what is said is about TCP.
  if (doc.truncatedWithoutTcp !== undefined) return [];
  switch (doc.status) {
    case 'timeout':
      return names.flatMap((name) =>
        serversOf(doc).map((each): Claim => ({ says: 'server-silent', server: each, name })),
      );
    case 'unreachable':
      return serversOf(doc).map((each): Claim => ({ says: 'server-unreachable', server: each, name: host }));
    case 'nxdomain':
    case 'no-data':
      return server === null ? [] : names.map((name) => ({ says: 'name-missing', server, name }));
    default:
      return server === null ? [] : names.map((name) => ({ says: 'gives-no-address', server, name }));
  }
}

function evidenceOf(evidence: Evidence, { ref, doc }: Seen<DnsDocument>): EvidenceItem[] {
  const items: EvidenceItem[] = [{ observation: ref, text: howItWent(doc) }];
  if (doc.status === 'timeout' && doc.systemPatience !== undefined) {
    const waits = `programs on this host wait ${duration(doc.systemPatience.totalMs)} before they give up`;
    items.push({ observation: ref, text: `${waits}, by the settings of resolv.conf` });
  }
  const { truncatedWithoutTcp: truncated } = doc;
  if (truncated !== undefined) {
    const over =
      truncated.accepts === true
        ? 'over TCP it accepts the connection and does not reply'
        : truncated.errno
          ? `its TCP port 53 is closed (${truncated.errno})`
          : 'its TCP port 53 does not answer';
    items.push({
      observation: ref,
      text: `the answer of ${truncated.server} over UDP is truncated, and ${over}`,
    });
  }
  for (const { type, rcode, status } of doc.typesFailed ?? [])
    items.push({ observation: ref, text: `the query for ${type} failed: ${rcode ?? status}` });
  const dangling = danglingOf(doc);
  if (dangling !== null || isLoop(doc)) {
    const chain = [doc.question.name, ...doc.chain].map((name) => excerpt(name, 80));
    items.push({ observation: ref, text: `the chain of aliases is ${chain.join(' -> ')}` });
  }
  if (doc.nameserverMissing !== undefined) {
    const { ignored } = doc.nameserverMissing;
    const named =
      ignored.length === 0
        ? ''
        : ` (${list(ignored.map((each) => excerpt(each)))} ${ignored.length === 1 ? 'is' : 'are'} no address)`;
    items.push({
      observation: ref,
      text: `resolv.conf names no nameserver${named}, so programs on this host ask 127.0.0.1`,
    });
  }
  for (const { code, text } of doc.extendedErrors) {
    items.push({
      observation: ref,
      text: `the resolver adds the extended error ${code}${text === '' ? '' : `, ${excerpt(text)}`}`,
    });
  }
  const endpoint = endpointAnswer(evidence);
  if (endpoint !== null) {
    const addresses = addressSet(endpoint.doc.addresses);
    const said =
      addresses.length > 0
        ? `resolves to ${list(addresses)}`
        : `has no address either (${endpoint.doc.status})`;
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
  return `${type.split(',').join(', ')} of ${name} from ${list(serversOf(doc))}${over}: ${said}${meaningOf(doc)}${tried}`;
}

/**
 * The code of the reply says it, for this resolver. For programs on this host it is certain where getaddrinfo(3) finds nothing
 * either, because it can ask other sources before DNS (mdns, resolve: nss-resolve(8), RFC 6762), or where the user names the server.
 * Where one type got no reply, that one may have an address.
 */
function replied({ typesFailed, typesNotAnswered }: DnsDocument, evidence: Evidence): Confidence {
  if (typesFailed !== undefined || typesNotAnswered !== undefined) return 'medium';
  return isAgreed(evidence) ? 'certain' : 'high';
}

/** What getaddrinfo(3) says where it has come to an end and has nothing. */
const NOTHING: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_NODATA',
  'EAI_NONAME',
  'EAI_FAIL',
]);

/**
 * Whether programs find no address either: getaddrinfo(3) says so, nsswitch.conf has nothing before DNS, or the user names the
 * server and asks what that one says.
 */
function isAgreed({ target, vantage, observations: { system } }: Evidence): boolean {
  if (target.given?.servers !== undefined) return true;
  if (system !== undefined) return system.addresses.length === 0 && NOTHING.has(system.errorCode ?? '');
  const sources = vantage.nameService?.sources ?? null;
  return sources !== null && sourcesBeforeDns(sources).length === 0 && !target.host.endsWith('.local');
}

/** One lost datagram does not mean that the resolver is down. */
const repeated = (doc: DnsDocument): Confidence => (doc.attempts.length > 1 ? 'high' : 'medium');

function missing(evidence: Evidence, doc: DnsDocument): Advice[] {
  const api = evidence.target.privateApi;
  return api === null ? checkSpelling(evidence.target, doc) : privateNameRemedies(evidence, api);
}

const otherView = (target: Target): Alternative[] => [
  possible('dns.split-view', `ask another resolver: ${shellLine(vpcResolverAgain(target))}`),
];

function overTcp(target: Target): string {
  return shellLine(pprobeAgain(target, { command: 'dns', name: target.host, options: ['--tcp'] }));
}

/** A server that accepts connections and sends nothing is silent, not blocked. */
const isTcpBlocked = ({ truncatedWithoutTcp: truncated }: DnsDocument): boolean =>
  truncated !== undefined && truncated.accepts !== true;

function timeoutSummary(host: string, doc: DnsDocument): string {
  const { truncatedWithoutTcp: truncated } = doc;
  if (truncated !== undefined)
    return `The answer for ${host} does not fit into UDP, and ${truncated.server} does not reply over TCP.`;
  const servers = serversOf(doc);
  const [first] = servers;
  if (first === undefined) return `No resolver answers the query for ${host}.`;
  return servers.length === 1
    ? `The resolver ${first} does not answer the query for ${host}.`
    : `None of the ${servers.length} resolvers answers the query for ${host}.`;
}

/** No server says anything about the name, because those that reply do not recurse. */
const isLame = ({ status, rcode, notRecursive }: DnsDocument): boolean =>
  status === 'error' && rcode === 'NOERROR' && notRecursive !== undefined;

/** The end of the chain of aliases that does not exist (RFC 6604 section 3), or null. The name asked exists. */
function danglingOf({ danglingAlias, status, chain }: DnsDocument): string | null {
  if (danglingAlias !== undefined) return danglingAlias.target;
  // Reports of earlier versions have the chain alone.
  return status === 'nxdomain' ? (chain.at(-1) ?? null) : null;
}

/** A chain of aliases that leads back to one of its names: every server answers it with NOERROR and without an address. */
const isLoop = ({ aliasLoop }: DnsDocument): boolean => aliasLoop === true;

/** This host itself refused to send every query: its output filter, or a BPF program of the unit (IPAddressDeny of systemd). */
export function isDeniedHere({ status, attempts }: DnsDocument): boolean {
  return (
    status === 'unreachable' &&
    attempts.length > 0 &&
    attempts.every(({ errno }) => errno === 'EPERM' || errno === 'EACCES')
  );
}

export const dnsStatusRules: readonly Rule[] = [
  statusRule('dns.alias-dangling', {
    status: 'nxdomain',
    matches: (doc) => danglingOf(doc) !== null || isLoop(doc),
    summary: (host, doc) =>
      isLoop(doc)
        ? `${atStart(host)} is an alias that leads back to itself, so it has no address.`
        : `${atStart(host)} is an alias of ${short(danglingOf(doc) ?? '', 'a name', 44)}, which ${doc.status === 'nxdomain' ? 'does not exist' : 'has no address'}.`,
    confidence: () => 'high',
    remedies: ({ target }, doc) => [
      isLoop(doc)
        ? {
            text: `Correct the CNAME records of ${list(
              [target.host, ...doc.chain].map((name) => excerpt(name, 80)),
              6,
            )}: one of them must lead to a name with an address`,
            command: pprobeAgain(target, { command: 'dns', name: target.host }),
            docs: DOCS.vpcDns,
          }
        : {
            text: `Correct the CNAME that leads from ${target.host} to ${danglingOf(doc)}, or create that name: what it stood for was deleted, or is in a zone that this resolver does not see`,
            command: pprobeAgain(target, { command: 'dns', name: danglingOf(doc) ?? target.host }),
            docs: DOCS.vpcDns,
          },
    ],
    alternatives: otherView,
  }),
  statusRule('dns.tcp-blocked', {
    status: 'timeout',
    matches: isTcpBlocked,
    summary: (host, { truncatedWithoutTcp: blocked }) =>
      `The answer for ${host} does not fit into UDP, and TCP port 53 of ${blocked?.server ?? 'the resolver'} ${blocked?.errno ? 'is closed' : 'does not answer'}.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'tcp-53')],
    alternatives: () => [],
  }),
  statusRule('dns.not-recursive', {
    status: 'error',
    matches: isLame,
    summary: (host, doc) =>
      doc.notRecursive?.length === 1
        ? `${doc.notRecursive[0]} does not resolve ${host}: it is no recursive resolver.`
        : `${places(doc.notRecursive ?? [])} of nameservers do not resolve ${host}: none is a recursive resolver.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'recursion')],
    alternatives: () => [],
  }),
  statusRule('dns.nxdomain', {
    status: 'nxdomain',
    summary: (host, doc) =>
      `${capital(called(doc))} replies that ${host} does not exist${
        (doc.typesFailed ?? []).length === 0
          ? ''
          : `, but fails for its ${list(
              (doc.typesFailed ?? []).map(({ type }) => type),
              2,
            )} record`
      }.`,
    confidence: replied,
    remedies: missing,
    alternatives: otherView,
  }),
  statusRule('dns.no-data', {
    status: 'no-data',
    summary: (host, doc) =>
      `${capital(called(doc))} has no ${doc.question.type.split(',').join(' or ')} record for ${host}.`,
    confidence: replied,
    remedies: (evidence, doc) => [...missing(evidence, doc), exemptFromRebinding(evidence.target.host, doc)],
    alternatives: otherView,
  }),
  statusRule('dns.servfail', {
    status: 'servfail',
    summary: (host, doc) => `${capital(called(doc))} failed to resolve ${host} (SERVFAIL).`,
    confidence: replied,
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'forwarding')],
    alternatives: otherView,
  }),
  statusRule('dns.refused', {
    status: 'refused',
    matches: (doc) => doc.status === 'refused' || isOtherRcode(doc),
    summary: (host, doc) =>
      isOtherRcode(doc)
        ? `${capital(called(doc))} does not resolve ${host}, but replies ${doc.rcode}.`
        : `${capital(called(doc))} refuses to resolve ${host} for this host.`,
    confidence: replied,
    remedies: (evidence, doc) => [
      checkResolver(evidence.target, doc, isOtherRcode(doc) ? 'speaking' : 'allowed'),
    ],
    alternatives: otherView,
  }),
  statusRule('dns.timeout', {
    status: 'timeout',
    summary: timeoutSummary,
    confidence: repeated,
    remedies: (evidence, doc) => [
      checkResolver(evidence.target, doc, doc.truncatedWithoutTcp === undefined ? 'port-53' : 'over-tcp'),
    ],
    alternatives: (target) => [
      possible('local.firewall', `${shellLine(listRuleset)}, and ${overTcp(target)}`),
    ],
  }),
  statusRule('dns.malformed', {
    status: 'malformed',
    summary: (host, doc) => `What ${called(doc)} replies to the query for ${host} is not a DNS message.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'tcp')],
    alternatives: (target) => [
      possible(
        'policy.proxy',
        `${overTcp(target)}: if this works, UDP replies are forged`,
        'low',
        'something on the path answers instead of the resolver',
      ),
    ],
  }),
  statusRule('dns.unreachable', {
    status: 'unreachable',
    matches: (doc) => doc.status === 'unreachable' && !isDeniedHere(doc),
    summary: (host, doc) => `${capital(called(doc))} cannot be reached, so ${host} cannot be resolved.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'listening')],
    alternatives: () => [possible('route.local', 'ip route get ADDRESS_OF_RESOLVER')],
  }),
];

/** A reply with an rcode that has no status of its own: FORMERR, NOTIMP, NOTAUTH, BADVERS and others. */
function isOtherRcode({ status, rcode }: DnsDocument): boolean {
  return status === 'error' && rcode !== null && rcode !== 'NOERROR';
}

/** `: the server does not support this kind of query`; empty for an rcode without words, and for those with a status of their own. */
function meaningOf(doc: DnsDocument): string {
  const words = isOtherRcode(doc) ? rcodeWords(doc.rcode ?? '') : null;
  return words === null ? '' : `: ${words.replace(` (${doc.rcode})`, '')}`;
}

function called(doc: DnsDocument): string {
  const known = doc.server === null ? null : wellKnown(doc.server);
  return known === null ? resolverOf(doc) : `${known} (${doc.server})`;
}

/** The server in a saved report can be any text. */
function wellKnown(server: string): string | null {
  const [address = ''] = server.split('#', 1);
  return familyOf(address) === null ? null : wellKnownResolver(address);
}
