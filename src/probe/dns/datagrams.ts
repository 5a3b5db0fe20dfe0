import { createSocket } from 'node:dgram';
import { familyOf } from '../../address/family.js';
import { nowMs } from '../../clock.js';
import { CapabilityError } from '../../errors.js';
import { type Libc, loadLibc } from '../../libc/load.js';
import { poller } from '../../libc/poller.js';
import { UdpSocket } from '../../libc/udp-socket.js';
import type { ServerAddress } from './server-address.js';
import { closeLater } from './udp.js';

/** A UDP socket connected to one server, on a port of the kernel's choosing. */
export interface Datagrams {
  send(messages: readonly Buffer[]): void;
  close(): void;
}

export interface DatagramEvents {
  /** Messages may be sent from now on. Before this, open() has returned. */
  onConnected(): void;
  /** The message's octets may be others' when this returns. */
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

/** How to send many datagrams on this host: many by one system call where libc can be had, else by node:dgram. */
export async function datagramsHere(): Promise<OpenDatagrams> {
  try {
    return throughLibc(await loadLibc());
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
    close: () => closeLater(socket),
  };
};

/** A full socket buffer is looked at again after so long. */
const retryMs = 1;

function throughLibc(libc: Libc): OpenDatagrams {
  return (server, source, { onConnected, onMessage, onError }) => {
    let socket: UdpSocket | null = null;
    let unwatch: (() => void) | null = null;
    let retry: NodeJS.Timeout | undefined;
    const receive = (): void => {
      try {
        const atMs = nowMs();
        for (const message of socket?.receive() ?? []) onMessage(message, atMs);
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
