import { familyOf } from '../address/family.js';
import { CapabilityError, InvalidInputError } from '../errors.js';
import { atLeast, readKernel } from '../host/kernel.js';
import { loadLibc } from '../libc/load.js';
import { routeMtu } from '../libc/route-mtu.js';
import { openErrorQueueWire } from './error-queue.js';
import { openLibcPackets } from './libc-packets.js';
import type { PacketPort } from './packet-port.js';
import { heldPorts, unheldPorts } from './port-lease.js';
import { loadRawSocket, openRawSocketPort } from './raw-socket.js';
import { sourceFor } from './source-address.js';
import { openSynWire } from './syn.js';
import type { PacketChoice, Wire, WireListener, WireMethod, WireTarget } from './wire.js';

export type MethodChoice = 'auto' | WireMethod;

export interface EngineStatus {
  method: WireMethod;
  available: boolean;
  /** Why not; null when available. */
  reason: string | null;
  /** The command that adds it, or null. */
  remedy: string | null;
}

/**
 * Opens the wire of the chosen engine. `auto` prefers `syn`, whose packets are its own, and takes `connect` where the
 * host lacks the package or the privilege. Throws CapabilityError when the chosen one, or under `auto` neither, can
 * work; a missing route rejects with the system's error.
 */
export async function openWire(
  choice: MethodChoice,
  target: WireTarget,
  listener: WireListener,
): Promise<Wire> {
  if (choice === 'connect') return openConnect(target, listener);
  try {
    return await openSyn(target, listener);
  } catch (error) {
    if (choice === 'syn' || !(error instanceof CapabilityError)) throw error;
    return openConnect(target, listener);
  }
}

/** Loads the engines' native parts, where the host has them, so that opening a wire costs no more than its sockets. */
export async function preloadEngines(): Promise<void> {
  await Promise.allSettled([loadLibc(), loadRawSocket()]);
}

/** What each engine would say if asked to work on this host, without sending a packet. */
export async function engineStatus(): Promise<EngineStatus[]> {
  return Promise.all([
    probeEngine('syn', async () => (await openPackets(4)).close()),
    probeEngine('connect', requireErrorQueue),
  ]);
}

async function probeEngine(method: WireMethod, attempt: () => Promise<void>): Promise<EngineStatus> {
  try {
    await attempt();
    return { method, available: true, reason: null, remedy: null };
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    return { method, available: false, reason: error.message, remedy: error.remedy };
  }
}

async function openSyn(target: WireTarget, listener: WireListener): Promise<Wire> {
  const family = familyOf(target.address);
  if (family === null) throw new InvalidInputError('address', `"${target.address}" is not an IP address`);
  const packets = await openPackets(family, target.packets);
  try {
    const source = target.source ?? (await sourceFor(target.address));
    const { leasePort, mtu } = await hostResources(target.address, source, family);
    return openSynWire({ ...target, source, family, mtu, packets, leasePort }, listener);
  } catch (error) {
    packets.close();
    throw error;
  }
}

/** Through libc where it can be called: it knows when the kernel received a packet. Else through the package. */
async function openPackets(family: 4 | 6, choice?: PacketChoice): Promise<PacketPort> {
  const isCallable = await loadLibc().then(
    () => true,
    () => false,
  );
  const isPackage = choice === 'raw-socket' || (choice === undefined && !isCallable);
  return isPackage ? openRawSocketPort(family) : openLibcPackets(family);
}

async function openConnect(target: WireTarget, listener: WireListener): Promise<Wire> {
  await requireErrorQueue();
  return openErrorQueueWire(target, listener);
}

/** ICMP errors reach the queue of a TCP socket in SYN_SENT since Linux 5.8 (commit 45af29ca761c). */
async function requireErrorQueue(): Promise<void> {
  await loadLibc();
  if (!atLeast(readKernel(), 5, 8)) {
    throw new CapabilityError(
      'linux 5.8',
      'Tracing without privileges needs Linux 5.8 or later; on this kernel connect() does not say which router answered.',
    );
  }
}

/** Without libc ports cannot be held nor the route's MTU be asked for; Ethernet's is the likely one. */
const ethernetMtu = 1500;

async function hostResources(address: string, source: string, family: 4 | 6) {
  try {
    const libc = await loadLibc();
    return {
      leasePort: heldPorts(libc, source, family),
      mtu: routeMtu(libc, address, family) ?? ethernetMtu,
    };
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    return { leasePort: unheldPorts(), mtu: ethernetMtu };
  }
}
