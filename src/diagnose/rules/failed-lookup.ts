import { count, duration, excerpt, list } from '../../core/text.js';
import type { DnsDocument, ExtendedDnsError } from '../../documents/dns.js';
import { addressSet, endpointAnswer, type Seen, serversOf } from '../../documents/observed/dns.js';
import type { Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import { rcodeWords } from '../../documents/terms/rcode.js';
import { sourcesBeforeDns } from '../../host/nsswitch.js';
import type { Claim, Claims } from '../claims.js';
import { unusableReplies } from './unusable-replies.js';

/** What a lookup without an address shows: how it failed, what that claims, and how sure it is. */

/** The search list can have made another name of the host: what is said holds for both. */
export function claimsOf(doc: DnsDocument, host: string): Claims {
  return [{ says: 'unknown-to-programs' }, { says: 'known-nowhere' }, ...serverClaims(doc, host)];
}

function serverClaims(doc: DnsDocument, host: string): Claim[] {
  const names = [...new Set([host, doc.question.name])];
  const { server } = doc;
  // The server did reply, but not with the answer.
  if (doc.truncatedWithoutTcp !== undefined || unusableReplies(doc) !== null) return [];
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

export function evidenceOf(evidence: Evidence, { ref, doc }: Seen<DnsDocument>): EvidenceItem[] {
  const items: EvidenceItem[] = [{ observation: ref, text: howItWent(doc) }];
  const unusable = unusableReplies(doc);
  if (doc.status === 'timeout' && doc.systemPatience !== undefined) {
    const waits = `programs on this host wait ${duration(doc.systemPatience.totalMs)} before they give up`;
    const ended =
      doc.durationMs < doc.systemPatience.totalMs &&
      doc.truncatedWithoutTcp === undefined &&
      unusable === null
        ? `; pprobe waited ${duration(doc.durationMs)}, because nothing showed that a server runs`
        : '';
    items.push({ observation: ref, text: `${waits}, by the settings of resolv.conf${ended}` });
  }
  if (unusable !== null) items.push({ observation: ref, text: unusable.text });
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
  if (dangling !== null || isLoop(doc) || isUnended(doc)) {
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
export function replied({ typesFailed, typesNotAnswered }: DnsDocument, evidence: Evidence): Confidence {
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
export const repeated = (doc: DnsDocument): Confidence => (doc.attempts.length > 1 ? 'high' : 'medium');

/** Blocked, Censored, Filtered (RFC 8914 sections 4.16 to 4.18). */
const FILTER_CODES: ReadonlySet<number> = new Set([15, 16, 17]);

/** That a filter made the answer, where the server says so; otherwise null. */
export function filterReason({ extendedErrors }: DnsDocument): ExtendedDnsError | null {
  return extendedErrors.find(({ code }) => FILTER_CODES.has(code)) ?? null;
}

/** A server that accepts connections and sends nothing is silent, not blocked. */
export const isTcpBlocked = ({ truncatedWithoutTcp: truncated }: DnsDocument): boolean =>
  truncated !== undefined && truncated.accepts !== true;

/** No server says anything about the name, because those that reply do not recurse. */
export const isLame = ({ status, rcode, notRecursive }: DnsDocument): boolean =>
  status === 'error' && rcode === 'NOERROR' && notRecursive !== undefined;

/** The end of the chain of aliases that does not exist (RFC 6604 section 3), or null. The name asked exists. */
export function danglingOf({ danglingAlias, status, chain }: DnsDocument): string | null {
  if (danglingAlias !== undefined) return danglingAlias.target;
  // Reports of earlier versions have the chain alone.
  return status === 'nxdomain' ? (chain.at(-1) ?? null) : null;
}

/** A chain of aliases that leads back to one of its names: every server answers it with NOERROR and without an address. */
export const isLoop = ({ aliasLoop }: DnsDocument): boolean => aliasLoop === true;

/** A chain of aliases that was not followed to its end. */
export const isUnended = ({ aliasUnended }: DnsDocument): boolean => aliasUnended === true;

/** This host itself refused to send every query: its output filter, or a BPF program of the unit (IPAddressDeny of systemd). */
export function isDeniedHere({ status, attempts }: DnsDocument): boolean {
  return (
    status === 'unreachable' &&
    attempts.length > 0 &&
    attempts.every(({ errno }) => errno === 'EPERM' || errno === 'EACCES')
  );
}

/** A reply with an rcode that has no status of its own: FORMERR, NOTIMP, NOTAUTH, BADVERS and others. */
export function isOtherRcode({ status, rcode }: DnsDocument): boolean {
  return status === 'error' && rcode !== null && rcode !== 'NOERROR';
}

/** `: the server does not support this kind of query`; empty for an rcode without words, and for those with a status of their own. */
function meaningOf(doc: DnsDocument): string {
  const words = isOtherRcode(doc) ? rcodeWords(doc.rcode ?? '') : null;
  return words === null ? '' : `: ${words.replace(` (${doc.rcode})`, '')}`;
}
