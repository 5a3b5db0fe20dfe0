import { randomBelow } from '../../core/random.js';
import { version } from '../../core/version.js';
import { digestOf, resultHeaders } from '../envelope.js';
import type { NatsConnection } from '../nats/client.js';
import { type FleetNames, messageId } from '../nats/names.js';
import type { AgentState, PendingResult } from './agent-state.js';

/** What became of one attempt to deliver a result. */
type Delivery = 'stored' | 'again' | { never: string };

/** JetStream's code for a message that is too long for its stream. */
const tooLong = 10_054;

/** How long an acknowledgement of the stream is awaited. */
const ackMs = 5000;
const shortestWaitMs = 250;
const longestWaitMs = 15_000;

/**
 * Delivers results to the stream of a fleet, one after the other, until each is stored. A result is repeated with its identifier
 * while the broker does not acknowledge it, because the stream keeps one message for each.
 */
export class Outbox {
  readonly #state: AgentState;
  readonly #names: FleetNames;
  readonly #agent: string;
  readonly #note: (line: string) => void;
  #connection: NatsConnection | null = null;
  #working: Promise<void> | null = null;
  #waitMs = shortestWaitMs;
  #wake: () => void = () => {};
  readonly #kept = new Set<string>();
  /** Jobs whose result was not sent yet, so that the stream cannot have it from this process. */
  readonly #fresh = new Set<string>();

  constructor(state: AgentState, names: FleetNames, agent: string, note: (line: string) => void) {
    this.#state = state;
    this.#names = names;
    this.#agent = agent;
    this.#note = note;
  }

  /** The results that wait, without those that the broker will never take. */
  #waiting(): PendingResult[] {
    return this.#state.pending().filter(({ job }) => !this.#kept.has(job));
  }

  get isEmpty(): boolean {
    return this.#waiting().length === 0;
  }

  /** The broker is there: what waits is sent. */
  connected(connection: NatsConnection): void {
    this.#connection = connection;
    this.#kept.clear();
    this.#waitMs = shortestWaitMs;
    this.#wake();
    this.#work();
  }

  /** Keeps a result and sends it. */
  add(result: PendingResult): void {
    this.#state.keep(result);
    this.#fresh.add(result.job);
    this.#work();
  }

  /** Resolves when everything is delivered, or `stop` aborts. */
  async drain(stop: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) =>
      stop.addEventListener('abort', () => resolve(), { once: true }),
    );
    this.#wake();
    // What is added while the work ends is the work of a new one.
    while (this.#working !== null && !stop.aborted) await Promise.race([this.#working, stopped]);
  }

  #work(): void {
    if (this.#working !== null || this.#connection === null) return;
    this.#working = this.#deliverAll().finally(() => {
      this.#working = null;
      // A result that was added after the last look found this work still under way.
      if (!this.isEmpty && this.#connection?.isClosed() === false) this.#work();
    });
  }

  async #deliverAll(): Promise<void> {
    for (let [next] = this.#waiting(); next !== undefined; [next] = this.#waiting()) {
      const connection = this.#connection;
      if (connection === null || connection.isClosed()) return;
      const delivery = await this.#deliver(connection, next);
      if (delivery === 'stored') {
        this.#state.delivered(next.job);
        this.#waitMs = shortestWaitMs;
      } else if (delivery === 'again') await this.#pause();
      else {
        this.#kept.add(next.job);
        this.#note(`job=${next.job} the result is not delivered and stays on disk: ${delivery.never}`);
      }
    }
  }

  async #deliver(connection: NatsConnection, { job, body }: PendingResult): Promise<Delivery> {
    const { headers, JetStreamApiError, jetstream, PermissionViolationError } = await import(
      '../nats/client.js'
    );
    const told = headers();
    told.set(resultHeaders.encoding, 'gzip');
    told.set(resultHeaders.digest, digestOf(body));
    told.set(resultHeaders.version, version);
    const isFirst = this.#fresh.delete(job);
    try {
      const { duplicate } = await jetstream(connection).publish(this.#names.result(job, this.#agent), body, {
        msgID: messageId(job, this.#agent),
        headers: told,
        timeout: ackMs,
      });
      if (isFirst && duplicate) this.#tellConflict(job);
      return 'stored';
    } catch (error) {
      if (error instanceof JetStreamApiError) {
        // The stream has the first result of this job, and keeps it.
        if (/maximum messages per subject exceeded/.test(error.message)) {
          if (isFirst) this.#tellConflict(job);
          return 'stored';
        }
        if (/maximum bytes exceeded|maximum messages exceeded/.test(error.message))
          return { never: error.message };
        if (error.code === tooLong) return { never: error.message };
      }
      if (error instanceof PermissionViolationError) return { never: error.message };
      if (error instanceof Error && error.name === 'InvalidArgumentError') return { never: error.message };
      // No stream answers: the hub is away behind a leaf node, or the broker restarts.
      return 'again';
    }
  }

  /** The stream had a result before this process sent one. */
  #tellConflict(job: string): void {
    this.#note(
      `job=${job} conflict: the stream has another result of agent ${this.#agent}, and keeps that one; look whether two processes run with this id`,
    );
  }

  /** Waits longer each time, and not at all once the broker is back. */
  async #pause(): Promise<void> {
    const waitMs = this.#waitMs / 2 + randomBelow(Math.ceil(this.#waitMs));
    this.#waitMs = Math.min(longestWaitMs, 2 * this.#waitMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
