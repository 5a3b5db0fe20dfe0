import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { version } from '../../core/version.js';
import { jobChecks } from '../job.js';
import type { MsgHdrs, NatsConnection } from '../nats/client.js';
import type { FleetNames } from '../nats/names.js';
import type { AgentConfig } from './agent-config.js';

/** What an agent says of itself in the bucket. */
interface Presence {
  version: string;
  node: string;
  host: string;
  groups: readonly string[];
  checks: readonly string[];
  allowHash: string;
  startedAt: string;
  seq: number;
}

/** How long the broker has to store an entry that is awaited, milliseconds. */
const storedMs = 5000;

/** Between attempts to have the first entry stored, milliseconds. */
const retryMs = 1000;

/**
 * Says in the bucket of the fleet, again and again, that an agent is there. An agent has no rights to the API of the bucket: an
 * entry is a plain message.
 */
export class Heartbeat {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #config: AgentConfig;
  readonly #everyMs: number;
  readonly #startedAt = new Date().toISOString();
  #timer: NodeJS.Timeout | undefined;
  #seq = 0;
  #isOver = false;

  constructor(
    connection: NatsConnection,
    names: FleetNames,
    agent: string,
    config: AgentConfig,
    everyMs: number,
  ) {
    this.#connection = connection;
    this.#everyMs = everyMs;
    this.#subject = names.presence(agent);
    this.#config = config;
  }

  /**
   * Begins. Resolves when the broker has stored the first entry, with null, or with why it has not: a leaf node does not know its hub
   * yet. Then it is tried again soon.
   */
  async start(): Promise<string | null> {
    this.#timer = setInterval(() => this.beat(), this.#everyMs);
    const problem = await this.#store(this.#entry());
    if (problem !== null) void this.#retry();
    return problem;
  }

  async #retry(): Promise<void> {
    do await delay(retryMs);
    while (!this.#isOver && !this.#connection.isClosed() && (await this.#store(this.#entry())) !== null);
  }

  /** One entry more, which nobody waits for. */
  beat(): void {
    if (!this.#connection.isClosed()) this.#connection.publish(this.#subject, this.#entry());
  }

  /** The bucket forgets the agent at once. Resolves when the broker has stored that, with why it has not, or null. */
  async end(): Promise<string | null> {
    clearInterval(this.#timer);
    this.#isOver = true;
    if (this.#connection.isClosed()) return 'the connection is closed';
    const { headers } = await import('../nats/client.js');
    const told = headers();
    told.set('KV-Operation', 'DEL');
    return this.#store('', told);
  }

  #entry(): string {
    const { groups, allowHash } = this.#config;
    this.#seq += 1;
    const body: Presence = {
      version,
      node: process.version,
      host: hostname(),
      groups,
      checks: jobChecks,
      allowHash,
      startedAt: this.#startedAt,
      seq: this.#seq,
    };
    return JSON.stringify(body);
  }

  async #store(body: string, headers?: MsgHdrs): Promise<string | null> {
    const { jetstream } = await import('../nats/client.js');
    try {
      await jetstream(this.#connection).publish(this.#subject, body, {
        timeout: storedMs,
        ...(headers === undefined ? {} : { headers }),
      });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
