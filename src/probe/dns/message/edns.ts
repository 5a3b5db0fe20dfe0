import { randomBytes } from 'node:crypto';

/** What to ask a server for in the OPT record, besides its extended errors, which come unasked. */
export interface EdnsRequest {
  /** The server's name for itself (RFC 5001). */
  nsid: boolean;
  /** A cookie (RFC 7873): the client's eight octets, and the server's own where it has given one; null for none. */
  cookie: Cookie | null;
}

export interface Cookie {
  client: Buffer;
  server: Buffer;
}

/** An option of an OPT record (RFC 6891 section 6.1.2). */
export interface EdnsOption {
  code: number;
  data: Buffer;
}

export const optionCode = { NSID: 3, COOKIE: 10, EDE: 15 } as const;

const clientCookieOctets = 8;

/** A cookie as it is before a server has seen it. */
export function newCookie(): Cookie {
  return { client: randomBytes(clientCookieOctets), server: Buffer.alloc(0) };
}

/** The options that a request puts into a query. */
export function optionsFor({ nsid, cookie }: EdnsRequest): EdnsOption[] {
  return [
    ...(nsid ? [{ code: optionCode.NSID, data: Buffer.alloc(0) }] : []),
    ...(cookie === null
      ? []
      : [{ code: optionCode.COOKIE, data: Buffer.concat([cookie.client, cookie.server]) }]),
  ];
}

/** The options of an OPT record's data, in order. They must have been walked: frameMessage refuses those that overrun. */
export function readOptions(data: Buffer): EdnsOption[] {
  const options: EdnsOption[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const end = at + 4 + data.readUInt16BE(at + 2);
    options.push({ code: data.readUInt16BE(at), data: data.subarray(at + 4, end) });
    at = end;
  }
  return options;
}

/** The name a server gives itself, as text where it is some, else in hexadecimal digits; null without the option. */
export function readNsid(options: readonly EdnsOption[]): string | null {
  const data = options.find(({ code }) => code === optionCode.NSID)?.data;
  if (data === undefined) return null;
  const text = data.toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? text : `0x${data.toString('hex')}`;
}

/** The cookie of a reply; null without one, or with one that is no cookie: 8 octets, then none or 8 to 32. */
export function readCookie(options: readonly EdnsOption[]): Cookie | null {
  const data = options.find(({ code }) => code === optionCode.COOKIE)?.data;
  if (data === undefined) return null;
  const rest = data.length - clientCookieOctets;
  if (rest < 0 || rest > 32 || (rest > 0 && rest < 8)) return null;
  // A copy: the message's octets are gone when the next one has come.
  const cookie = Buffer.from(data);
  return { client: cookie.subarray(0, clientCookieOctets), server: cookie.subarray(clientCookieOctets) };
}
