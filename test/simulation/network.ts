import type { Clock } from '../../src/core/clock.js';
import { decodeIpv4, decodeIpv6, protocolNumber } from '../../src/net/packet/ip.js';
import type { OutgoingSegment, PacketListener, PacketPort } from '../../src/net/wire/packet-port.js';
import { PathAnswers } from './answers.js';
import { enclose } from './passing-syn.js';
import type { SimulatedPath } from './path.js';

/**
 * A path of routers as a packet port, with real bytes, on the given clock. Everything above it, from the SYN's checksum to
 * the matching of quotes, is the code that runs on raw sockets.
 */
export class SimulatedNetwork implements PacketPort {
  readonly #answers: PathAnswers;
  readonly #clock: Clock;
  #listener: PacketListener | null = null;
  /** SYNs sent, for tests that count packets. */
  sent = 0;

  constructor(path: SimulatedPath, clock: Clock) {
    this.#answers = new PathAnswers(path);
    this.#clock = clock;
  }

  listen(listener: PacketListener): void {
    this.#listener = listener;
  }

  /** No effect: packets are delivered by the clock. */
  receive(): void {}

  close(): void {
    this.#listener = null;
  }

  send({ segment, ...header }: OutgoingSegment, onSent: (atMs: number) => void): void {
    onSent(this.#clock.now());
    this.sent += 1;
    const packet = enclose({ ...header, protocol: protocolNumber.tcp }, segment);
    for (const answer of this.#answers.to(packet, this.#clock.now())) {
      this.#clock.after(answer.delayMs, () => this.#deliver(answer.packet));
    }
  }

  #deliver(packet: Buffer): void {
    const isV4 = (packet[0] ?? 0) >> 4 === 4;
    const ip = isV4 ? decodeIpv4(packet) : decodeIpv6(packet);
    if (ip === null) {
      this.#listener?.onGarbage();
      return;
    }
    const { source } = ip;
    const ttl = 'ttl' in ip ? ip.ttl : ip.hopLimit;
    const payload = packet.subarray(ip.headerLength);
    const atMs = this.#clock.now();
    if (ip.protocol === protocolNumber.tcp)
      this.#listener?.onSegment({ source, ttl, segment: payload, atMs });
    else this.#listener?.onIcmp({ source, ttl, message: payload, atMs });
  }
}
