import type { DnsDocument, DnsStatus, DnsTransport } from '../../documents/dns.js';
import { ownLimitOf, sendErrnoWords } from '../../documents/terms/errno.js';
import { rcodeWords } from '../../documents/terms/rcode.js';
import type { AddressScope } from '../../net/address/scope.js';
import { cleanForTerminal } from './style.js';

/** The scope of an address in words: who can reach it. */
export const scopeWords: Readonly<Record<AddressScope, string>> = {
  public: 'public',
  private: 'private (RFC 1918)',
  shared: 'shared, carrier-grade NAT (RFC 6598)',
  loopback: 'loopback: this host itself',
  'link-local': 'link-local: this link only',
  'unique-local': 'private (IPv6 unique local, RFC 4193)',
  documentation: 'documentation: not routed',
  multicast: 'multicast',
  unspecified: 'unspecified: not the address of any host',
};

/** The meaning of an address's scope for a client that connects to it. */
export const scopeMeanings: Readonly<Record<AddressScope, string>> = {
  public:
    'public: reached over the Internet, if this host has access to it; an interface endpoint has private addresses',
  private: 'private: as expected of an interface endpoint',
  'unique-local': 'private: as expected of an interface endpoint',
  shared:
    'shared: reached inside one network only, such as behind carrier-grade NAT or in a container network',
  loopback: 'loopback: a client that uses this address connects to its own host',
  'link-local': 'link-local: routers do not forward packets to it',
  documentation: 'documentation: an example that was never replaced; nothing answers there',
  unspecified: 'no host has this address: filters often answer with it to block a name',
  multicast: 'multicast: no TCP service answers there',
};

/** The status of an answer in words. */
export const dnsStatusWords: Readonly<Record<DnsStatus, string>> = {
  answered: 'answered',
  'no-data': 'the name exists, but has no record of this type (NODATA)',
  nxdomain: 'there is no such name (NXDOMAIN)',
  servfail: 'the server failed to find an answer (SERVFAIL)',
  refused: 'the server refuses to answer (REFUSED)',
  timeout: 'no answer came in time',
  malformed: 'the reply could not be parsed',
  unreachable: 'no server could be reached',
  error: 'the query could not be sent',
};

/** Why there is no answer, in words, with the rcode or errno. */
export function failureWords(document: DnsDocument): string {
  const { status, rcode, attempts, notRecursive, truncatedWithoutTcp } = document;
  if (truncatedWithoutTcp !== undefined) {
    const server = cleanForTerminal(truncatedWithoutTcp.server);
    const { errno, accepts } = truncatedWithoutTcp;
    const silent = accepts === true ? 'accepts connections and sends no reply' : 'does not answer';
    const how = errno === null ? silent : `fails (${cleanForTerminal(errno)})`;
    return `the answer does not fit into a datagram, and TCP port 53 of ${server} ${how}`;
  }
  if (status === 'error' && rcode === 'NOERROR' && notRecursive !== undefined)
    return 'the server does not resolve this name: it is not recursive, and refers to other servers';
  if (status === 'error' && rcode !== null) {
    return rcodeWords(rcode) ?? `the server answered with an error (${cleanForTerminal(rcode)})`;
  }
  const ended = attempts.filter(({ errno }) => errno !== 'ECANCELED');
  const errno = (ended.findLast((attempt) => attempt.errno !== null) ?? attempts.at(-1))?.errno ?? null;
  if (status === 'error' && errno === 'ECANCELED') return 'interrupted before an answer came';
  if (status === 'error' && errno === 'EOF') return 'the server closed the connection before its reply (EOF)';
  if (status === 'error' && errno !== null && ownLimitOf(errno) !== null)
    return `${dnsStatusWords.error}: ${sendErrnoWords(errno)} (${cleanForTerminal(errno)})`;
  const hasErrno = (status === 'error' || status === 'unreachable') && errno !== null;
  return hasErrno ? `${dnsStatusWords[status]} (${cleanForTerminal(errno)})` : dnsStatusWords[status];
}

export const transportWords: Readonly<Record<DnsTransport, string>> = { udp: 'UDP', tcp: 'TCP' };
