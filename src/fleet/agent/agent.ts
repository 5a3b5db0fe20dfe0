import { elapsedMs, nowMs } from '../../core/clock.js';
import { anyOf } from '../../core/deadline.js';
import { CapabilityError } from '../../core/errors.js';
import { randomBelow } from '../../core/random.js';
import { count, quoted } from '../../core/text.js';
import { packetPace } from '../../net/wire/pace.js';
import type { ProbeDefaults } from '../../observe/options.js';
import type { DeniedPlaces } from '../../target/allow-list.js';
import { longestResult, packResult, type ResultEnvelope } from '../envelope.js';
import { idPattern, type Job } from '../job.js';
import type { Msg, NatsConnection } from '../nats/client.js';
import { type Broker, brokerPlaces, connectBroker, versionAdvice } from '../nats/connection.js';
import { FleetNames, inboxPrefix, presence } from '../nats/names.js';
import { ownProblem } from '../nats/problem.js';
import { jobHeaders } from '../signature.js';
import { Admission, type AdmittedJob, type Receipt, type Refusal } from './admission.js';
import type { AgentConfig } from './agent-config.js';
import { AgentState } from './agent-state.js';
import { Heartbeat } from './heartbeat.js';
import { Outbox } from './outbox.js';
import { runJob } from './run-job.js';
import { StandstillWatch } from './standstill.js';

/** What an agent is. */
export interface AgentPlan {
  broker: Broker;
  fleet: string;
  id: string;
  config: AgentConfig;
  /** What the probes of a job do that does not say it. */
  defaults?: ProbeDefaults;
  times?: AgentTimes;
}

/** How an agent and its broker know of each other, milliseconds. */
export interface AgentTimes {
  /** Between two entries in the bucket. */
  everyMs: number;
  /** Between two pings of the connection. */
  pingMs: number;
}

/** How long jobs and results under way have after a request to end, milliseconds. */
const drainMs = 60_000;

/** The time before the deadline in which a result is packed and sent; a slow host needs more than a second. Milliseconds. */
const resultMs = 2000;

/** Messages of forged jobs are told once in so many milliseconds. */
const forgedEveryMs = 10_000;

/**
 * Waits for jobs until `stop` aborts. Then it takes no more of them, ends those under way, delivers the results and returns. `note`
 * gets one line for each job and each change of the connection.
 *
 * Rejects with InvalidInputError or CapabilityError where it cannot begin. A broker that is not there is waited for.
 */
export async function runAgent(
  plan: AgentPlan,
  stop: AbortSignal,
  note: (line: string) => void,
): Promise<void> {
  packetPace.limit(plan.config.limits.packetsPerSecond);
  const connection = await firstConnection(plan, stop, note);
  const agent = new Agent(plan, note);
  if (connection !== null) await agent.serve(connection, stop);
}

/** The first connection, after a random wait, so that a fleet that starts together does not connect together; null after `stop`. */
async function firstConnection(
  { broker, id, config, times }: AgentPlan,
  stop: AbortSignal,
  note: (line: string) => void,
): Promise<NatsConnection | null> {
  const spreadMs = config.connectSpreadMs;
  await pause(randomBelow(spreadMs + 1), stop);
  let isTold = false;
  while (!stop.aborted) {
    try {
      const { pingMs } = times ?? {};
      const plan = { name: id, inboxPrefix: inboxPrefix(id), spreadMs, pingMs, signal: stop };
      return await connectBroker(broker, plan);
    } catch (error) {
      if (stop.aborted) return null;
      if (error instanceof CapabilityError || !(error instanceof Error) || error.name === 'InvalidInputError')
        throw error;
      if (!isTold)
        note(`${ownProblem(error) ?? `the broker does not answer (${error.message})`}; trying again`);
      isTold = true;
      await pause(500 + randomBelow(Math.max(500, spreadMs)), stop);
    }
  }
  return null;
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener('abort', end);
    if (stop.aborted) end();
  });
}

class Agent {
  readonly #plan: AgentPlan;
  readonly #names: FleetNames;
  readonly #state: AgentState;
  readonly #seen: Map<string, number>;
  readonly #admission: Admission;
  readonly #outbox: Outbox;
  readonly #note: (line: string) => void;
  readonly #cancels = new Map<string, AbortController>();
  readonly #jobs = new Set<Promise<void>>();
  #broker: DeniedPlaces = { names: [], addresses: [] };
  #ran = 0;
  #isAway = false;
  #forged = { toldMs: Number.NEGATIVE_INFINITY, count: 0 };
  readonly #standstill = new StandstillWatch();

  constructor(plan: AgentPlan, note: (line: string) => void) {
    this.#plan = plan;
    this.#note = note;
    this.#names = new FleetNames(plan.fleet);
    this.#state = new AgentState(plan.config.stateDir, plan.fleet, plan.id, note);
    this.#seen = this.#state.readSeen();
    this.#admission = new Admission(plan.config, plan.fleet, this.#seen);
    this.#outbox = new Outbox(this.#state, this.#names, plan.id, note);
  }

  /** Serves until `stop` aborts, over a connection that comes back by itself. */
  async serve(connection: NatsConnection, stop: AbortSignal): Promise<void> {
    await this.#learnBroker(connection);
    const { id, fleet } = this.#plan;
    const advice = versionAdvice(connection.info?.version);
    if (advice !== null) this.#note(advice);
    this.#standstill.start();
    const subscriptions = this.#subscribe(connection);
    const { config, times } = this.#plan;
    const everyMs = times?.everyMs ?? presence.everyMs;
    const heartbeat = new Heartbeat(connection, this.#names, id, config, everyMs);
    const watching = this.#watch(connection, heartbeat);
    // The broker takes messages in their order: when it has the first entry, it has the subscriptions, too.
    const problem = await Promise.race([heartbeat.start(), aborted(stop)]);
    if (typeof problem === 'string')
      this.#note(
        `the broker has not stored that this agent is there: ${problem}; it is told again until that is done. ${
          /permissions? violation/i.test(problem)
            ? `Give this user the rights of agent ${id}, as docs/nats.conf has them, or give --id the name that the broker has for it`
            : 'Look whether the fleet was made with "pprobe fleet init"; a leaf node needs the mapping of docs/nats.conf'
        }`,
      );
    if (!stop.aborted) this.#note(`agent ${id} of fleet ${fleet} is connected to ${connection.getServer()}`);
    this.#outbox.connected(connection);
    await Promise.race([aborted(stop), connection.closed()]);
    for (const subscription of subscriptions) subscription.unsubscribe();
    const left = heartbeat.end();
    // A broker that is away does not answer, and its bucket forgets the agent by itself.
    await Promise.race([left, this.#isAway ? null : left]);
    const limit = AbortSignal.timeout(drainMs);
    await Promise.race([Promise.all([...this.#jobs]), aborted(limit)]);
    for (const cancel of this.#cancels.values()) cancel.abort();
    await Promise.all([...this.#jobs]);
    // A broker that is away gets the results after the next start.
    const soon = AbortSignal.timeout(5000);
    await this.#outbox.drain(anyOf(limit, soon));
    this.#standstill.end();
    await connection.close();
    await watching;
    const waiting = this.#state.pending().length;
    this.#note(
      `ended after ${count(this.#ran, 'job')}${waiting === 0 ? '' : `; ${count(waiting, 'result')} kept for the next start`}`,
    );
  }

  #subscribe(connection: NatsConnection) {
    const { id, config } = this.#plan;
    const jobs = [
      this.#names.job(null),
      ...config.groups.map((group) => this.#names.job({ group })),
      this.#names.job({ agent: id }),
    ];
    const onJob = (error: Error | null, message: Msg): void => {
      if (error !== null) {
        this.#note(
          `the broker refuses a subscription, and its jobs do not come here: ${error.message}; add it to the rights of this user, as docs/nats.conf has them`,
        );
        return;
      }
      try {
        this.#receive(message);
      } catch (cause) {
        // The client would stop to read from the broker.
        this.#tellBug(cause);
      }
    };
    const onCancel = (error: Error | null, message: Msg): void => {
      if (error === null) this.#cancels.get(message.subject.split('.').at(-1) ?? '')?.abort();
    };
    return [
      ...jobs.map((subject) => connection.subscribe(subject, { callback: onJob })),
      connection.subscribe(this.#names.cancel('*'), { callback: onCancel }),
    ];
  }

  /** Follows the connection until it is closed. */
  async #watch(connection: NatsConnection, heartbeat: Heartbeat): Promise<void> {
    let awayMs: number | null = null;
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') {
        if (awayMs === null) this.#note('the broker is away; trying again, and results wait');
        awayMs ??= nowMs();
        this.#isAway = true;
      }
      if (type !== 'reconnect') continue;
      const away = awayMs === null ? 0 : elapsedMs(awayMs);
      awayMs = null;
      this.#isAway = false;
      this.#note(`the broker was away ${(away / 1000).toFixed(1)} s`);
      heartbeat.beat();
      this.#outbox.connected(connection);
      // The lookup of its name can take long, and nothing of the above needs it.
      await this.#learnBroker(connection);
    }
  }

  async #learnBroker(connection: NatsConnection): Promise<void> {
    const { names, addresses } = await brokerPlaces(this.#plan.broker, connection);
    // A lookup that fails makes no address of the broker a target.
    this.#broker = { names, addresses: addresses.length > 0 ? addresses : this.#broker.addresses };
  }

  #receive(message: Msg): void {
    const atMs = nowMs();
    const receipt: Receipt = {
      wallMs: Date.now(),
      nowMs: atMs,
      stoodStillMs: this.#standstill.beforeMs(atMs),
    };
    const { headers, data } = message;
    const signed = {
      body: data,
      signature: headers?.get(jobHeaders.signature) ?? '',
      keyId: headers?.get(jobHeaders.key) ?? '',
    };
    const admitted = this.#admission.admit(signed, receipt, this.#broker);
    const answer = (state: 'accepted' | 'refused', reason: string | null): void => {
      const { id } = this.#plan;
      const receivedAt = new Date(receipt.wallMs).toISOString();
      message.respond(JSON.stringify({ state, agent: id, reason, receivedAt }));
    };
    if ('word' in admitted) {
      this.#tellRefusal(admitted, signed.keyId);
      answer('refused', `${admitted.word}: ${admitted.why}`.slice(0, 500));
      return;
    }
    this.#state.writeSeen(this.#seen);
    answer('accepted', null);
    const running = this.#run(admitted, receipt).catch((cause) => this.#tellBug(cause));
    this.#jobs.add(running);
    void running.finally(() => this.#jobs.delete(running));
  }

  #tellBug(cause: unknown): void {
    const text = cause instanceof Error ? (cause.stack ?? String(cause)) : String(cause);
    for (const line of text.split('\n')) this.#note(`a bug in pprobe: ${line.trim()}`);
  }

  #tellRefusal({ word, why, job }: Refusal, keyId: string): void {
    if (word !== 'bad-signature') {
      this.#journal(job, keyId, 'refused', `${word}: ${why}`, 0);
      return;
    }
    this.#forged.count += 1;
    const now = nowMs();
    if (now - this.#forged.toldMs < forgedEveryMs) return;
    const { count: messages } = this.#forged;
    this.#forged = { toldMs: now, count: 0 };
    this.#note(`refused bad-signature: ${why}${messages > 1 ? ` (${messages} messages)` : ''}`);
  }

  #journal(job: Job | null, keyId: string, decision: string, why: string | null, ms: number): void {
    const reason = why === null ? '' : ` reason=${quoted(why)}`;
    const of = job === null ? 'job=?' : `job=${job.id} check=${job.check} target=${quoted(job.target)}`;
    const key = idPattern.test(keyId) ? keyId : '?';
    this.#note(`${of} key=${key} decision=${decision} ms=${Math.round(ms)}${reason}`);
  }

  async #run(admitted: AdmittedJob, receipt: Receipt): Promise<void> {
    const { job, keyId, delayedMs } = admitted;
    const { id, config, defaults } = this.#plan;
    const { limits } = config;
    const cancel = new AbortController();
    this.#cancels.set(job.id, cancel);
    const wholeMs = Math.min(job.deadlineMs, limits.jobMs);
    // What is known at the deadline has to arrive there.
    const leftMs = wholeMs - Math.min(resultMs, wholeMs / 4) - delayedMs;
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new DOMException('the deadline of the job', 'TimeoutError')),
      Math.max(1, leftMs),
    );
    try {
      await pause(
        job.startAfterMs + randomBelow(Math.floor(job.spreadMs) + 1),
        anyOf(deadline.signal, cancel.signal),
      );
      const startedAt = new Date().toISOString();
      const startMs = nowMs();
      const signals = { deadline: deadline.signal, cancel: cancel.signal };
      const outcome = await runJob(admitted, { ...config, defaults }, () => this.#broker, signals);
      this.#ran += 1;
      const result: ResultEnvelope = {
        kind: 'fleet-result',
        version: 1,
        job: job.id,
        agent: id,
        group: config.groups[0] ?? null,
        attempt: 1,
        receivedAt: new Date(receipt.wallMs).toISOString(),
        startedAt,
        finishedAt: new Date().toISOString(),
        monotonicMs: elapsedMs(startMs),
        clock: null,
        ...outcome,
      };
      this.#outbox.add({ job: job.id, body: packedWithin(result) });
      this.#journal(job, keyId, outcome.outcome, outcome.error, elapsedMs(receipt.nowMs));
    } finally {
      clearTimeout(timer);
      this.#cancels.delete(job.id);
      this.#admission.release();
    }
  }
}

/** A result that the stream takes: one that is too long says so in place of its report. */
function packedWithin(result: ResultEnvelope): Buffer {
  const body = packResult(result);
  if (body.length <= longestResult) return body;
  const error = `the report has ${body.length} octets, more than a result may have`;
  return packResult({ ...result, outcome: 'failed', report: null, error });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
