import { setTimeout as delay } from 'node:timers/promises';
import { InvalidInputError } from '../../core/errors.js';
import { randomOctets } from '../../core/random.js';
import { count } from '../../core/text.js';
import type { FleetMember } from '../../documents/fleet.js';
import type { CarriedJob, Carrier, DeliveryListener } from '../carrier.js';
import { deadlineBounds, type Job, longestJob } from '../job.js';
import type { NatsConnection } from './client.js';
import { FleetNames } from './names.js';
import { membersOf, presentAgents } from './roster.js';
import { Round, type RoundPlan } from './round.js';

/** How a controller reaches a fleet. */
export interface NatsFleetPlan extends RoundPlan {
  /** Ask more agents than `mostUnasked`. */
  isLargeMeant: boolean;
  requestedBy: string | null;
}

/** A job for more agents than these must be meant. */
export const mostUnasked = 50;

/** A thousand hosts that connect to one endpoint at the same time are a fault of their own. */
const spreadPerAgentMs = 10;

/** How long a copy of a job can be run, beyond its deadline, milliseconds. Clocks of hosts are not in agreement. */
const replayMs = 300_000;

/** How long a broker that does not answer delays the result, milliseconds: it may not have the cancellation then. */
const flushMs = 2000;

/** Sends jobs over core NATS and reads results from the stream of the fleet. */
export class NatsCarrier implements Carrier {
  readonly deadline = 'of-job';
  readonly claimsAreOpen = true;
  readonly #connection: NatsConnection;
  readonly #plan: NatsFleetPlan;
  readonly #names: FleetNames;
  #round: Round | null = null;

  constructor(connection: NatsConnection, plan: NatsFleetPlan) {
    this.#connection = connection;
    this.#plan = plan;
    this.#names = new FleetNames(plan.fleet);
  }

  async roster(): Promise<FleetMember[]> {
    const { fleet, group, isLargeMeant } = this.#plan;
    const members = membersOf(await presentAgents(this.#connection, this.#names, fleet), group);
    if (members.length > mostUnasked && !isLargeMeant)
      throw new InvalidInputError(
        '--yes',
        `--yes: missing; the job goes to ${count(members.length, 'agent')}, more than ${mostUnasked}: give --yes, or --group`,
      );
    return members;
  }

  async start(job: CarriedJob, roster: readonly FleetMember[], listener: DeliveryListener): Promise<void> {
    if (job.deadlineMs > deadlineBounds.max)
      throw new InvalidInputError(
        '--deadline',
        `--deadline: ${job.deadlineMs / 1000} s is longer than agents take jobs for; give at most ${deadlineBounds.max / 1000}s`,
      );
    const spreadMs = spreadPerAgentMs * roster.length;
    if (spreadMs > job.deadlineMs / 2)
      throw new InvalidInputError(
        '--deadline',
        `--deadline: ${job.deadlineMs} ms is too short for ${count(roster.length, 'agent')}, which start within ${spreadMs} ms; give at least ${Math.ceil(spreadMs / 500)}s`,
      );
    const sent = this.#wireJob(job, spreadMs);
    const { length } = Buffer.from(JSON.stringify(sent));
    if (length > longestJob)
      throw new InvalidInputError('target', `target: the job has ${length} octets, more than ${longestJob}`);
    this.#round = new Round(this.#connection, this.#names, this.#plan, sent, roster, listener);
    await this.#round.run();
  }

  /** A job as it goes to the agents. */
  #wireJob({ id, check, target, issuedAt, deadlineMs, options }: CarriedJob, spreadMs: number): Job {
    const { redact = false, ...rest } = options;
    return {
      kind: 'job',
      version: 1,
      id,
      fleet: this.#plan.fleet,
      check,
      target,
      options: rest,
      startAfterMs: 0,
      spreadMs,
      deadlineMs,
      issuedAt,
      notAfter: new Date(Date.parse(issuedAt) + deadlineMs + replayMs).toISOString(),
      redact,
      maskSeed: randomOctets(16).toString('hex'),
      requestedBy: this.#plan.requestedBy,
      reason: null,
    };
  }

  cancel(why: 'deadline' | 'interrupt'): void {
    this.#round?.cancel(why);
  }

  async close(): Promise<void> {
    this.#round?.finish();
    const flushed = this.#connection.isClosed() ? null : this.#connection.flush().catch(() => {});
    await Promise.race([flushed, delay(flushMs, undefined, { ref: false })]);
    await this.#connection.close();
  }
}
