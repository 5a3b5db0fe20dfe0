import { addressToBytes } from '../../src/net/packet/address-bytes.js';
import { internetChecksum } from '../../src/net/packet/checksum.js';
import { protocolNumber } from '../../src/net/packet/ip.js';
import { encodeTcp, tcpFlag } from '../../src/net/packet/tcp.js';
import { forge } from './forge.js';
import { encodeIcmpv4, encodeIcmpv6 } from './icmp-encode.js';
import { enclose, type PassingSyn, readSyn } from './passing-syn.js';
import type { IcmpUnreachable, SimulatedHop, SimulatedPath } from './path.js';

/** One IP packet for the client, and its delay after the SYN that caused it. */
export interface PathAnswer {
  delayMs: number;
  packet: Buffer;
}

/** A path without client and target, which are in the packets. */
export type PathBehaviour = Pick<SimulatedPath, 'hops' | 'end' | 'forgeries'>;

/**
 * Computes the answers of a path to the packets that enter it: bytes and times in, bytes and delays out, without clock and
 * socket. The simulated network and the TUN responder both use it, so that a scenario means the same for both. Its state is
 * what loss patterns and rate limits count.
 */
export class PathAnswers {
  readonly #path: PathBehaviour;
  /** Packets that arrived at each hop and at the target, for the loss patterns. */
  readonly #arrived = new Map<SimulatedHop | 'target', number>();
  readonly #allowance = new Map<SimulatedHop, { tokens: number; atMs: number }>();

  constructor(path: PathBehaviour) {
    this.#path = path;
  }

  /** All answers to an IP packet sent at `atMs`. Other packets than SYNs, such as the kernel's RST, get no answer. */
  to(packet: Uint8Array, atMs: number): PathAnswer[] {
    const syn = readSyn(packet);
    if (syn === null) return [];
    const forgeries = (this.#path.forgeries ?? []).map((kind) => ({ delayMs: 0, packet: forge(kind, syn) }));
    return [...forgeries, ...this.#travel(syn, atMs)];
  }

  #travel(syn: PassingSyn, atMs: number): PathAnswer[] {
    let { destination } = syn;
    for (const [index, hop] of this.#path.hops.entries()) {
      if (hop.drops === true) return [];
      if (hop.rejects !== undefined) return this.#fromRouter(hop, hop.rejects, { ...syn, destination }, atMs);
      if (syn.ttl === index + 1) {
        const timeExceeded = { type: syn.family === 4 ? 11 : 3, code: 0 };
        return this.#fromRouter(hop, timeExceeded, { ...syn, destination }, atMs);
      }
      destination = hop.restoresQuotes === true ? destination : (hop.translatesTo ?? destination);
    }
    return this.#fromTarget(syn);
  }

  #fromRouter(hop: SimulatedHop, error: IcmpUnreachable, syn: PassingSyn, atMs: number): PathAnswer[] {
    const count = this.#count(hop);
    if (hop.loses?.includes(count) || hop.address === null || !this.#isAllowed(hop, atMs)) return [];
    const some = hop.rejectsSome;
    const said = some?.probes.includes(count) ? { type: some.type, code: some.code } : error;
    const routers = [hop.address, ...(hop.siblings ?? [])];
    const source = routers[syn.header.sourcePort % routers.length] ?? hop.address;
    const fields = { ...said, quote: quoteOf(syn, hop), mpls: hop.mpls ?? [] };
    const ends = { source, destination: syn.source };
    const message = syn.family === 4 ? encodeIcmpv4(fields) : encodeIcmpv6({ ...fields, ...ends });
    const protocol = syn.family === 4 ? protocolNumber.icmp : protocolNumber.icmpv6;
    return [{ delayMs: hop.rttMs, packet: enclose({ ...ends, protocol, ttl: 64 }, message) }];
  }

  #fromTarget({ source: client, destination: target, header }: PassingSyn): PathAnswer[] {
    const { end, hops } = this.#path;
    if (end.answer === 'silence' || end.loses?.includes(this.#count('target'))) return [];
    const ends = { source: target, destination: client };
    const isOpen = end.answer === 'syn-ack';
    const segment = encodeTcp({
      ...ends,
      sourcePort: header.destinationPort,
      destinationPort: header.sourcePort,
      sequence: isOpen ? 0x1234_5678 : 0,
      acknowledgment: (header.sequence + 1) >>> 0,
      flags: tcpFlag.ack | (isOpen ? tcpFlag.syn : tcpFlag.rst),
      window: isOpen ? 65160 : 0,
    });
    const packet = enclose({ ...ends, protocol: protocolNumber.tcp, ttl: 64 - hops.length }, segment);
    return Array.from({ length: end.copies ?? 1 }, (_, copy) => ({
      delayMs: end.rttMs * (copy + 1),
      packet,
    }));
  }

  /** The number of earlier packets at this place. */
  #count(where: SimulatedHop | 'target'): number {
    const count = this.#arrived.get(where) ?? 0;
    this.#arrived.set(where, count + 1);
    return count;
  }

  /** A token bucket, like Linux's icmp_ratelimit. */
  #isAllowed(hop: SimulatedHop, atMs: number): boolean {
    if (hop.limit === undefined) return true;
    const { perSecond, burst } = hop.limit;
    const last = this.#allowance.get(hop) ?? { tokens: burst, atMs };
    const tokens = Math.min(burst, last.tokens + ((atMs - last.atMs) / 1000) * perSecond);
    const isAllowed = tokens >= 1;
    this.#allowance.set(hop, { tokens: isAllowed ? tokens - 1 : tokens, atMs });
    return isAllowed;
  }
}

/** The quote of a router: the packet as it arrived there, with TTL 1 and rewritten addresses. */
function quoteOf({ packet, family, headerLength, destination }: PassingSyn, hop: SimulatedHop): Buffer {
  const quote = Buffer.from(packet);
  quote[family === 4 ? 8 : 7] = 1;
  const sourceAt = family === 4 ? 12 : 8;
  quote.set(addressToBytes(destination), sourceAt + (family === 4 ? 4 : 16));
  if (hop.quotesSource !== undefined) {
    quote.set(addressToBytes(hop.quotesSource.address), sourceAt);
    quote.writeUInt16BE(hop.quotesSource.port, headerLength);
  }
  if (family === 4) {
    quote.writeUInt16BE(0, 10);
    quote.writeUInt16BE(internetChecksum(quote.subarray(0, headerLength)), 10);
  }
  return quote.subarray(0, hop.quoteOctets);
}
