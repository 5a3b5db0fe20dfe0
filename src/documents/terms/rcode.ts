import type { DnsStatus } from '../dns.js';

/** The response codes with a name (RFC 6895 section 2.3, RFC 7873 section 8). */
export const rcodeNumber = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  DSOTYPENI: 11,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(rcodeNumber).map(([name, number]) => [number, name]),
);

/** The name of an rcode of up to twelve bits: `SERVFAIL`; `RCODE24` for a number without a name. */
export function rcodeName(rcode: number): string {
  return names.get(rcode) ?? `RCODE${rcode}`;
}

/** The status of a lookup that ended with an rcode; null for NOERROR, where the records decide. */
export function statusOfRcode(rcode: number): DnsStatus | null {
  switch (rcode) {
    case rcodeNumber.NOERROR:
      return null;
    case rcodeNumber.SERVFAIL:
      return 'servfail';
    case rcodeNumber.NXDOMAIN:
      return 'nxdomain';
    case rcodeNumber.REFUSED:
      return 'refused';
    default:
      return 'error';
  }
}

const words: Readonly<Record<string, string>> = {
  FORMERR: 'the server could not parse the query (FORMERR)',
  NOTIMP: 'the server does not support this kind of query (NOTIMP)',
  NOTAUTH: 'the server is not authoritative for this name (NOTAUTH)',
  BADVERS: 'the server does not support this version of EDNS (BADVERS)',
  BADCOOKIE: 'the server does not accept the cookie (BADCOOKIE)',
};

/** The rcode of a server that does not understand or accept the query, in words; null for any other rcode. */
export function rcodeWords(rcode: string): string | null {
  return Object.hasOwn(words, rcode) ? (words[rcode] ?? null) : null;
}
