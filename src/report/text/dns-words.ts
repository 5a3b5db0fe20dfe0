import type { AddressScope } from '../../address/scope.js';
import type { DnsStatus, DnsTransport } from '../../probe/dns/types.js';

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

export const transportWords: Readonly<Record<DnsTransport, string>> = { udp: 'UDP', tcp: 'TCP' };
