import { duration } from '../../core/text.js';
import {
  type DnsAttempt,
  type DnsDocument,
  type DnsStatus,
  type DnsTransport,
  replyTimeMs,
} from '../../documents/dns.js';
import type { AddressScope } from '../../net/address/scope.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { wrap } from './wrap.js';

/** What an address's scope means, in words: who can reach it. */
export const scopeWords: Readonly<Record<AddressScope, string>> = {
  public: 'public',
  private: 'private (RFC 1918)',
  shared: 'shared, carrier-grade NAT (RFC 6598)',
  loopback: 'loopback: this host itself',
  'link-local': 'link-local: this link only',
  'unique-local': 'private (IPv6 unique local, RFC 4193)',
  documentation: 'documentation: routed nowhere',
  multicast: 'multicast',
  unspecified: 'unspecified: no host has it',
};

/** How a question ended, in words. */
export const dnsStatusWords: Readonly<Record<DnsStatus, string>> = {
  answered: 'answered',
  'no-data': 'the name exists, but has no record of this type (NODATA)',
  nxdomain: 'there is no such name (NXDOMAIN)',
  servfail: 'the server could not find out (SERVFAIL)',
  refused: 'the server refuses to answer (REFUSED)',
  timeout: 'no answer came in time',
  malformed: 'the reply could not be read',
  unreachable: 'no server could be reached',
  error: 'the question could not be asked',
};

/** What a server's own error code says of the question, in words; others by their names alone. */
const rcodeWords: Readonly<Record<string, string>> = {
  FORMERR: 'the server could not read the question (FORMERR)',
  NOTIMP: 'the server does not do this kind of question (NOTIMP)',
  NOTAUTH: 'the server is not in charge of this name (NOTAUTH)',
  BADVERS: 'the server knows no EDNS of our version (BADVERS)',
  BADCOOKIE: 'the server does not take our cookie (BADCOOKIE)',
};

/** Why there is no answer, in words, with the code that says it to whoever knows the codes. */
export function failureWords({ status, rcode, attempts }: DnsDocument): string {
  if (status === 'error' && rcode !== null) {
    return rcodeWords[rcode] ?? `the server answered with an error (${cleanForTerminal(rcode)})`;
  }
  const errno = attempts.findLast((attempt) => attempt.errno !== null)?.errno ?? null;
  if (status === 'error' && errno === 'ECANCELED') return 'interrupted before an answer came';
  if (status === 'error' && errno === 'EOF') return 'the server closed the connection before its reply (EOF)';
  const isTold = (status === 'error' || status === 'unreachable') && errno !== null;
  return isTold ? `${dnsStatusWords[status]} (${cleanForTerminal(errno)})` : dnsStatusWords[status];
}

export const transportWords: Readonly<Record<DnsTransport, string>> = { udp: 'UDP', tcp: 'TCP' };

const meanings: Readonly<Partial<Record<AddressScope, string>>> = {
  public:
    'public: reached over the Internet, where this host has a way there; an interface endpoint is private',
  private: 'private: as it should be for an interface endpoint',
  'unique-local': 'private: as it should be for an interface endpoint',
  shared: 'shared: reached inside one network alone, as behind carrier-grade NAT or in a container network',
  loopback: 'loopback: whoever is given this talks to itself',
  'link-local': 'link-local: no router passes it on',
  documentation: 'documentation: an example that was never replaced; nothing answers there',
  unspecified: 'no host has it: often how a filter says that a name is blocked',
  multicast: 'multicast: no TCP service answers there',
};

/** What an address's scope means for whoever wants to reach it. */
export function scopeMeaning(scope: AddressScope): string | null {
  return meanings[scope] ?? null;
}

/** What the answering server is, in a sentence; null where its address says nothing. */
export function roleWords({ server, resolver }: DnsDocument): string | null {
  const address = cleanForTerminal(server ?? '');
  switch (resolver?.role) {
    case 'vpc-resolver':
      return `${address} is the VPC resolver`;
    case 'base-plus-two':
      return `${address} is at base plus two of this host's network: in a VPC, that is its resolver`;
    case 'local-stub': {
      const upstreams = resolver.upstreams.map(cleanForTerminal).join(', ');
      const asks = upstreams === '' ? '' : `, which asks ${upstreams}; --server asks one of them directly`;
      return `${address} is the local stub of systemd-resolved${asks}`;
    }
    default:
      return null;
  }
}

/**
 * What made the answer late: servers that were asked before the one that decided, and queries that were lost. Behind a
 * dead first nameserver every program on the host is slow, and nothing else says why.
 */
export function silentServers(document: DnsDocument, style: Style): string[] {
  const { server, attempts, allServers, systemPatience } = document;
  // Of many servers asked at the same time each has its line.
  if (allServers !== undefined) return [];
  const others = [...new Set(attempts.map((attempt) => attempt.server))].filter((each) => each !== server);
  const isDecided = replyTimeMs(document) !== null;
  const lines = others.flatMap((other) => passedOver(other, attempts, isDecided, systemPatience));
  const lost = attempts.filter((attempt) => attempt.server === server && attempt.outcome === 'timeout');
  if (document.status === 'timeout') {
    if (systemPatience !== undefined)
      lines.push(`programs on this host wait ${duration(systemPatience.totalMs)} before they give up`);
  } else if (lost.length > 0 && server !== null) {
    const queries = lost.length === 1 ? '1 query' : `${lost.length} queries`;
    lines.push(`${cleanForTerminal(server)} did not answer ${queries} that had to be asked again`);
  }
  return lines.map((line) => wrap(paint(style, 'warn', line), style.columns, 4, 2));
}

function passedOver(
  server: string,
  attempts: readonly DnsAttempt[],
  isDecided: boolean,
  patience: DnsDocument['systemPatience'],
): string[] {
  const last = attempts.findLast((attempt) => attempt.server === server);
  const failed = last === undefined ? null : failure(last);
  if (last === undefined || failed === null) return [];
  const said = `${cleanForTerminal(server)}, asked ${isDecided ? 'before' : 'as well'}, ${failed}`;
  const isSlow = isDecided && last.outcome === 'timeout' && patience !== undefined;
  return [
    isSlow ? `${said}: programs on this host wait ${duration(patience.firstMs)} for it each time` : said,
  ];
}

/** null where it said something that settles a question. */
function failure({ outcome, rcode, errno }: DnsAttempt): string | null {
  const code = rcode ?? errno;
  const told = code === null ? '' : ` (${cleanForTerminal(code)})`;
  switch (outcome) {
    case 'timeout':
      return 'did not answer';
    case 'unreachable':
      return `could not be reached${told}`;
    case 'refused':
      return `refuses to answer${told}`;
    case 'malformed':
      return 'sent what cannot be read';
    case 'servfail':
    case 'error':
      return `did not settle it${told}`;
    default:
      return null;
  }
}
