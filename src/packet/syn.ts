import { encodeTcp, tcpFlag } from './tcp.js';

export interface SynFields {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  /** Maximum segment size to offer: the route's MTU less 40 (IPv4) or 60 (IPv6). */
  mss: number;
  /** TSval of RFC 7323, 32 bits. */
  timestamp: number;
}

/**
 * A SYN like those of Linux's connect(): MSS, SACK permitted, timestamps, window scale 7, window 64240. Firewalls drop
 * SYNs without an MSS and treat small windows as scanners, so a probe that looks like real traffic is the one that
 * measures what real traffic meets.
 */
export function encodeSyn(fields: SynFields): Buffer {
  const options = Buffer.alloc(20);
  options.set([2, 4], 0);
  options.writeUInt16BE(fields.mss, 2);
  options.set([4, 2, 8, 10], 4);
  options.writeUInt32BE(fields.timestamp >>> 0, 8);
  options.set([1, 3, 3, 7], 16);
  return encodeTcp({ ...fields, flags: tcpFlag.syn, window: 64240, options });
}
