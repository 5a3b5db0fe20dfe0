import type { PacketPort } from './packet-port.js';
import type { PortPool } from './port-pool.js';
import { type Flow, type Match, matchIcmp, matchSegment, type Sent, type SentSyn } from './syn-match.js';
import type { DiscardReason } from './wire.js';

/** One trace, as the hub sees it. */
export interface HubFlow extends Flow {
  ourPorts: Set<number>;
  onMatch(match: Extract<Match<HubFlow>, { result: 'reply' }>, arrival: Arrival): void;
  onDiscard(reason: DiscardReason): void;
}

export interface Arrival {
  source: string;
  ttl: number | null;
  /** The packet port's clock, milliseconds. */
  atMs: number;
}

/**
 * One pair of raw sockets for all traces of a family. Every raw socket is given every packet, so a pair for each of a
 * thousand traces would read each packet a thousand times; here it is read once and goes to the trace it names.
 */
export class SynHub {
  readonly packets: PacketPort;
  readonly #ports: PortPool;
  readonly #sent: Sent<HubFlow>;
  readonly #bySequence = new Map<number, SentSyn<HubFlow>>();
  /** By target address: rarely more than one flow. */
  readonly #flows = new Map<string, Set<HubFlow>>();

  constructor(family: 4 | 6, packets: PacketPort, ports: PortPool) {
    this.packets = packets;
    this.#ports = ports;
    this.#sent = {
      family,
      bySequence: (sequence) => this.#bySequence.get(sequence),
      flowTo: (address, port, ourPort) => this.#flowTo(address, port, ourPort),
    };
    packets.listen({
      onSegment: ({ segment, ...arrival }) =>
        this.#tell(matchSegment(this.#sent, arrival.source, segment), arrival),
      onIcmp: ({ message, ...arrival }) => this.#tell(matchIcmp(this.#sent, message), arrival),
      onGarbage: () => this.#discard(null, 'malformed'),
    });
  }

  add(flow: HubFlow): void {
    const flows = this.#flows.get(flow.address) ?? new Set();
    this.#flows.set(flow.address, flows.add(flow));
  }

  /** Forgets the flow and its probes: what still comes for them is nobody's. */
  remove(flow: HubFlow, probes: Iterable<SentSyn<HubFlow>>): void {
    for (const { sequence } of probes) this.#bySequence.delete(sequence);
    const flows = this.#flows.get(flow.address);
    flows?.delete(flow);
    if (flows?.size === 0) this.#flows.delete(flow.address);
  }

  /** A port that no trace to this target has. Throws SystemCallError when there is none. */
  leasePort(flow: HubFlow): number {
    const used = new Set<number>();
    for (const other of this.#flows.get(flow.address) ?? []) {
      for (const port of other.ourPorts) used.add(port);
    }
    const port = this.#ports.lease(used);
    flow.ourPorts.add(port);
    return port;
  }

  /** Must come before the packet is sent. */
  expect(probe: SentSyn<HubFlow>): void {
    this.#bySequence.set(probe.sequence, probe);
  }

  isTaken(sequence: number): boolean {
    return this.#bySequence.has(sequence);
  }

  close(): void {
    this.packets.close();
    this.#ports.close();
  }

  #flowTo(address: string, port: number | null, ourPort: number | null): HubFlow | undefined {
    let found: HubFlow | undefined;
    for (const flow of this.#flows.get(address) ?? []) {
      if (port !== null && flow.port !== port) continue;
      if (ourPort !== null && flow.ourPorts.has(ourPort)) return flow;
      found ??= flow;
    }
    return found;
  }

  #tell(match: Match<HubFlow>, arrival: Arrival): void {
    if (match.result === 'reply') match.probe.flow.onMatch(match, arrival);
    else if (match.result === 'discard') this.#discard(match.flow, match.reason);
  }

  #discard(flow: HubFlow | null, reason: DiscardReason): void {
    const told = flow === null ? [...this.#flows.values()].flatMap((flows) => [...flows]) : [flow];
    for (const each of told) each.onDiscard(reason);
  }
}
