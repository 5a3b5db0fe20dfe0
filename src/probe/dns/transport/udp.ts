import { createSocket, type Socket } from 'node:dgram';
import { constants } from 'node:os';
import { elapsedMs, nowMs } from '../../../core/clock.js';
import { CapabilityError } from '../../../core/errors.js';
import { canonicalAddress, familyOf, whereSent, withoutZone } from '../../../net/address/address.js';
import { realtimeNs } from '../../../net/libc/control-message.js';
import { type Libc, loadLibc, SystemCallError } from '../../../net/libc/load.js';
import { poller } from '../../../net/libc/poller.js';
import { UdpSocket } from '../../../net/libc/udp-socket.js';
import type { ServerAddress } from '../../../target/server.js';
import { type OpenExchange, readPacket, runExchange, type SendQuery } from './exchange.js';

/** A UDP socket for one server, on a local port chosen by the kernel. */
export interface DatagramSocket {
  send(messages: readonly Buffer[]): void;
  close(): void;
}

export interface DatagramEvents {
  /** Messages may be sent from now on. Called after the opening function has returned. */
  onConnected(): void;
  /** The message's octets are valid during the call only. `atMs`: when it arrived, on the clock of nowMs(). */
  onMessage(message: Buffer, atMs: number): void;
  /** The socket is of no further use. */
  onError(error: Error): void;
}

/** Opens a socket. Never throws: errors go to `onError`. */
export type OpenDatagramSocket = (
  server: ServerAddress,
  source: string | undefined,
  events: DatagramEvents,
) => DatagramSocket;

/** Sends a query over UDP from a socket of its own, through the best implementation that this host has. */
export const sendOverUdp: SendQuery = async (server, query, limits) =>
  sendOverUdpWith(await datagramSocketsOfHost({ timestamps: true }))(server, query, limits);

/**
 * Sends a query in one datagram and waits for its reply.
 *
 * Each query has a new, connected socket on a port chosen by the kernel. Linux reports ICMP errors to connected sockets
 * only, so a closed port is seen at once; the kernel drops packets from other addresses; and a forger has to guess the
 * port and the ID (RFC 5452). Packets that are not the reply are discarded, and the wait goes on.
 */
export function sendOverUdpWith(openSocket: OpenDatagramSocket): SendQuery {
  return (server, query, limits) => {
    const open = ({ sent, settle, fail }: OpenExchange): (() => void) => {
      const socket = openSocket(server, limits.source, {
        onConnected: () => {
          sent();
          socket.send([query.message]);
        },
        onMessage: (message, atMs) => {
          const exchange = readPacket(message, query, limits);
          if (exchange !== null) settle(exchange, atMs);
        },
        onError: fail,
      });
      return () => socket.close();
    };
    return runExchange(limits, open);
  };
}

/**
 * The best implementation of datagram sockets on this host: libc if it can be loaded, otherwise node:dgram.
 *
 * @param timestamps whether the kernel reports when each datagram arrived; costs a system call per datagram
 */
export async function datagramSocketsOfHost({
  timestamps,
}: {
  timestamps: boolean;
}): Promise<OpenDatagramSocket> {
  try {
    return throughLibc(await loadLibc(), timestamps);
  } catch (error) {
    if (error instanceof CapabilityError) return throughNode;
    throw error;
  }
}

/** Sockets of node:dgram: one system call, and several turns of the event loop, per datagram. */
export const throughNode: OpenDatagramSocket = (server, source, { onConnected, onMessage, onError }) => {
  const socket = nodeSocket(server, onError);
  socket.on('message', (message) => onMessage(message, nowMs()));
  // An event listener and not a callback: Node emits no 'error' event for an error that it passes to a callback.
  socket.once('connect', onConnected);
  const connect = (): void => socket.connect(server.port, server.address);
  if (source === undefined) connect();
  else socket.bind({ address: source, exclusive: true }, connect);
  return {
    send: (messages) => {
      for (const message of messages) socket.send(message, reporting(onError));
    },
    close: () => closeLater(socket),
  };
};

/**
 * Sockets of node:dgram that are connected to nobody: the kernel passes on what comes from other addresses and ports, which goes to
 * `onForeign`, and no ICMP error.
 */
export function unconnected(onForeign: (message: Buffer, from: ServerAddress) => void): OpenDatagramSocket {
  return (server, source, { onConnected, onMessage, onError }) => {
    const socket = nodeSocket(server, onError);
    const address = plainAddress(server.address);
    socket.on('message', (message, from) => {
      const isServer = from.port === server.port && plainAddress(from.address) === address;
      if (isServer) onMessage(message, nowMs());
      else onForeign(message, { address: plainAddress(from.address), port: from.port });
    });
    socket.once('listening', onConnected);
    socket.bind({ ...(source === undefined ? {} : { address: source }), exclusive: true });
    return {
      send: (messages) => {
        for (const message of messages) socket.send(message, server.port, server.address, reporting(onError));
      },
      close: () => closeLater(socket),
    };
  };
}

function nodeSocket({ address }: ServerAddress, onError: (error: Error) => void): Socket {
  const socket = createSocket(familyOf(address) === 6 ? 'udp6' : 'udp4');
  socket.on('error', onError);
  return socket;
}

/** Linux reports an ICMP error at the next send, and Node drops the errors of a send without a callback. */
function reporting(onError: (error: Error) => void): (error: Error | null) => void {
  return (error) => {
    if (error) onError(error);
  };
}

/**
 * Node ignores close() during the event that reports a failed bind. The error listener stays, for errors of sends that are still
 * under way.
 */
function closeLater(socket: Socket): void {
  process.nextTick(() => socket.close());
}

/** An address as the source of a reply has it. The zone of a source is the name of the interface, and that of a server may be its number. */
function plainAddress(address: string): string {
  return canonicalAddress(whereSent(withoutZone(address)));
}

/**
 * The delay before a send is repeated after the socket's buffer was full, and how long it may stay full. It empties as datagrams
 * leave: one that does not is stuck in this host, and to wait for a reply would tell that as the silence of the server.
 */
const retryMs = 1;
const stuckMs = 250;
/** The most datagrams read per event with timestamps: other sockets then have their turn. */
const maxStampedReads = 16;

/** Sockets of libc: many datagrams per system call, or one with its time of arrival. */
function throughLibc(libc: Libc, timestamps: boolean): OpenDatagramSocket {
  return (server, source, { onConnected, onMessage, onError }) => {
    let socket: UdpSocket | null = null;
    let unwatch: (() => void) | null = null;
    let retry: NodeJS.Timeout | undefined;
    const receiveMany = (): void => {
      const atMs = nowMs();
      for (const message of socket?.receive() ?? []) onMessage(message, atMs);
    };
    const receiveStamped = (): void => {
      for (let count = 0; count < maxStampedReads; count++) {
        const datagram = socket?.receiveStamped() ?? null;
        if (datagram === null) return;
        onMessage(datagram.message, nowMs() - ageMs(libc, datagram.receivedAtNs));
      }
    };
    const receive = (): void => {
      try {
        if (timestamps) receiveStamped();
        else receiveMany();
      } catch (error) {
        onError(asError(error));
      }
    };
    const send = (messages: readonly Buffer[], sinceMs = nowMs()): void => {
      try {
        let left = messages;
        let movedMs = sinceMs;
        while (left.length > 0) {
          const sent = socket?.send(left) ?? 0;
          left = left.slice(sent);
          if (sent === 0) break;
          movedMs = nowMs();
        }
        if (left.length === 0 || socket === null) return;
        // send(2) says EAGAIN of the buffer of a socket, and ENOBUFS of the queue of an interface.
        if (elapsedMs(movedMs) > stuckMs) throw new SystemCallError('sendmmsg', constants.errno.ENOBUFS);
        retry = setTimeout(send, retryMs, left, movedMs);
      } catch (error) {
        onError(asError(error));
      }
    };
    const open = (): void => {
      try {
        socket = new UdpSocket(libc, server, source);
        if (timestamps) socket.stamp();
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

/** Milliseconds since the kernel received a datagram; never negative, even if the real-time clock was set back. */
function ageMs(libc: Libc, receivedAtNs: bigint | null): number {
  return receivedAtNs === null ? 0 : Math.max(0, Number(realtimeNs(libc) - receivedAtNs) / 1e6);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
