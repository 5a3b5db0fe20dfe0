import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsedMs, nowMs } from '../../core/clock.js';
import { giveUpAt, type Limits } from '../../core/deadline.js';
import type { PathMtu } from '../../documents/tls.js';
import { canonicalAddress, familyOf } from '../../net/address/address.js';
import { type Libc, loadLibc, SystemCallError } from '../../net/libc/load.js';
import { poller } from '../../net/libc/poller.js';
import { routeMtu } from '../../net/libc/route.js';
import { TcpSocket } from '../../net/libc/tcp-socket.js';
import type { Connection } from '../tls/handshake.js';
import { largestHello, paddedHello, smallestHello } from './padded-hello.js';

/**
 * Whole packets to try besides the largest that the connection takes: IPv6's least, common VPNs, and tunnels over
 * Ethernet (GRE 1476, IPIP 1480, PPPoE 1492).
 */
const sizes = [1280, 1360, 1400, 1436, 1476, 1492] as const;
/** The kernel sends again after 200 ms and 600 ms: what is lost by chance gets there in this time. */
const acknowledgeMs = 1000;
const lookEveryMs = 25;

interface SizeTried {
  /** Octets of the whole IP packet. */
  size: number;
  acknowledged: boolean;
  peerMss: number;
  local: string | null;
}

/**
 * Sends one segment each of several sizes to a TLS port, all at the same time and each over a connection of its own, and
 * sees which of them are acknowledged. Sizes are of our direction; the other one usually shares its fate.
 *
 * @throws CapabilityError where libc cannot be called; the reason of `limits.signal`.
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

/** One segment that fills a packet of `size`; null: the largest. null where it cannot be sent in one. */
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
    // Of the largest there is one already.
    if (payload < smallestHello || payload > most || (size !== null && payload === most)) return null;
    socket.write(paddedHello(payload));
    return {
      size: payload + headers + optionOctets,
      acknowledged: await isAcknowledged(socket, limits),
      peerMss: maxSegment + optionOctets,
      local: socket.localEndpoint()?.address ?? null,
    };
  } catch (error) {
    // The peer ended the connection meanwhile: nothing is known of this size.
    if (error instanceof SystemCallError) return null;
    throw error;
  } finally {
    socket.close();
  }
}

async function isAcknowledged(socket: TcpSocket, { signal, stop }: Limits): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < acknowledgeMs && !stop?.aborted; waitedMs += lookEveryMs) {
    if (socket.sendState().unacknowledged === 0) return true;
    await sleep(lookEveryMs, undefined, { signal });
  }
  return socket.sendState().unacknowledged === 0;
}

/**
 * The MTU of the interface that has this address; null when it cannot be read. From IPv6's settings, which follow the
 * device's: sysfs shows the devices of whichever network namespace mounted it, procfs those of the reader's own.
 */
async function interfaceMtu(address: string | null): Promise<number | null> {
  if (address === null) return null;
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some((each) => canonicalAddress(each.address) === canonicalAddress(address)),
  );
  if (found === undefined) return null;
  const text = await readFile(`/proc/sys/net/ipv6/conf/${found[0]}/mtu`, 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

/** Where to connect, and from where. */
interface ConnectPlace {
  address: string;
  port: number;
  source?: string | undefined;
}

/**
 * A TCP connection made through libc, for what Node's sockets do not offer: `prepare` sets options before it is opened.
 * null when it does not open, whatever the reason. The caller closes it.
 *
 * @throws CapabilityError where libc cannot be called; the reason of `limits.signal`.
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

/** Whether it opens within the limits. */
function opens(libc: Libc, socket: TcpSocket, limits: Limits): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      stopWatching();
      callOff();
    };
    const settle = (isOpen: boolean): void => {
      over();
      resolve(isOpen);
    };
    const stopWatching = poller(libc).add(socket.fd, 'output', () => settle(isConnected(socket)));
    const callOff = giveUpAt(limits, {
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
 * What every path carries, less the headers of IP and TCP: 576 octets over IPv4, which every host takes (RFC 791), and
 * 1280 over IPv6 (RFC 8200 section 5).
 */
export function smallSegment(address: string): number {
  return familyOf(address) === 6 ? 1220 : 536;
}

/**
 * A connection on which both sides send segments of at most `smallSegment` octets: the SYN says so to the peer
 * (RFC 9293 section 3.7.1). null when it does not open. The caller closes it.
 *
 * @throws CapabilityError where libc cannot be called; the reason of `limits.signal`.
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
