import type { Clock } from '../../clock.js';
import { encodeIcmpv4, encodeIcmpv6 } from '../../packet/icmp-encode.js';
import { encodeIpv4, protocolNumber } from '../../packet/ipv4.js';
import { encodeIpv6 } from '../../packet/ipv6.js';
import { decodeTcp, encodeTcp, type TcpHeader, tcpFlag } from '../../packet/tcp.js';
import type { OutgoingSegment, PacketListener, PacketPort } from '../packet-port.js';
import { forge } from './forge.js';
import type { SimulatedHop, SimulatedPath } from './path.js';

/**
 * A path of routers as a packet port: real bytes in, real bytes out, on the given clock. Everything above it, from
 * the SYN's checksum to the matching of quotes, is the code that runs on raw sockets.
 */
export class SimulatedNetwork implements PacketPort {
  readonly #path: SimulatedPath;
  readonly #clock: Clock;
  readonly #family: 4 | 6;
  /** How many packets have come to each hop, the target last: what loss patterns count by. */
  readonly #arrived = new Map<SimulatedHop | 'target', number>();
  #listener: PacketListener | null = null;
  /** SYNs sent, for tests that count packets. */
  sent = 0;

  constructor(path: SimulatedPath, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#family = path.target.includes(':') ? 6 : 4;
  }

  listen(listener: PacketListener): void {
    this.#listener = listener;
  }

  /** Packets arrive when the clock says so; none waits anywhere. */
  receive(): void {}

  close(): void {
    this.#listener = null;
  }

  send(outgoing: OutgoingSegment, onSent: (atMs: number) => void): void {
    onSent(this.#clock.now());
    this.sent += 1;
    const header = decodeTcp(outgoing.segment);
    if (header === null) return;
    for (const kind of this.#path.forgeries ?? []) this.#deliverForgery(kind, outgoing, header);
    this.#travel(outgoing, header);
  }

  #travel(outgoing: OutgoingSegment, header: TcpHeader): void {
    let { destination } = outgoing;
    for (const [index, hop] of this.#path.hops.entries()) {
      if (hop.drops === true) return;
      const error = hop.rejects ?? (outgoing.ttl === index + 1 ? this.#timeExceeded : null);
      if (error !== null) {
        this.#answerIcmp(hop, error, { ...outgoing, destination }, header);
        return;
      }
      destination = hop.translatesTo ?? destination;
    }
    this.#answerTcp(header);
  }

  get #timeExceeded(): { type: number; code: number } {
    return { type: this.#family === 4 ? 11 : 3, code: 0 };
  }

  #answerIcmp(
    hop: SimulatedHop,
    error: { type: number; code: number; mtu?: number },
    original: OutgoingSegment,
    header: TcpHeader,
  ): void {
    const count = this.#arrived.get(hop) ?? 0;
    if (this.#isLost(hop, hop.loses) || hop.address === null) return;
    const some = hop.rejectsSome;
    const said = some?.probes.includes(count) ? { type: some.type, code: some.code } : error;
    const routers = [hop.address, ...(hop.siblings ?? [])];
    const source = routers[header.sourcePort % routers.length] ?? hop.address;
    // A router quotes the packet as it had it: TTL down to 1, destination as rewritten so far.
    const quote = this.#ipPacket({ ...original, ttl: 1 }).subarray(0, hop.quoteOctets);
    const fields = { ...said, quote, mpls: hop.mpls ?? [] };
    const message =
      this.#family === 4
        ? encodeIcmpv4(fields)
        : encodeIcmpv6({ ...fields, source, destination: this.#path.client });
    this.#deliver(hop.rttMs, (listener, atMs) => listener.onIcmp({ source, ttl: 64, message, atMs }));
  }

  #answerTcp(syn: TcpHeader): void {
    const { end, target, client } = this.#path;
    if (end.answer === 'silence' || this.#isLost('target', end.loses)) return;
    const segment = encodeTcp({
      source: target,
      destination: client,
      sourcePort: syn.destinationPort,
      destinationPort: syn.sourcePort,
      sequence: end.answer === 'syn-ack' ? 0x1234_5678 : 0,
      acknowledgment: (syn.sequence + 1) >>> 0,
      flags: tcpFlag.ack | (end.answer === 'syn-ack' ? tcpFlag.syn : tcpFlag.rst),
      window: end.answer === 'syn-ack' ? 65160 : 0,
    });
    for (let copy = 0; copy < (end.copies ?? 1); copy += 1) {
      this.#deliver(end.rttMs * (copy + 1), (listener, atMs) =>
        listener.onSegment({ source: target, ttl: 64 - this.#path.hops.length, segment, atMs }),
      );
    }
  }

  #deliverForgery(kind: Parameters<typeof forge>[0], outgoing: OutgoingSegment, header: TcpHeader): void {
    const { icmp, segment } = forge(kind, this.#ipPacket(outgoing), header, this.#path);
    this.#deliver(0, (listener, atMs) => {
      if (icmp !== undefined) listener.onIcmp({ source: '192.0.2.66', ttl: 50, message: icmp, atMs });
      if (segment !== undefined) listener.onSegment({ source: this.#path.target, ttl: 50, segment, atMs });
    });
  }

  #ipPacket({ source, destination, ttl, segment }: OutgoingSegment): Buffer {
    const protocol = protocolNumber.tcp;
    return this.#family === 4
      ? encodeIpv4({ source, destination, protocol, ttl, identification: 7 }, segment)
      : encodeIpv6({ source, destination, protocol, hopLimit: ttl }, segment);
  }

  #isLost(where: SimulatedHop | 'target', loses: number[] | undefined): boolean {
    const count = this.#arrived.get(where) ?? 0;
    this.#arrived.set(where, count + 1);
    return loses?.includes(count) ?? false;
  }

  #deliver(delayMs: number, call: (listener: PacketListener, atMs: number) => void): void {
    this.#clock.after(delayMs, () => {
      if (this.#listener !== null) call(this.#listener, this.#clock.now());
    });
  }
}
