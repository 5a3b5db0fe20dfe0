import { decodeIpv4, decodeIpv6, protocolNumber } from './ip.js';

/** The TCP segment that an ICMP error quotes. */
export interface QuotedSegment {
  source: string;
  destination: string;
  /** As the router quoted it: 1 where it decremented the TTL to 0; other values come from devices that rewrite TTLs. */
  ttl: number;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
}

/**
 * Decodes the TCP segment quoted by an ICMP error. RFC 792 guarantees only the IP header and eight octets, which are the
 * ports and the sequence number, so nothing after them is read. null when the quote is too short, is not TCP, or is a
 * fragment other than the first.
 */
export function decodeQuote(quote: Uint8Array): QuotedSegment | null {
  const version = (quote[0] ?? 0) >> 4;
  const ip = version === 4 ? readV4(quote) : version === 6 ? readV6(quote) : null;
  if (ip === null || ip.protocol !== protocolNumber.tcp || quote.length < ip.headerLength + 8) return null;
  const view = Buffer.from(quote.buffer, quote.byteOffset + ip.headerLength, 8);
  return {
    source: ip.source,
    destination: ip.destination,
    ttl: ip.ttl,
    sourcePort: view.readUInt16BE(0),
    destinationPort: view.readUInt16BE(2),
    sequence: view.readUInt32BE(4),
  };
}

function readV4(quote: Uint8Array) {
  const header = decodeIpv4(quote);
  return header === null || header.fragmentOffset !== 0 ? null : header;
}

function readV6(quote: Uint8Array) {
  const header = decodeIpv6(quote);
  return header === null ? null : { ...header, ttl: header.hopLimit };
}
