import { createSocket } from 'node:dgram';
import { CapabilityError } from '../../core/errors.js';
import { checkAddress, familyOf } from '../address/address.js';
import { IPPROTO_TCP } from '../libc/constants.js';
import { atLeast, readKernel } from '../libc/kernel.js';
import { loadLibc } from '../libc/load.js';
import { silentNeighbour } from '../libc/netlink.js';
import { type TcpRoute, tcpRouteOf } from '../libc/route.js';
import { isForeignSource, sourceNotHere } from '../libc/source.js';
import { resourceError } from './capability.js';
import { openConnectWire } from './connect-wire.js';
import { routeOfRawPackets } from './host-route.js';
import { loadRawSocket } from './raw-socket.js';
import { isThroughLibc, openPackets, shareHub } from './syn-hub.js';
import { openSynWire } from './syn-wire.js';
import type { Wire, WireListener, WireMethod, WireTarget } from './wire.js';

/** The requested method; `auto` takes the first that works. */
export type MethodChoice = 'auto' | WireMethod;

/**
 * Whether an engine can be used on this host.
 *
 * @if { properties: { available: { const: false } } }
 * @then { properties: { reason: { type: 'string' } } }
 */
export interface EngineStatus {
  method: WireMethod;
  available: boolean;
  /** Why it is not available; null when it is. @minLength 1 */
  reason: string | null;
  /** The command that makes it available; null where no command does. @minLength 1 */
  remedy: string | null;
}

/**
 * Opens a wire of the chosen engine. `auto` chooses `syn`, and `connect` where this host has no raw sockets, no privilege
 * for them, or routing rules that only TCP connections follow. Throws CapabilityError where the chosen engine, or with `auto` both, are not available; InvalidInputError for a
 * source that is not an address of this host; and the system's error where there is no route.
 */
export async function openWire(
  choice: MethodChoice,
  target: WireTarget,
  listener: WireListener,
): Promise<Wire> {
  try {
    return await openChosen(choice, target, listener);
  } catch (error) {
    const { source } = target;
    if (source !== null && isForeignSource(error)) throw sourceNotHere(source);
    throw resourceError(error) ?? error;
  }
}

async function openChosen(choice: MethodChoice, target: WireTarget, listener: WireListener): Promise<Wire> {
  if (choice === 'connect') return openConnect(target, listener);
  try {
    const wire = await openSyn(target, listener);
    if (choice === 'syn' || wire.route?.tcpDiffers == null) return wire;
    const other = await openConnect(target, listener).catch(() => null);
    if (other !== null) wire.close();
    return other ?? wire;
  } catch (error) {
    // Memory that this kernel has not for a raw socket, it may have for another one.
    const isLacking = error instanceof CapabilityError || resourceError(error) !== null;
    if (choice === 'syn' || !isLacking) throw error;
    return openConnect(target, listener);
  }
}

/** Loads the native code of the engines, so that openWire() only has to open sockets. Ignores what cannot be loaded. */
export async function preloadEngines(): Promise<void> {
  await Promise.allSettled([loadLibc(), loadRawSocket()]);
}

/** Finds out which engines work on this host. Sends no packet. */
export async function engineStatus(): Promise<EngineStatus[]> {
  return Promise.all([
    probeEngine('syn', async () => (await openPackets({ family: 4, source: null })).close()),
    probeEngine('connect', requireErrorQueue),
  ]);
}

async function probeEngine(method: WireMethod, attempt: () => Promise<void>): Promise<EngineStatus> {
  try {
    await attempt();
    return { method, available: true, reason: null, remedy: null };
  } catch (error) {
    const lacking = resourceError(error) ?? error;
    if (!(lacking instanceof CapabilityError)) throw error;
    return { method, available: false, reason: lacking.message, remedy: lacking.remedy };
  }
}

async function openSyn(target: WireTarget, listener: WireListener): Promise<Wire> {
  const { address } = target;
  const family = checkAddress(address);
  const libc = await loadLibc().catch(() => null);
  const tcp = libc === null ? await guessedRoute(target) : tcpRouteOf(libc, { ...target, family });
  const { hub, release } = await shareHub({ family, source: target.source, packets: target.packets });
  try {
    const { source } = tcp;
    const mtu = tcp.mtu ?? ethernetMtu;
    const protocol = family === 6 || (await isThroughLibc(target.packets)) ? IPPROTO_TCP : null;
    const route = libc === null ? null : routeOfRawPackets(libc, { address, source, protocol, tcp });
    const findSilentNeighbour = () =>
      libc === null ? null : silentNeighbour(libc, address, { source, protocol });
    return openSynWire(
      {
        ...target,
        hub,
        source,
        family,
        mtu,
        route,
        silentNeighbour: findSilentNeighbour,
        onClose: release,
      },
      listener,
    );
  } catch (error) {
    release();
    throw error;
  }
}

async function openConnect(target: WireTarget, listener: WireListener): Promise<Wire> {
  await requireErrorQueue();
  return openConnectWire(target, listener);
}

/** ICMP errors reach the queue of a TCP socket in SYN_SENT since Linux 5.8 (commit 45af29ca761c). */
async function requireErrorQueue(): Promise<void> {
  await loadLibc();
  if (!atLeast(readKernel(), 5, 8)) {
    throw new CapabilityError(
      'linux 5.8',
      'Tracing without privileges needs Linux 5.8 or later; this kernel does not report ICMP errors to a connecting TCP socket.',
    );
  }
}

/** Whether this host has a route and a source address for `address`. Sends no packet. */
export async function hasRoute(address: string): Promise<boolean> {
  return sourceFor(address, null).then(
    () => true,
    () => false,
  );
}

/** The MTU where the route's is unknown. */
const ethernetMtu = 1500;

/** The route where libc cannot be called. */
async function guessedRoute({ address, source }: WireTarget): Promise<TcpRoute> {
  return { source: await sourceFor(address, source), mtu: null, hop: null, others: [] };
}

/**
 * The source address that the routing table chooses for `address`, or `source` if it is usable: connects a UDP socket,
 * which sends no packet. Rejects with the system's error where there is no route (ENETUNREACH, EHOSTUNREACH, EACCES) or
 * bind(2) refuses the source.
 */
function sourceFor(address: string, source: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(familyOf(address) === 6 ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.once('connect', () => {
      const source = socket.address().address;
      socket.close();
      resolve(source);
    });
    // The port does not matter. No callback is passed, because it would receive the errors instead of the listener.
    const connect = () => socket.connect(443, address);
    if (source === null) connect();
    else socket.bind(0, source, connect);
  });
}
