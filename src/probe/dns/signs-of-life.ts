import { connect, type Socket } from 'node:net';
import { packetPace } from '../../net/wire/pace.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { discardReason } from './message/match.js';
import { encodeQuery } from './message/query.js';
import { recordTypeOf } from './message/record-type.js';
import { sendOverUdpWith, unconnected } from './transport/udp.js';

/** What is tried at one server, shared by all questions that wait for it: a connection to TCP port 53, and a question over UDP. */
interface Knock {
  socket: Socket;
  asking: AbortController;
  watchers: Set<() => void>;
}

/** How long a reply to the question about the root counts, milliseconds: longer than any lookup lasts. */
const rootWaitMs = 60_000;

/**
 * Which servers show signs of life. A server without a reply to a query is worth a long wait only if something else shows
 * that it works: it has answered another query, or it accepts connections on TCP port 53. A refusal (RST) is no sign: it shows
 * that the host is there and that no DNS server listens, or that a firewall rejects. Lookups of one plan share what they see.
 *
 * Where the reply comes from another address, a NAT or a server with several addresses makes every reply useless to programs.
 *
 * Many forwarders have UDP alone, and are slow for the names that they forward far away. Such a server is asked for the name
 * servers of the root: every resolver has these at hand (RFC 8109), so it answers at once where it works.
 */
export class SignsOfLife {
  readonly #replied = new Set<string>();
  readonly #answersRoot = new Set<string>();
  readonly #answersFrom = new Map<string, string>();
  readonly #accepting = new Set<string>();
  readonly #tried = new Set<string>();
  readonly #knocks = new Map<string, Knock>();
  readonly #overUdp: boolean;

  /** `overUdp`: whether servers may be asked over UDP. */
  constructor(overUdp = true) {
    this.#overUdp = overUdp;
  }

  /** Notes a reply of a server, of whatever kind. */
  replied(server: string): void {
    this.#replied.add(server);
  }

  /** Whether a server answers queries, or accepts connections. */
  isAlive(server: string): boolean {
    return this.#replied.has(server) || this.#accepting.has(server);
  }

  /** Whether a server accepts connections on TCP port 53; null if none was tried. */
  acceptsTcp(server: string): boolean | null {
    return this.#tried.has(server) ? this.#accepting.has(server) : null;
  }

  /** Whether a server has answered the question about the root. */
  answersRoot(server: string): boolean {
    return this.#answersRoot.has(server);
  }

  /**
   * The address and port from which a server's replies come, where these are others than its own; null where none came. Programs
   * connect their sockets, and the kernel drops such replies.
   */
  answersFrom(server: string): string | null {
    return this.#answersFrom.get(server) ?? null;
  }

  /**
   * Connects to a server over TCP, unless it is known to accept, and asks it for the name servers of the root over UDP, unless it has
   * answered a query. Calls `onSign` at each sign. Returns a function that ends the waiting; the last one that waits for a server
   * closes the sockets.
   */
  watch(server: ServerAddress, source: string | undefined, onSign: () => void): () => void {
    const key = formatServer(server);
    if (this.#accepting.has(key)) return () => {};
    const knock = this.#knocks.get(key) ?? this.#knock(server, key, source);
    knock.watchers.add(onSign);
    return () => {
      knock.watchers.delete(onSign);
      if (knock.watchers.size === 0) this.#end(key, knock);
    };
  }

  #knock(server: ServerAddress, key: string, source: string | undefined): Knock {
    this.#tried.add(key);
    packetPace.left();
    const socket = connect({
      host: server.address,
      port: server.port,
      ...(source === undefined ? {} : { localAddress: source }),
    });
    const knock: Knock = { socket, asking: new AbortController(), watchers: new Set() };
    const tell = (): void => {
      for (const watcher of [...knock.watchers]) watcher();
    };
    socket.on('connect', () => {
      this.#accepting.add(key);
      socket.destroy();
      tell();
    });
    // Without a listener, a refusal would end the process.
    socket.on('error', () => {});
    this.#knocks.set(key, knock);
    if (this.#overUdp && !this.#replied.has(key))
      void this.#askForRoot(server, source, knock.asking.signal, tell);
    return knock;
  }

  async #askForRoot(
    server: ServerAddress,
    source: string | undefined,
    stop: AbortSignal,
    onSign: () => void,
  ): Promise<void> {
    packetPace.left();
    // Without EDNS, as programs ask: a firewall may drop the others.
    const query = encodeQuery('.', recordTypeOf('NS'), false);
    const limits = { timeoutMs: rootWaitMs, source, signal: undefined, stop, onDiscard: () => {} };
    const key = formatServer(server);
    const send = sendOverUdpWith(
      unconnected((message, from) => {
        if (discardReason(message, query) === null) this.#answersFrom.set(key, formatServer(from));
      }),
    );
    try {
      const { exchange, late } = await send(server, query, limits);
      late?.close();
      if (exchange.outcome !== 'reply' && exchange.outcome !== 'truncated') return;
    } catch {
      // This host does not have the source address: the lookup itself tells that.
      return;
    }
    this.#replied.add(key);
    this.#answersRoot.add(key);
    onSign();
  }

  #end(key: string, knock: Knock): void {
    if (this.#knocks.get(key) === knock) this.#knocks.delete(key);
    knock.watchers.clear();
    knock.socket.destroy();
    knock.asking.abort();
  }
}
