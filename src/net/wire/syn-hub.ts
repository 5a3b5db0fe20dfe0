import { CapabilityError } from '../../core/errors.js';
import { familyOf } from '../address/address.js';
import { loadLibc } from '../libc/load.js';
import { openLibcPackets } from './libc-packets.js';
import type { PacketPort } from './packet-port.js';
import { boundPorts, type PortPool, randomPorts } from './port-pool.js';
import { openRawSocketPackets } from './raw-socket.js';
import { type Flow, type Match, matchIcmp, matchSegment, type Sent, type SentSyn } from './syn-match.js';
import type { PacketChoice, SegmentDiscard } from './wire.js';

/** The packets of one trace that share a hub with others. */
export interface HubFlow extends Flow {
  ourPorts: Set<number>;
  onMatch(match: Extract<Match<HubFlow>, { result: 'reply' }>, arrival: Arrival): void;
  onDiscard(reason: SegmentDiscard): void;
}

export interface Arrival {
  source: string;
  ttl: number | null;
  /** By the packet port's clock, milliseconds. */
  atMs: number;
}

/**
 * One pair of raw sockets that all traces of a family share. The kernel delivers every packet to every raw socket, so with a
 * pair per trace a thousand traces would each read all packets. The hub reads a packet once and reports it to the trace that
 * it belongs to.
 */
export class SynHub {
  readonly packets: PacketPort;
  readonly #ports: PortPool;
  readonly #sent: Sent<HubFlow>;
  readonly #bySequence = new Map<number, SentSyn<HubFlow>>();
  /** By target address. Rarely more than one flow per address. */
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
        this.#deliver(matchSegment(this.#sent, arrival.source, segment), arrival),
      onIcmp: ({ message, ...arrival }) => this.#deliver(matchIcmp(this.#sent, message), arrival),
      onGarbage: () => this.#discard(null, 'malformed'),
    });
  }

  add(flow: HubFlow): void {
    const flows = this.#flows.get(flow.address) ?? new Set();
    this.#flows.set(flow.address, flows.add(flow));
  }

  /** Removes the flow and its probes. Later packets for them are ignored. */
  remove(flow: HubFlow, probes: Iterable<SentSyn<HubFlow>>): void {
    for (const { sequence } of probes) this.#bySequence.delete(sequence);
    const flows = this.#flows.get(flow.address);
    flows?.delete(flow);
    if (flows?.size === 0) this.#flows.delete(flow.address);
  }

  /** A port that no trace to this target uses. Throws SystemCallError when no port is left. */
  leasePort(flow: HubFlow): number {
    const flows = this.#flows.get(flow.address);
    const isAlone = flows === undefined || flows.size === 1;
    const used = isAlone ? flow.ourPorts : new Set([...flows].flatMap((each) => [...each.ourPorts]));
    const port = this.#ports.lease(used);
    flow.ourPorts.add(port);
    return port;
  }

  /** Registers a probe. Must be called before its packet is sent. */
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

  #deliver(match: Match<HubFlow>, arrival: Arrival): void {
    if (match.result === 'reply') match.probe.flow.onMatch(match, arrival);
    else if (match.result === 'discard') this.#discard(match.flow, match.reason);
  }

  #discard(flow: HubFlow | null, reason: SegmentDiscard): void {
    const concerned = flow === null ? [...this.#flows.values()].flatMap((flows) => [...flows]) : [flow];
    for (const each of concerned) each.onDiscard(reason);
  }
}

/** One trace's share of a hub. The hub's sockets close when the last share is released. */
export interface HubShare {
  hub: SynHub;
  release: () => void;
}

interface Shared {
  opening: Promise<SynHub>;
  users: number;
}

const hubs = new Map<string, Shared>();

/** What a hub's sockets must be able to do. */
interface HubUse {
  family: 4 | 6;
  /** The address that they are bound to; null for any address of this host. */
  source: string | null;
  packets?: PacketChoice | undefined;
}

/**
 * A share of the process's hub for a family and source, which is opened for the first share. Throws CapabilityError where
 * raw sockets are not available, SystemCallError without descriptors or for a source that is not an address of this host.
 */
export async function shareHub(use: HubUse): Promise<HubShare> {
  const key = `${use.family} ${use.source ?? 'any'} ${use.packets ?? 'auto'}`;
  const shared = hubs.get(key) ?? { opening: openHub(use), users: 0 };
  hubs.set(key, shared);
  shared.users += 1;
  let isReleased = false;
  function release(): void {
    if (isReleased) return;
    isReleased = true;
    shared.users -= 1;
    if (shared.users > 0) return;
    hubs.delete(key);
    shared.opening.then(
      (hub) => hub.close(),
      () => {},
    );
  }
  try {
    return { hub: await shared.opening, release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Opens the hubs of both families, or with a `source` the one of its family, and keeps them open for a program that drops
 * its privileges and then traces. A family that this host does not support is left out. Resolves with the function that
 * releases the hubs; never rejects.
 */
export async function holdHubs(source: string | null): Promise<() => void> {
  const families = ([4, 6] as const).filter((family) => source === null || familyOf(source) === family);
  const shares = await Promise.allSettled(families.map((family) => shareHub({ family, source })));
  return () => {
    for (const share of shares) if (share.status === 'fulfilled') share.value.release();
  };
}

async function openHub(use: HubUse): Promise<SynHub> {
  const { family } = use;
  const packets = await openPackets(use);
  const libc = await loadLibc().catch((error: unknown) => {
    // Without libc no port can be reserved. The raw-socket package sends anyway.
    if (error instanceof CapabilityError) return null;
    throw error;
  });
  return new SynHub(family, packets, libc === null ? randomPorts() : boundPorts(libc, family));
}

/** Opens raw sockets through libc where it can be called, because it has the kernel's receive times; else the package's. */
export async function openPackets({ family, source, packets: choice }: HubUse): Promise<PacketPort> {
  if (await isThroughLibc(choice)) return openLibcPackets(family, source);
  if (family === 4 || source === null) return openRawSocketPackets(family);
  throw new CapabilityError(
    'libc',
    'The raw-socket package cannot choose the IPv6 address to send from: leave the source out, or trace through libc.',
  );
}

/** Whether packets go through sockets of libc, and not of the raw-socket package. */
export async function isThroughLibc(choice: PacketChoice | undefined): Promise<boolean> {
  if (choice !== undefined) return choice === 'libc';
  return loadLibc().then(
    () => true,
    () => false,
  );
}
