import type { DnsStatus } from '../dns.js';

/** The response codes on which the DNS client's next step depends. */
export const rcodeNumber = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADCOOKIE: 23,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  [0, 'NOERROR'],
  [1, 'FORMERR'],
  [2, 'SERVFAIL'],
  [3, 'NXDOMAIN'],
  [4, 'NOTIMP'],
  [5, 'REFUSED'],
  [6, 'YXDOMAIN'],
  [7, 'YXRRSET'],
  [8, 'NXRRSET'],
  [9, 'NOTAUTH'],
  [10, 'NOTZONE'],
  [11, 'DSOTYPENI'],
  [16, 'BADVERS'],
  [23, 'BADCOOKIE'],
]);

/** The name of an rcode of up to twelve bits (RFC 6895 section 2.3): `SERVFAIL`, or `RCODE24` where it has none. */
export function rcodeName(rcode: number): string {
  return names.get(rcode) ?? `RCODE${rcode}`;
}

/** What a failing rcode makes of a question; null for NOERROR, where the records decide. */
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
