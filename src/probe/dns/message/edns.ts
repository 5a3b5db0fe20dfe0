import { randomOctets } from '../../../core/random.js';

/** What a query requests in its OPT record. Servers send extended errors without a request. */
export interface EdnsRequest {
  /** The server's identifier (RFC 5001). */
  nsid: boolean;
  /** The cookie to send (RFC 7873); null for none. */
  cookie: Cookie | null;
}

export interface Cookie {
  /** Eight octets. */
  client: Buffer;
  /** 8 to 32 octets; empty before the server has sent its part. */
  server: Buffer;
}

/** An option of an OPT record (RFC 6891 section 6.1.2). */
export interface EdnsOption {
  code: number;
  data: Buffer;
}

export const optionCode = { NSID: 3, COOKIE: 10, EDE: 15 } as const;

const clientCookieOctets = 8;

/** A new client cookie, without a server's part. */
export function newCookie(): Cookie {
  return { client: randomOctets(clientCookieOctets), server: Buffer.alloc(0) };
}

/** The options of a query's OPT record. */
export function optionsFor({ nsid, cookie }: EdnsRequest): EdnsOption[] {
  return [
    ...(nsid ? [{ code: optionCode.NSID, data: Buffer.alloc(0) }] : []),
    ...(cookie === null
      ? []
      : [{ code: optionCode.COOKIE, data: Buffer.concat([cookie.client, cookie.server]) }]),
  ];
}

/** Reads the options in an OPT record's data, in order. frameMessage has checked their lengths. */
export function readOptions(data: Buffer): EdnsOption[] {
  const options: EdnsOption[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const end = at + 4 + data.readUInt16BE(at + 2);
    options.push({ code: data.readUInt16BE(at), data: data.subarray(at + 4, end) });
    at = end;
  }
  return options;
}

/** Reads the server's identifier: text if it is printable ASCII, otherwise hexadecimal digits; null without the option. */
export function readNsid(options: readonly EdnsOption[]): string | null {
  const data = options.find(({ code }) => code === optionCode.NSID)?.data;
  if (data === undefined) return null;
  const text = data.toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? text : `0x${data.toString('hex')}`;
}

/** Reads the cookie of a reply; null without the option, or if its length is invalid: 8 octets, then 0 or 8 to 32. */
export function readCookie(options: readonly EdnsOption[]): Cookie | null {
  const data = options.find(({ code }) => code === optionCode.COOKIE)?.data;
  if (data === undefined) return null;
  const rest = data.length - clientCookieOctets;
  if (rest < 0 || rest > 32 || (rest > 0 && rest < 8)) return null;
  // A copy: the message's buffer is reused for the next datagram.
  const cookie = Buffer.from(data);
  return { client: cookie.subarray(0, clientCookieOctets), server: cookie.subarray(clientCookieOctets) };
}
