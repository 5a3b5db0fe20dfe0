import { createSocket } from 'node:dgram';
import { familyOf } from '../../address/family.js';
import { nowMs } from '../../clock.js';
import { CapabilityError } from '../../errors.js';
import { loadLibc } from '../../libc/load.js';
import { throughLibc } from './libc-datagrams.js';
import type { ServerAddress } from './server-address.js';

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
