import { createSocket } from 'node:dgram';
import { nowMs } from '../../core/clock.js';
import { CapabilityError } from '../../core/errors.js';
import { familyOf } from '../../net/address/address.js';
import { realtimeNs } from '../../net/libc/control-message.js';
import { type Libc, loadLibc } from '../../net/libc/load.js';
import { poller } from '../../net/libc/poller.js';
import { UdpSocket } from '../../net/libc/udp-socket.js';
import type { ServerAddress } from '../../target/server.js';
import { type Ask, type Exchange, judgePacket, type OpenExchange, runExchange } from './exchange.js';
import { headerLength } from './record-type.js';

/**
 * Sends a query in one datagram and waits for its reply.
 *
 * The socket is connected, new for every query and bound to a port of the kernel's choosing: Linux reports ICMP errors
 * to connected sockets alone, so a closed port is known at once; packets from other addresses never reach it; and a
 * forger has to guess the port besides the ID (RFC 5452). What is no reply to the query is counted and waited past. A
 * wait in which packets too short for a header were all that came ends as `malformed`: something answers there, badly.
 */
export function askUdpBy(openDatagrams: OpenDatagrams): Ask {
  return (server, query, limits) => {
    let shortest: number | null = null;
    const open = ({ sent, settle, fail }: OpenExchange): (() => void) => {
      const socket = openDatagrams(server, limits.source, {
        onConnected: () => {
          sent();
          socket.send([query.message]);
        },
        onMessage: (message, atMs) => {
          if (message.length < headerLength) shortest = Math.min(shortest ?? message.length, message.length);
          const exchange = judgePacket(message, query, limits);
          if (exchange !== null) settle(exchange, atMs);
        },
        onError: fail,
      });
      return () => socket.close();
    };
    return runExchange(limits, open, () => silence(shortest));
  };
}

/** The same as this host does it best. */
export const askUdp: Ask = async (server, query, limits) =>
  askUdpBy(await datagramsHere({ exact: true }))(server, query, limits);

/** How a wait ends that brought no reply: `shortest` is the length of the shortest packet too short for a header. */
export function silence(shortest: number | null): Exchange {
  if (shortest === null) return { outcome: 'timeout' };
  return { outcome: 'malformed', detail: `only a packet of ${shortest} octets came, too short for a header` };
}

/** A UDP socket connected to one server, on a port of the kernel's choosing. */
export interface Datagrams {
  send(messages: readonly Buffer[]): void;
  close(): void;
}

export interface DatagramEvents {
  /** Messages may be sent from now on. Before this, open() has returned. */
  onConnected(): void;
  /** The message's octets may be others' when this returns. `atMs`: when it came, on the clock of nowMs(). */
  onMessage(message: Buffer, atMs: number): void;
  /** Nothing that was sent here fares any better. */
  onError(error: Error): void;
}

/** Opens a socket. Does not throw: what fails is told. */
export type OpenDatagrams = (
  server: ServerAddress,
  source: string | undefined,
  events: DatagramEvents,
) => Datagrams;

/**
 * How to send datagrams on this host: through libc where it can be had, else by node:dgram. `exact`: the kernel says when
 * each came. Of a bulk it does not, because that takes a system call for each.
 */
export async function datagramsHere({ exact }: { exact: boolean }): Promise<OpenDatagrams> {
  try {
    return throughLibc(await loadLibc(), exact);
  } catch (error) {
    if (error instanceof CapabilityError) return throughNode;
    throw error;
  }
}

/** Through node:dgram, one system call and several turns of Node's machinery for each. */
export const throughNode: OpenDatagrams = (server, source, { onConnected, onMessage, onError }) => {
  const socket = createSocket(familyOf(server.address) === 6 ? 'udp6' : 'udp4');
  socket.on('error', onError);
  socket.on('message', (message) => onMessage(message, nowMs()));
  // Events, not callbacks: a failure that a callback is given is not emitted.
  socket.once('connect', onConnected);
  const connect = (): void => socket.connect(server.port, server.address);
  if (source === undefined) connect();
  else socket.bind({ address: source, exclusive: true }, connect);
  // Without a callback Node would lose the failure: an ICMP error is told to whoever sends next.
  const onSent = (error: Error | null): void => {
    if (error) onError(error);
  };
  return {
    send: (messages) => {
      for (const message of messages) socket.send(message, onSent);
    },
    // At the next turn, because a socket told to close while it reports that it cannot bind forgets to. Its error handler
    // stays: what is under way may still fail, and nobody is to hear of it.
    close: () => process.nextTick(() => socket.close()),
  };
};

/** A full socket buffer is looked at again after so long. */
const retryMs = 1;
/** Read in one go; what is left makes the socket ready again, behind all others. */
const stampedAtOnce = 16;

/** Through libc: many datagrams by one system call, or, where it is to be `exact`, each with the moment it came. */
function throughLibc(libc: Libc, exact: boolean): OpenDatagrams {
  return (server, source, { onConnected, onMessage, onError }) => {
    let socket: UdpSocket | null = null;
    let unwatch: (() => void) | null = null;
    let retry: NodeJS.Timeout | undefined;
    const receiveMany = (): void => {
      const atMs = nowMs();
      for (const message of socket?.receive() ?? []) onMessage(message, atMs);
    };
    const receiveStamped = (): void => {
      for (let count = 0; count < stampedAtOnce; count++) {
        const datagram = socket?.receiveStamped() ?? null;
        if (datagram === null) return;
        onMessage(datagram.message, nowMs() - latenessMs(libc, datagram.receivedAtNs));
      }
    };
    const receive = (): void => {
      try {
        if (exact) receiveStamped();
        else receiveMany();
      } catch (error) {
        onError(asError(error));
      }
    };
    const send = (messages: readonly Buffer[]): void => {
      try {
        let left = messages;
        while (left.length > 0) {
          const sent = socket?.send(left) ?? 0;
          left = left.slice(sent);
          if (sent === 0) break;
        }
        if (left.length > 0 && socket !== null) retry = setTimeout(send, retryMs, left);
      } catch (error) {
        onError(asError(error));
      }
    };
    const open = (): void => {
      try {
        socket = new UdpSocket(libc, server, source);
        if (exact) socket.stamp();
        unwatch = poller(libc).add(socket.fd, 'input', receive);
        onConnected();
      } catch (error) {
        onError(asError(error));
      }
    };
    const opening = setImmediate(open);
    return {
      send,
      close: () => {
        clearImmediate(opening);
        clearTimeout(retry);
        unwatch?.();
        socket?.close();
        socket = null;
      },
    };
  };
}

/** How long ago the kernel received what is read now. A clock that was set meanwhile makes nothing come from the future. */
function latenessMs(libc: Libc, receivedAtNs: bigint | null): number {
  return receivedAtNs === null ? 0 : Math.max(0, Number(realtimeNs(libc) - receivedAtNs) / 1e6);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
