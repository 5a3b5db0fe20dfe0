import { Socket } from 'node:net';
import { familyOf } from '../../address/family.js';
import { elapsedMs, nowMs } from '../../clock.js';
import type { Limits } from '../../give-up.js';
import type { Connection } from '../tls/handshake.js';
import { type ConnectPlace, connectPrepared } from './connect-prepared.js';

/**
 * What every path carries, less the headers of IP and TCP: 576 octets over IPv4, which every host takes (RFC 791), and
 * 1280 over IPv6 (RFC 8200 section 5).
 */
export function smallSegment(address: string): number {
  return familyOf(address) === 6 ? 1220 : 536;
}

/**
 * A connection on which both sides send segments of at most `smallSegment` octets: the SYN says so to the peer
 * (RFC 9293 section 3.7.1). null when it does not open. The caller closes it.
 *
 * @throws CapabilityError where libc cannot be called; the reason of `limits.signal`.
 */
export async function connectSmall(place: ConnectPlace, limits: Limits): Promise<Connection | null> {
  const startMs = nowMs();
  const socket = await connectPrepared(place, limits, (each) =>
    each.limitSegments(smallSegment(place.address)),
  );
  if (socket === null) return null;
  const connectMs = elapsedMs(startMs);
  return { socket: new Socket({ fd: socket.release() }), connectMs };
}
