import { datagramsHere, type OpenDatagrams } from './datagrams.js';
import { type Ask, type Exchange, judgePacket, type OpenExchange, runExchange } from './exchange.js';
import { headerLength } from './protocol.js';

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
