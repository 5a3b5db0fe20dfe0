import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsedMs, nowMs } from '../../core/clock.js';
import { type Limits, startLimits } from '../../core/deadline.js';
import { readText } from '../../core/read-text.js';
import type { PathMtu } from '../../documents/tls.js';
import { canonicalAddress, familyOf } from '../../net/address/address.js';
import { localInterfaces } from '../../net/libc/interfaces.js';
import { type Libc, loadLibc, SystemCallError } from '../../net/libc/load.js';
import { poller } from '../../net/libc/poller.js';
import { routeMtu } from '../../net/libc/route.js';
import { TcpSocket } from '../../net/libc/tcp-socket.js';
import { packetPace } from '../../net/wire/pace.js';
import type { Connection } from '../tls/handshake.js';
import { largestHello, paddedHello, smallestHello } from './padded-hello.js';

/**
 * Packet sizes to try in addition to the largest one that the connection allows, octets: the minimum MTU of IPv6, common
 * VPNs, and tunnels over Ethernet (GRE 1476, IPIP 1480, PPPoE 1492).
 */
const sizes = [1280, 1360, 1400, 1436, 1476, 1492] as const;
/** The kernel retransmits after 200 and 600 ms, so a packet lost by chance is acknowledged within this time. */
const acknowledgeMs = 1000;
const pollIntervalMs = 25;

interface SizeTried {
  /** Octets of the whole IP packet. */
  size: number;
  acknowledged: boolean;
  peerMss: number;
  local: string | null;
}

/**
 * Finds out which packet sizes reach a TLS port: sends one segment of each size, all at the same time and each over its own
 * connection, and checks which ones are acknowledged. This measures the direction from this host; the MTU of the other
 * direction is usually the same. Throws CapabilityError where libc cannot be called, or the reason of `limits.signal`.
 */
export async function measurePathMtu(place: ConnectPlace, limits: Limits): Promise<PathMtu> {
  const { address, port } = place;
  const family = familyOf(address) === 6 ? 6 : 4;
  const libc = await loadLibc();
  const headers = family === 6 ? 60 : 40;
  const wanted = [...sizes, null].map((size) => trySize(place, limits, headers, size));
  const tried = (await Promise.all(wanted)).filter((each) => each !== null);
  const arrived = tried.filter(({ acknowledged }) => acknowledged).map(({ size }) => size);
  const lost = tried.filter(({ acknowledged }) => !acknowledged).map(({ size }) => size);
  const [first] = tried;
  return {
    address,
    port,
    interfaceMtu: await interfaceMtu(first?.local ?? null),
    kernelMtu: routeMtu(libc, address, family),
    peerMss: first?.peerMss ?? null,
    announced: null,
    largestAcknowledged: arrived.length === 0 ? null : Math.max(...arrived),
    smallestUnacknowledged: lost.length === 0 ? null : Math.min(...lost),
  };
}

/** Sends one segment in a packet of `size` octets, or of the largest size for null. null if one segment cannot have that size. */
async function trySize(
  place: ConnectPlace,
  limits: Limits,
  headers: number,
  size: number | null,
): Promise<SizeTried | null> {
  const socket = await connectPrepared(place, limits, (each) => each.closeByReset());
  if (socket === null) return null;
  try {
    const { maxSegment, optionOctets } = socket.sendState();
    const most = Math.min(maxSegment, largestHello);
    const payload = size === null ? most : size - headers - optionOctets;
    // The attempt with the largest size already covers this one.
    if (payload < smallestHello || payload > most || (size !== null && payload === most)) return null;
    socket.write(paddedHello(payload));
    return {
      size: payload + headers + optionOctets,
      acknowledged: await isAcknowledged(socket, limits),
      peerMss: maxSegment + optionOctets,
      local: socket.localEndpoint()?.address ?? null,
    };
  } catch (error) {
    // The peer closed the connection; this size stays unknown.
    if (error instanceof SystemCallError) return null;
    throw error;
  } finally {
    socket.close();
  }
}

async function isAcknowledged(socket: TcpSocket, { signal, stop }: Limits): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < acknowledgeMs && !stop?.aborted; waitedMs += pollIntervalMs) {
    if (socket.sendState().unacknowledged === 0) return true;
    // The error of timers/promises would be an AbortError of its own, and not the caller's reason.
    await sleep(pollIntervalMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
  return socket.sendState().unacknowledged === 0;
}

/**
 * The MTU of the interface that has this address; null when it cannot be read. It is read from the IPv6 settings in procfs,
 * which follow the device's MTU: procfs shows the reader's network namespace, while sysfs shows the one that mounted it.
 */
async function interfaceMtu(address: string | null): Promise<number | null> {
  if (address === null) return null;
  const found = Object.entries(localInterfaces()).find(([, addresses]) =>
    addresses?.some((each) => canonicalAddress(each.address) === canonicalAddress(address)),
  );
  if (found === undefined) return null;
  const text = await readText(`/proc/sys/net/ipv6/conf/${found[0]}/mtu`).catch(() => '');
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

/** Where to connect to, and the address to bind to. */
interface ConnectPlace {
  address: string;
  port: number;
  source?: string | undefined;
}

/**
 * Opens a TCP connection through libc. `prepare` sets options that Node's sockets do not have, before connecting. Resolves
 * with null if it does not open, whatever the reason is. The caller closes it. Throws CapabilityError where libc cannot be called, or the
 * reason of `limits.signal`.
 */
async function connectPrepared(
  { address, port, source }: ConnectPlace,
  limits: Limits,
  prepare: (socket: TcpSocket) => void,
): Promise<TcpSocket | null> {
  const libc = await loadLibc();
  limits.signal?.throwIfAborted();
  if (limits.stop?.aborted) return null;
  let socket: TcpSocket | null = null;
  let isOpen = false;
  try {
    socket = new TcpSocket(libc, familyOf(address) === 6 ? 6 : 4);
    prepare(socket);
    if (source !== undefined) socket.bind({ address: source, port: 0 });
    packetPace.left();
    socket.connect({ address, port });
    isOpen = await opens(libc, socket, limits);
    return isOpen ? socket : null;
  } catch (error) {
    if (error instanceof SystemCallError) return null;
    throw error;
  } finally {
    if (!isOpen) socket?.close();
  }
}

/** Whether the connection opens within the limits. */
function opens(libc: Libc, socket: TcpSocket, limits: Limits): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      stopWatching();
      cancelLimits();
    };
    const settle = (isOpen: boolean): void => {
      over();
      resolve(isOpen);
    };
    const stopWatching = poller(libc).add(socket.fd, 'output', () => settle(isConnected(socket)));
    const cancelLimits = startLimits(limits, {
      onTimeout: () => settle(false),
      onStop: () => settle(false),
      onAbort: (reason) => {
        over();
        reject(reason);
      },
    });
  });
}

function isConnected(socket: TcpSocket): boolean {
  try {
    return socket.takeError() === null;
  } catch (error) {
    if (error instanceof SystemCallError) return false;
    throw error;
  }
}

/**
 * Octets of payload that every path carries in one segment: 576 octets over IPv4, which every host accepts (RFC 791), and
 * 1280 over IPv6 (RFC 8200 section 5), less the headers of IP and TCP.
 */
export function smallSegment(address: string): number {
  return familyOf(address) === 6 ? 1220 : 536;
}

/**
 * Opens a connection on which both sides send segments of at most `smallSegment` octets; the SYN announces this to the peer
 * (RFC 9293 section 3.7.1). null when it does not open. The caller closes it. Throws CapabilityError where libc cannot be
 * called, or the reason of `limits.signal`.
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
