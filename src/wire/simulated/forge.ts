import { encodeIcmpv4 } from '../../packet/icmp-encode.js';
import { encodeTcp, type TcpHeader, tcpFlag } from '../../packet/tcp.js';
import type { Forgery, SimulatedPath } from './path.js';

/**
 * A packet that wants to be taken for the answer to a SYN by someone who cannot see it: all but the sequence number
 * is guessed right, or the packet is broken.
 */
export function forge(
  kind: Forgery,
  original: Buffer,
  syn: TcpHeader,
  path: SimulatedPath,
): { icmp?: Buffer; segment?: Buffer } {
  const answer = {
    source: path.target,
    destination: path.client,
    sourcePort: path.port,
    destinationPort: syn.sourcePort,
    sequence: 1,
    acknowledgment: (syn.sequence + 2) >>> 0,
    window: 0,
  };
  switch (kind) {
    case 'reset-wrong-acknowledgment':
      return { segment: encodeTcp({ ...answer, flags: tcpFlag.rst | tcpFlag.ack }) };
    case 'syn-ack-wrong-acknowledgment':
      return { segment: encodeTcp({ ...answer, flags: tcpFlag.syn | tcpFlag.ack }) };
    case 'bare-ack':
      return {
        segment: encodeTcp({ ...answer, acknowledgment: (syn.sequence + 1) >>> 0, flags: tcpFlag.ack }),
      };
    case 'truncated-tcp':
      return { segment: encodeTcp({ ...answer, flags: tcpFlag.rst | tcpFlag.ack }).subarray(0, 13) };
    case 'time-exceeded-wrong-sequence':
      return { icmp: timeExceeded(withByte(original, 24, (original[24] ?? 0) ^ 0xff)) };
    case 'time-exceeded-foreign-flow':
      return { icmp: timeExceeded(withByte(withByte(original, 20, (original[20] ?? 0) ^ 0x55), 24, 0)) };
    case 'time-exceeded-bad-checksum': {
      const message = timeExceeded(original);
      return { icmp: withByte(message, 2, (message[2] ?? 0) ^ 0xff) };
    }
    case 'truncated-icmp':
      return { icmp: timeExceeded(original).subarray(0, 6) };
  }
}

function timeExceeded(quote: Buffer): Buffer {
  return encodeIcmpv4({ type: 11, code: 0, quote });
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}
