import { createSocket, type Socket } from 'node:dgram';
import { familyOf } from '../../address/family.js';
import { nowMs } from '../../clock.js';
import {
  type Exchange,
  type ExchangeLimits,
  judgePacket,
  type OpenExchange,
  runExchange,
  type TimedExchange,
} from './exchange.js';
import { headerLength } from './protocol.js';
import type { Query } from './query.js';
import type { ServerAddress } from './server-address.js';

/**
 * Sends a query in one datagram and waits for its reply.
 *
 * The socket is connected, new for every query and bound to a port of the kernel's choosing: Linux reports ICMP errors
 * to connected sockets alone, so a closed port is known at once; packets from other addresses never reach it; and a
 * forger has to guess the port besides the ID (RFC 5452). What is no reply to the query is counted and waited past. A
 * wait in which packets too short for a header were all that came ends as `malformed`: something answers there, badly.
 */
export function askUdp(server: ServerAddress, query: Query, limits: ExchangeLimits): Promise<TimedExchange> {
  let shortest: number | null = null;
  const open = ({ sent, settle, fail }: OpenExchange): (() => void) => {
    const socket = createSocket(familyOf(server.address) === 6 ? 'udp6' : 'udp4');
    socket.on('error', fail);
    socket.on('message', (message) => {
      const atMs = nowMs();
      if (message.length < headerLength) shortest = Math.min(shortest ?? message.length, message.length);
      const exchange = judgePacket(message, query, limits);
      if (exchange !== null) settle(exchange, atMs);
    });
    // Events, not callbacks: a failure that a callback is given is not emitted.
    socket.once('connect', () => {
      sent();
      socket.send(query.message, (error) => error && fail(error));
    });
    const connect = (): void => socket.connect(server.port, server.address);
    if (limits.source === undefined) connect();
    else socket.bind({ address: limits.source, exclusive: true }, connect);
    return () => closeLater(socket);
  };
  return runExchange(limits, open, () => silence(shortest));
}

/** How a wait ends that brought no reply: `shortest` is the length of the shortest packet too short for a header. */
export function silence(shortest: number | null): Exchange {
  if (shortest === null) return { outcome: 'timeout' };
  return { outcome: 'malformed', detail: `only a packet of ${shortest} octets came, too short for a header` };
}

/**
 * Closes at the next turn, because a socket told to close while it reports that it cannot bind forgets to. The socket's
 * error handler stays: what is under way may still fail, and nobody is to hear of it.
 */
export function closeLater(socket: Socket): void {
  process.nextTick(() => socket.close());
}
