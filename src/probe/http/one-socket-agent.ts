import { Agent } from 'node:http';
import type { Socket } from 'node:net';

/**
 * An agent with one connection, which stands already; it is kept for the next request where the server allows
 * it.
 */
class OneSocketAgent extends Agent {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(): Socket {
    return this.#socket;
  }
}

const agents = new WeakMap<Socket, Agent>();

/**
 * The agent of a socket, the same for every request over it: it knows whether the last one left the
 * connection fit for use.
 */
export function agentOf(socket: Socket): Agent {
  const known = agents.get(socket);
  if (known !== undefined) return known;
  const agent = new OneSocketAgent(socket);
  agents.set(socket, agent);
  return agent;
}
