/** Octets of a message's header (RFC 1035 section 4.1.1). */
export const headerLength = 12;

/** IN, the one class that names of networks have. */
export const classIn = 1;

/** The record types that mean something to the client itself, not only to its reader. */
export const typeNumber = { A: 1, CNAME: 5, SOA: 6, AAAA: 28, OPT: 41, ANY: 255 } as const;

/** The response codes that decide what the client does next. */
export const rcodeNumber = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADCOOKIE: 23,
} as const;
