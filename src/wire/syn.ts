import { randomInt } from 'node:crypto';
import { roundMs } from '../clock.js';
import { SystemCallError } from '../libc/system-call-error.js';
import { encodeSyn } from '../packet/syn.js';
import type { PacketPort } from './packet-port.js';
import type { PortLease } from './port-lease.js';
import { type Flow, type Match, matchIcmp, matchSegment, type SentSyn } from './syn-match.js';
import type { ProbeRequest, Wire, WireListener } from './wire.js';

export interface SynWireOptions {
  source: string;
  address: string;
  family: 4 | 6;
  port: number;
  /** Of the route to the target, octets. */
  mtu: number;
  packets: PacketPort;
  leasePort: () => PortLease;
}

interface Outstanding extends SentSyn {
  sentAtMs: number | null;
}

/**
 * The half-open engine's logic over any packet port: each probe is a SYN of its own source port and its own random
 * sequence number, so that parallel probes cannot collide at the target (of several SYNs on one 5-tuple within a
 * round trip only the first is answered) and both a router's quote and the target's answer name the probe.
 * The answer's RST is the kernel's: no socket is connected on the port.
 */
export function openSynWire(options: SynWireOptions, listener: WireListener): Wire {
  const sent = new Map<number, Outstanding>();
  const leases: PortLease[] = [];
  const flow: Flow = { family: options.family, address: options.address, port: options.port, sent };
  const timestampBase = randomInt(2 ** 32);
  let isClosed = false;

  const byId = new Map<number, Outstanding>();

  function settle(match: Match, from: string, replyTtl: number | null, atMs: number): void {
    if (isClosed) return;
    if (match.result === 'discard') listener.onDiscard(match.reason);
    if (match.result !== 'reply') return;
    const sentAtMs = byId.get(match.reply.id)?.sentAtMs ?? null;
    if (sentAtMs !== null)
      listener.onReply({ ...match.reply, from, replyTtl, rttMs: roundMs(Math.max(0, atMs - sentAtMs)) });
  }

  options.packets.listen({
    onSegment: ({ source, ttl, segment, atMs }) =>
      settle(matchSegment(flow, source, segment), source, ttl, atMs),
    onIcmp: ({ source, ttl, message, atMs }) => settle(matchIcmp(flow, message), source, ttl, atMs),
    onGarbage: () => {
      if (!isClosed) listener.onDiscard('malformed');
    },
  });

  function tryLease(id: number): PortLease | null {
    try {
      const lease = options.leasePort();
      leases.push(lease);
      return lease;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      listener.onSendError(id, error.code);
      return null;
    }
  }

  return {
    method: 'syn',
    source: options.source,
    send({ id, ttl }: ProbeRequest) {
      const lease = tryLease(id);
      if (lease === null) return;
      const probe: Outstanding = { id, sourcePort: lease.port, sequence: randomInt(2 ** 32), sentAtMs: null };
      sent.set(probe.sourcePort, probe);
      byId.set(id, probe);
      const segment = encodeSyn({
        source: options.source,
        destination: options.address,
        sourcePort: probe.sourcePort,
        destinationPort: options.port,
        sequence: probe.sequence,
        mss: Math.min(0xffff, options.mtu - (options.family === 4 ? 40 : 60)),
        timestamp: (timestampBase + id) >>> 0,
      });
      options.packets.send(
        { source: options.source, destination: options.address, ttl, segment },
        (atMs) => {
          probe.sentAtMs = atMs;
        },
        (errno) => {
          if (!isClosed) listener.onSendError(id, errno);
        },
      );
    },
    close() {
      isClosed = true;
      options.packets.close();
      for (const lease of leases) lease.release();
    },
  };
}
