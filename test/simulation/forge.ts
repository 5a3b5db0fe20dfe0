import { protocolNumber } from '../../src/net/packet/ip.js';
import { encodeTcp, type SegmentFields, tcpFlag } from '../../src/net/packet/tcp.js';
import { encodeIcmpv4, encodeIcmpv6 } from './icmp-encode.js';
import { enclose, type PassingSyn } from './passing-syn.js';
import type { Forgery } from './path.js';

/** Senders of forged ICMP errors. */
const forgers = { 4: '192.0.2.66', 6: '2001:db8:66::66' };

/**
 * A forged answer to a SYN from a sender who cannot see it: everything but the sequence number is right, or the packet is
 * malformed.
 */
export function forge(kind: Forgery, syn: PassingSyn): Buffer {
  const { header } = syn;
  const rstAck = tcpFlag.rst | tcpFlag.ack;
  switch (kind) {
    case 'reset-wrong-acknowledgment':
      return segment(syn, { flags: rstAck });
    case 'syn-ack-wrong-acknowledgment':
      return segment(syn, { flags: tcpFlag.syn | tcpFlag.ack });
    case 'bare-ack':
      return segment(syn, { acknowledgment: (header.sequence + 1) >>> 0, flags: tcpFlag.ack });
    case 'truncated-tcp':
      return segment(syn, { flags: rstAck }, 13);
    case 'time-exceeded-wrong-sequence':
      return timeExceeded(syn, [[4, (header.sequence >>> 24) ^ 0xff]]);
    case 'time-exceeded-foreign-flow':
      return timeExceeded(syn, [
        [0, (header.sourcePort >>> 8) ^ 0x55],
        [4, (header.sequence >>> 24) ^ 0xff],
      ]);
    case 'time-exceeded-bad-checksum':
      return timeExceeded(syn, [], (message) => {
        message[2] = (message[2] ?? 0) ^ 0xff;
        return message;
      });
    case 'truncated-icmp':
      return timeExceeded(syn, [], (message) => message.subarray(0, 6));
  }
}

function segment(
  { source, destination, header }: PassingSyn,
  fields: Pick<SegmentFields, 'flags'> & Partial<SegmentFields>,
  octets?: number,
): Buffer {
  const ends = { source: destination, destination: source };
  const answer = encodeTcp({
    ...ends,
    sourcePort: header.destinationPort,
    destinationPort: header.sourcePort,
    sequence: 1,
    acknowledgment: (header.sequence + 2) >>> 0,
    window: 0,
    ...fields,
  });
  return enclose({ ...ends, protocol: protocolNumber.tcp, ttl: 50 }, answer.subarray(0, octets));
}

/** A Time Exceeded with some octets of the quoted TCP header changed, and optionally other changes. */
function timeExceeded(
  { family, source, packet, headerLength }: PassingSyn,
  changes: [at: number, value: number][],
  spoil: (message: Buffer) => Buffer = (message) => message,
): Buffer {
  const quote = Buffer.from(packet);
  for (const [at, value] of changes) quote[headerLength + at] = value;
  const ends = { source: forgers[family], destination: source };
  const message =
    family === 4
      ? encodeIcmpv4({ type: 11, code: 0, quote })
      : encodeIcmpv6({ type: 3, code: 0, quote, ...ends });
  const protocol = family === 4 ? protocolNumber.icmp : protocolNumber.icmpv6;
  return enclose({ ...ends, protocol, ttl: 50 }, spoil(message));
}
