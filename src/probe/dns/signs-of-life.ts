import { connect, type Socket } from 'node:net';
import { packetPace } from '../../net/wire/pace.js';
import { formatServer, type ServerAddress } from '../../target/server.js';

/** One connection attempt to TCP port 53 of a server, shared by all questions that wait for the server. */
interface Knock {
  socket: Socket;
  watchers: Set<() => void>;
}

/**
 * Which servers show signs of life. A server without a reply to a query is worth a long wait only if something else shows
 * that it works: it has answered another query, or it accepts connections on TCP port 53. A refusal (RST) is no sign: it shows
 * that the host is there and that no DNS server listens, or that a firewall rejects. Lookups of one plan share what they see.
 */
export class SignsOfLife {
  readonly #replied = new Set<string>();
  readonly #accepting = new Set<string>();
  readonly #tried = new Set<string>();
  readonly #knocks = new Map<string, Knock>();

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

  /**
   * Connects to a server over TCP, unless it is known to accept, and calls `onSign` when it does. Returns a function
   * that ends the waiting; the last one that waits for a server closes the connection attempt.
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
    const knock: Knock = { socket, watchers: new Set() };
    socket.on('connect', () => {
      this.#accepting.add(key);
      const watchers = [...knock.watchers];
      this.#end(key, knock);
      for (const watcher of watchers) watcher();
    });
    // Without a listener, a refusal would end the process.
    socket.on('error', () => {});
    this.#knocks.set(key, knock);
    return knock;
  }

  #end(key: string, knock: Knock): void {
    if (this.#knocks.get(key) === knock) this.#knocks.delete(key);
    knock.watchers.clear();
    knock.socket.destroy();
  }
}
