import type { OpenDatagrams } from './datagrams.js';
import type { Ask, ExchangeLimits, TimedExchange } from './exchange.js';
import { canceled } from './exchange.js';
import type { Query } from './query.js';
import { formatServer, type ServerAddress } from './server-address.js';
import { SharedPort } from './shared-port.js';

/**
 * How many queries go out from one port before another takes its place.
 *
 * A forger who sees nothing of the traffic must hit, with each packet, the port (one of 28,232: Linux chooses one at
 * random from net.ipv4.ip_local_port_range when the socket connects), the ID (one of 65,536) and a question that is
 * being asked: 1 in 1.85 * 10^9. A packet carries one question, so other questions on the same port make none of this
 * easier. What sharing costs is this: a port that a side channel gives away (SAD DNS finds one in seconds, by scanning)
 * leaves the ID alone to guess for what is still to be asked from it. With 16 queries to a port, a port has been left
 * some milliseconds after it was taken. A port of its own for every query costs a socket for every query, and one query
 * for every system call: measured with Node 20 and BIND on loopback, a bulk of 10,000 names then takes 1.6 to 1.8 times
 * the processor time through libc, and through node:dgram 138 µs for each query instead of 58.
 */
const queriesPerPort = 16;

/**
 * Asks many questions over UDP from few sockets at a time, each connected to one server and soon replaced by another on
 * another random port. Aborts and stops are not listened to query by query: close() ends all that is under way.
 */
export class UdpPool {
  readonly #current = new Map<string, SharedPort>();
  readonly #open = new Set<SharedPort>();
  readonly #openDatagrams: OpenDatagrams;
  #isClosed = false;

  constructor(openDatagrams: OpenDatagrams) {
    this.#openDatagrams = openDatagrams;
  }

  readonly ask: Ask = (
    server: ServerAddress,
    query: Query,
    limits: ExchangeLimits,
  ): Promise<TimedExchange> => {
    if (this.#isClosed) return Promise.resolve({ exchange: canceled, durationMs: 0 });
    return this.#portFor(server, query, limits).ask(query, limits);
  };

  /** Ends what is under way as ECANCELED and closes every socket. */
  close(): void {
    this.#isClosed = true;
    for (const port of this.#open) port.close();
  }

  #portFor(server: ServerAddress, query: Query, limits: ExchangeLimits): SharedPort {
    const key = formatServer(server);
    const current = this.#current.get(key);
    if (current?.takes(query)) return current;
    current?.retire();
    const onClose = (): void => void this.#open.delete(port);
    const port = new SharedPort(this.#openDatagrams, server, limits.source, queriesPerPort, onClose);
    this.#current.set(key, port);
    this.#open.add(port);
    return port;
  }
}
