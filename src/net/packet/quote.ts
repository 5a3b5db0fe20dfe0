import { decodeIpv4, decodeIpv6, protocolNumber } from './ip.js';

/** What an ICMP error's quote tells of the TCP segment it is about. */
export interface QuotedSegment {
  source: string;
  destination: string;
  /** As the quoting router saw it: 1 where it decremented to 0, other values betray a box that rewrites TTLs. */
  ttl: number;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
}

/**
 * Reads the TCP segment quoted by an ICMP error. RFC 792 promises no more than the IP header and eight octets, which
 * are the ports and the sequence number, so nothing behind them is looked at. null when the quote is too short, is a
 * later fragment or is not TCP.
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
