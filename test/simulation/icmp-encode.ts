import { addressToBytes } from '../../src/net/packet/address-bytes.js';
import { internetChecksum, pseudoHeader } from '../../src/net/packet/checksum.js';
import type { MplsEntry } from '../../src/net/packet/icmp-extensions.js';
import { protocolNumber } from '../../src/net/packet/ip.js';

export interface IcmpErrorFields {
  type: number;
  code: number;
  /** The original packet, as far as the sender quotes it. */
  quote: Uint8Array;
  mtu?: number;
  mpls?: readonly MplsEntry[];
}

/** An ICMPv4 error (RFC 792), with a label stack (RFC 4884, RFC 4950) when `mpls` has entries. */
export function encodeIcmpv4(fields: IcmpErrorFields): Buffer {
  const { message, quoteLength } = layOut(fields, 4);
  message[5] = quoteLength / 4;
  if (fields.mtu !== undefined) message.writeUInt16BE(fields.mtu, 6);
  message.writeUInt16BE(internetChecksum(message), 2);
  return message;
}

/** An ICMPv6 error (RFC 4443) between the two addresses its checksum covers. */
export function encodeIcmpv6(fields: IcmpErrorFields & { source: string; destination: string }): Buffer {
  const { message, quoteLength } = layOut(fields, 6);
  if (fields.mtu === undefined) message[4] = quoteLength / 8;
  else message.writeUInt32BE(fields.mtu, 4);
  const source = addressToBytes(fields.source);
  const destination = addressToBytes(fields.destination);
  const pseudo = pseudoHeader(source, destination, protocolNumber.icmpv6, message.length);
  message.writeUInt16BE(internetChecksum(pseudo, message), 2);
  return message;
}

function layOut(fields: IcmpErrorFields, family: 4 | 6): { message: Buffer; quoteLength: number } {
  const { mpls = [] } = fields;
  const hasStack = mpls.length > 0;
  // RFC 4884 section 4: with extensions the quote is padded to at least 128 octets, in whole words.
  const quote = hasStack ? padded(fields.quote, family === 4 ? 4 : 8) : fields.quote;
  const extensions = hasStack ? encodeLabelStack(mpls) : new Uint8Array();
  const message = Buffer.concat([
    Buffer.from([fields.type, fields.code, 0, 0, 0, 0, 0, 0]),
    quote,
    extensions,
  ]);
  return { message, quoteLength: hasStack ? quote.length : 0 };
}

function padded(quote: Uint8Array, word: number): Buffer {
  const buffer = Buffer.alloc(Math.max(128, Math.ceil(quote.length / word) * word));
  buffer.set(quote);
  return buffer;
}

function encodeLabelStack(entries: readonly MplsEntry[]): Buffer {
  const structure = Buffer.alloc(8 + entries.length * 4);
  structure[0] = 0x20;
  structure.writeUInt16BE(4 + entries.length * 4, 4);
  structure.set([1, 1], 6);
  entries.forEach(({ label, tc, bottom, ttl }, index) => {
    structure.writeUInt32BE(((label << 12) | (tc << 9) | (bottom ? 0x100 : 0) | ttl) >>> 0, 8 + index * 4);
  });
  structure.writeUInt16BE(internetChecksum(structure), 2);
  return structure;
}
