import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { elapsedMs, nowMs, systemClock } from '../../core/clock.js';
import { CapabilityError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import type { ClockOffset, FleetMember } from '../../documents/fleet.js';
import type { Delivery, DeliveryListener } from '../carrier.js';
import { type ResultEnvelope, resultHeaders, unpackResult } from '../envelope.js';
import type { Job } from '../job.js';
import { type FleetKey, jobHeaders, signatureOf } from '../signature.js';
import type { Msg, NatsConnection } from './client.js';
import { clockBetween, isNobody, jobAnswerOf } from './job-answer.js';
import type { FleetNames } from './names.js';
import { notMade } from './roster.js';

/** To whom a job goes, and who signs it. */
export interface RoundPlan {
  fleet: string;
  /** null: all agents. */
  group: string | null;
  key: FleetKey;
}

/** How long a result is awaited of an agent of which somebody says that it refused, once all others have ended, milliseconds. */
const contradictionMs = 300;

/** Between attempts to read from a stream that is not there yet, milliseconds. */
const retryMs = 100;

/** Between the first two sendings of a job again, and at most between two of them, milliseconds. */
const askAgainMs = { first: 500, longest: 4000 };

/** Results that are read from the stream ahead of their use. */
const readAhead = 25;

/** What an agent said in answer to the job. */
interface SaidState {
  accepted: boolean;
  refused: { reason: string; clock: ClockOffset | null } | null;
}

/** One job under way: what the agents answer to it, and what the stream gets of it. */
export class Round {
  readonly #connection: NatsConnection;
  readonly #names: FleetNames;
  readonly #plan: RoundPlan;
  readonly #job: Job;
  readonly #roster: readonly FleetMember[];
  readonly #listener: DeliveryListener;
  readonly #said = new Map<string, SaidState>();
  readonly #delivered = new Set<string>();
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #cancelGrace: (() => void) | undefined;
  #stopReading: () => Promise<void> = async () => {};
  #sentAt = 0;
  /** How often the broker was away since the job was sent. */
  #absences = 0;
  #isOver = false;

  constructor(
    connection: NatsConnection,
    names: FleetNames,
    plan: RoundPlan,
    job: Job,
    roster: readonly FleetMember[],
    listener: DeliveryListener,
  ) {
    this.#connection = connection;
    this.#names = names;
    this.#plan = plan;
    this.#job = job;
    this.#roster = roster;
    this.#listener = listener;
    for (const { agent } of roster) this.#said.set(agent, { accepted: false, refused: null });
    this.#finished = new Promise((resolve, reject) => {
      this.#finish = () => {
        this.#isOver = true;
        resolve();
      };
      this.#fail = (error) => {
        this.#isOver = true;
        reject(error);
      };
    });
    // run() awaits it; until then a failure is not unhandled.
    this.#finished.catch(() => {});
  }

  async run(): Promise<void> {
    const { createInbox, headers } = await import('./client.js');
    const { fleet, group, key } = this.#plan;
    const startMs = nowMs();
    this.#stopReading = await this.#read(fleet);
    // A broker that stood still can answer after the deadline, when the table says already that nobody was asked.
    if (this.#isOver) return this.#stopReading();
    const inbox = createInbox();
    const ask = (to: Parameters<FleetNames['job']>[0], job: Job): void => {
      const body = Buffer.from(JSON.stringify(job));
      const told = headers();
      told.set(jobHeaders.signature, signatureOf(body, key));
      told.set(jobHeaders.key, key.id);
      this.#connection.publish(this.#names.job(to), body, { reply: inbox, headers: told });
    };
    const answers = this.#connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error === null) this.#guarded(() => this.#hear(message));
      },
    });
    const stopWatching = this.#watch(fleet, (agent) => {
      const deadlineMs = Math.ceil(this.#job.deadlineMs - elapsedMs(startMs));
      if (deadlineMs > 0) ask({ agent }, { ...this.#job, deadlineMs });
    });
    try {
      for (const { agent } of this.#roster) this.#listener.asked(agent);
      this.#sentAt = Date.now();
      ask(group === null ? null : { group }, this.#job);
      await this.#finished;
    } finally {
      this.#cancelGrace?.();
      answers.unsubscribe();
      stopWatching();
      await this.#stopReading();
    }
  }

  cancel(why: 'deadline' | 'interrupt'): void {
    if (!this.#connection.isClosed()) this.#connection.publish(this.#names.cancel(this.#job.id));
    if (why === 'deadline') this.#end();
    else this.#endIfAllHave();
  }

  /** Nothing more is awaited. */
  finish(): void {
    this.#finish();
  }

  /** Reads the results of the job as the stream gets them. Returns what ends that. */
  async #read(fleet: string): Promise<() => Promise<void>> {
    const { jetstream } = await import('./client.js');
    try {
      const consumer = await jetstream(this.#connection).consumers.get(this.#names.stream, {
        filter_subjects: this.#names.result(this.#job.id, '*'),
      });
      const results = await consumer.consume({
        max_messages: readAhead,
        callback: (message) =>
          this.#guarded(() =>
            this.#take(message.subject, message.data, message.headers?.get(resultHeaders.digest)),
          ),
      });
      return async () => {
        await results.close().catch(() => {});
      };
    } catch (error) {
      if (error instanceof Error && /stream not found/i.test(error.message)) throw notMade(fleet, error);
      throw error;
    }
  }

  /** Ends the round with the error of `work`: the client would stop to read from the broker, and print the error. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A server that starts again has forgotten who reads: the results are read once more. */
  async #readAgain(fleet: string): Promise<void> {
    await this.#stopReading();
    while (!this.#isOver && !this.#connection.isClosed()) {
      try {
        const stopReading = await this.#read(fleet);
        // The round may have ended meanwhile.
        if (this.#isOver) await stopReading();
        else this.#stopReading = stopReading;
        return;
      } catch {
        // JetStream is not ready yet.
        await delay(retryMs);
      }
    }
  }

  /** Tells when the broker was away, reads on, and sends the job again. Returns what ends that. */
  #watch(fleet: string, ask: (agent: string) => void): () => void {
    let isWatched = true;
    let awayAt: number | null = null;
    const follow = async (): Promise<void> => {
      for await (const { type } of this.#connection.status()) {
        if (!isWatched) return;
        if (type === 'disconnect') awayAt ??= performance.now();
        if (type !== 'reconnect' || awayAt === null) continue;
        this.#listener.note(`the broker was away ${((performance.now() - awayAt) / 1000).toFixed(1)} s`);
        awayAt = null;
        this.#absences += 1;
        this.#askAgain(ask).catch(this.#fail);
        await this.#readAgain(fleet);
      }
    };
    follow().catch(this.#fail);
    return () => {
      isWatched = false;
    };
  }

  /**
   * The job again, with the same id, to each agent that has said nothing. A broker keeps no jobs: it ends with those that it has not
   * handed on, and with what agents answered. Agents come back to it later than this process, so one time is not enough.
   */
  async #askAgain(ask: (agent: string) => void): Promise<void> {
    const absences = this.#absences;
    for (let waitMs = askAgainMs.first; ; waitMs = Math.min(2 * waitMs, askAgainMs.longest)) {
      if (this.#isOver || this.#connection.isClosed() || this.#absences > absences) return;
      for (const [agent, { accepted, refused }] of this.#said)
        if (!accepted && refused === null && !this.#delivered.has(agent)) ask(agent);
      await delay(waitMs, undefined, { ref: false });
    }
  }

  /** An answer to the job. It proves nothing of who sent it, so a refusal counts only while its agent does not say the contrary. */
  #hear(message: Msg): void {
    if (isNobody(message)) {
      // Agents are on their way back to a broker that was away.
      if (this.#absences > 0) return;
      const none = 'no agent is connected to the broker; start them, or look at "pprobe fleet agents"';
      this.#fail(new CapabilityError('agents', none));
      return;
    }
    const answer = jobAnswerOf(message);
    if (answer === null) return;
    const said = this.#said.get(answer.agent);
    if (said === undefined) {
      this.#listener.note(`agent ${answer.agent} answers, and is not in the roster`);
      return;
    }
    const clock = clockBetween(answer.receivedAt, this.#sentAt, Date.now());
    // Who refuses the job as repeated has accepted it before, and the broker has lost that answer.
    const isRepeated = this.#absences > 0 && /^repeated\b/.test(answer.reason);
    if (answer.state === 'accepted' || isRepeated) {
      said.accepted = true;
      this.#listener.accepted(answer.agent, clock);
    } else said.refused ??= { reason: answer.reason, clock };
    this.#endIfAllHave();
  }

  #take(subject: string, data: Uint8Array, digest: string | undefined): void {
    const agent = subject.split('.').at(-1) ?? '';
    if (this.#delivered.has(agent)) return;
    if (!this.#said.has(agent)) {
      this.#listener.note(`agent ${quoted(agent)} sent a result, and is not in the roster`);
      return;
    }
    const read = unpackResult(data, digest || null, { job: this.#job.id, agent });
    this.#delivered.add(agent);
    this.#listener.delivered(
      agent,
      'why' in read ? { outcome: 'invalid', reason: read.why } : deliveryOfResult(read.result),
    );
    this.#endIfAllHave();
  }

  #endIfAllHave(): void {
    const isSettled = ([agent, { accepted, refused }]: [string, SaidState]): boolean =>
      this.#delivered.has(agent) || (refused !== null && !accepted);
    if (![...this.#said].every(isSettled)) return;
    if (this.#delivered.size === this.#said.size) this.#end();
    else this.#cancelGrace ??= systemClock.after(contradictionMs, () => this.#end());
  }

  /** Refusals are told last: a result of the same agent is worth more. */
  #end(): void {
    for (const [agent, { accepted, refused }] of this.#said)
      if (refused !== null && !accepted && !this.#delivered.has(agent))
        this.#listener.delivered(agent, { outcome: 'refused', ...refused });
    this.#finish();
  }
}

/** What came of the job at an agent, in the words of all carriers. */
export function deliveryOfResult({ outcome, report, error }: ResultEnvelope): Delivery {
  if (report !== null && outcome !== 'refused' && outcome !== 'failed')
    return { outcome: 'document', octets: gzipSync(JSON.stringify(report), { level: 1 }) };
  const reason = error ?? outcome;
  switch (outcome) {
    case 'refused':
      return { outcome, reason };
    case 'cancelled':
    case 'deadline':
      return { outcome: 'no-answer', reason: `${reason}: nothing was measured by then` };
    default:
      return { outcome: 'failed', reason };
  }
}
