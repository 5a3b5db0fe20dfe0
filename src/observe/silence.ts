import type { DnsAttempt } from '../documents/dns.js';
import type { TcpAttempt } from '../documents/tcp.js';
import type { AddressTrace, TraceHop } from '../documents/trace.js';
import { withoutZone } from '../net/address/address.js';
import { scopeOf } from '../net/address/scope.js';
import { addressToBytes } from '../net/packet/address-bytes.js';
import type { SilenceRule } from '../probe/tcp/attempt.js';
import { parseServer } from '../target/server.js';

/**
 * When SYNs of further sockets leave, milliseconds after the first. With the kernel's own retransmission at 1 s they are five
 * packets within a second, so that the loss of one in ten leaves a live target unanswered once in some ten thousand runs.
 */
export const furtherSynsAtMs: readonly number[] = [200, 450, 800];

/** The last SYN of the schedule leaves here: the kernel's retransmission (RFC 6298 section 2.1). */
const lastSynMs = 1000;

/**
 * The shortest time after which silence counts, milliseconds from the first SYN. It is 200 ms after the last one: a hundred
 * times a round trip within a VPC, to which alone it applies, and as long as one between distant Regions.
 */
const shortestMs = 1200;

/** A round trip can be this much longer than the longest one seen so far. */
const rttFactor = 3;

/** The octets of the prefix within which addresses are taken for one network: that of the largest VPC, /16, and a /48. */
const networkOctets = { 4: 2, 6: 6 };

/**
 * What one run knows about the round trips to its target, and how long the silence of an address must last to count. The
 * default wait is long enough for round trips of more than two seconds. A shorter one is right only where the same run has
 * seen the network that leads to the address: round trips of other hosts than this one, an address of the same private
 * network, no router but the first one on the way, and no sign of loss. Pure.
 */
export class SilenceEvidence implements SilenceRule {
  readonly furtherSynsAtMs = furtherSynsAtMs;
  /** Of this host, without zone. */
  readonly #own: readonly string[];
  /** The shortest round trip to each other host, milliseconds: a longer one has time in it that a host took to answer. */
  readonly #rtts = new Map<string, number>();
  /** A resolver or a TCP endpoint has answered. The first router alone may stand before a link of any length. */
  #isAnswered = false;
  /** The networks of this host, and of addresses that answered. */
  readonly #networks = new Set<string>();
  #isLossy = false;
  #isFar = false;
  readonly #traced = new Map<string, { isOver: boolean; isReached: boolean }>();

  constructor(ownAddresses: readonly string[]) {
    this.#own = ownAddresses.map(withoutZone);
    for (const address of this.#own) this.#networks.add(networkOf(address));
  }

  /** A host answered after `rttMs`. This host's own answers say nothing about a network. */
  noteAnswer(address: string, rttMs: number): void {
    if (this.#isHere(address)) return;
    this.#isAnswered = true;
    this.#noteRtt(address, rttMs);
    if (isPrivate(address)) this.#networks.add(networkOf(address));
  }

  #noteRtt(address: string, rttMs: number): void {
    this.#rtts.set(address, Math.min(rttMs, this.#rtts.get(address) ?? rttMs));
  }

  noteDns(attempts: readonly DnsAttempt[]): void {
    for (const { server, outcome, transport, durationMs } of attempts) {
      const { address } = parseServer(server);
      if (outcome === 'timeout') this.#isLossy = true;
      else if (transport === 'udp' && outcome !== 'unreachable' && outcome !== 'error')
        this.noteAnswer(address, durationMs);
    }
  }

  noteAttempt({ address, status, durationMs, retransmits, firstSynLost }: TcpAttempt): void {
    if (status !== 'open' && status !== 'refused' && status !== 'reset') return;
    if (firstSynLost !== false && retransmits) this.#isLossy = true;
    this.noteAnswer(address, durationMs);
  }

  /** A trace to `address` has begun. Its silence counts only when the trace is over. */
  noteTracing(address: string): void {
    this.#traced.set(address, { isOver: false, isReached: false });
  }

  noteHop(target: string, { ttl, probes }: TraceHop): void {
    for (const { from, rttMs } of probes) {
      if (from === null || this.#isHere(from) || from === withoutZone(target)) continue;
      if (ttl > 1) this.#isFar = true;
      if (rttMs !== null) this.#noteRtt(from, rttMs);
    }
  }

  /** The trace is over; `trace` is null where it failed. Returns whether it reached the address. */
  noteTraced(address: string, trace: AddressTrace | null): boolean {
    const { outcome, target } = trace ?? {};
    const reply = target?.reply ?? 'none';
    const isReached = outcome === 'open' || outcome === 'closed' || reply === 'syn-ack' || reply === 'rst';
    this.#traced.set(address, { isOver: true, isReached });
    return isReached;
  }

  /** Whether the address is one of the private network whose round trips this run has seen. */
  isNear(address: string): boolean {
    return this.#isAnswered && !this.#isFar && isPrivate(address) && this.#networks.has(networkOf(address));
  }

  countsAfterMs(address: string): number {
    if (!this.isNear(address) || this.#isLossy || !this.#isTracedInVain(address))
      return Number.POSITIVE_INFINITY;
    return Math.max(shortestMs, lastSynMs + rttFactor * Math.max(...this.#rtts.values()));
  }

  /** The trace to the address is over and did not reach it; where it has no trace of its own, those of the others are over. */
  #isTracedInVain(address: string): boolean {
    const own = this.#traced.get(address);
    if (own !== undefined) return own.isOver && !own.isReached;
    return this.#traced.size > 0 && [...this.#traced.values()].every(({ isOver }) => isOver);
  }

  #isHere(address: string): boolean {
    return scopeOf(address) === 'loopback' || this.#own.includes(withoutZone(address));
  }
}

function isPrivate(address: string): boolean {
  return ['private', 'unique-local'].includes(scopeOf(address));
}

function networkOf(address: string): string {
  const bytes = addressToBytes(withoutZone(address));
  return bytes.subarray(0, bytes.length === 4 ? networkOctets[4] : networkOctets[6]).join('.');
}
