import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../../core/clock.js';
import type { FleetDocument, FleetResult } from '../../documents/fleet.js';
import { startDocument } from '../../documents/header.js';
import { fleetDocument } from '../controller.js';
import { resultHeaders, unpackResult } from '../envelope.js';
import { readReceived } from '../received.js';
import type { NatsConnection } from './client.js';
import { FleetNames } from './names.js';
import { notMade } from './roster.js';
import { deliveryOfResult } from './round.js';

/** For how long late results are awaited. */
export interface LateWait {
  /** Milliseconds; 0: only what is there is read. */
  waitMs: number;
  /** Ends the wait with what is there. */
  stop?: AbortSignal;
}

/** Between two looks into the stream, milliseconds. */
const lookEveryMs = 500;

/**
 * The document of a job again, with the results that the stream got after the deadline: they are `late`, and the comparison is without
 * them. `saved` is the document as it was when the job ended.
 */
export async function withLateResults(
  connection: NatsConnection,
  fleet: string,
  saved: FleetDocument,
): Promise<FleetDocument> {
  return awaitLateResults(connection, fleet, saved, { waitMs: 0 });
}

/** As withLateResults(); waits until every member that accepted the job or was silent has a result. */
export async function awaitLateResults(
  connection: NatsConnection,
  fleet: string,
  saved: FleetDocument,
  { waitMs, stop }: LateWait,
): Promise<FleetDocument> {
  const header = startDocument('fleet');
  const { jetstreamManager } = await import('./client.js');
  const manager = await jetstreamManager(connection);
  const names = new FleetNames(fleet);
  const { job, roster } = saved;
  const results: FleetResult[] = [...saved.results];
  const untilMs = nowMs() + waitMs;
  for (;;) {
    let missing = 0;
    for (const [index, result] of results.entries()) {
      if (result.outcome !== 'no-answer' && result.outcome !== 'silent') continue;
      const message = await stored(names.result(job.id, result.agent));
      const digest = message?.header.get(resultHeaders.digest) || null;
      if (message === null) missing += 1;
      else results[index] = late(result, message.data, digest, job.id);
    }
    const leftMs = untilMs - nowMs();
    if (missing === 0 || leftMs <= 0 || stop?.aborted) break;
    await delay(Math.min(lookEveryMs, leftMs), undefined, stop === undefined ? {} : { signal: stop }).catch(
      () => {},
    );
  }
  return fleetDocument(header(), job, results, roster, true);

  async function stored(subject: string) {
    try {
      return await manager.streams.getMessage(names.stream, { last_by_subj: subject });
    } catch (error) {
      if (error instanceof Error && /stream not found/i.test(error.message)) throw notMade(fleet, error);
      if (error instanceof Error && /no message found/i.test(error.message)) return null;
      // The broker is away, or its streams are not ready yet.
      if (nowMs() < untilMs) return null;
      throw error;
    }
  }
}

function late(before: FleetResult, data: Uint8Array, digest: string | null, job: string): FleetResult {
  const read = unpackResult(data, digest, { job, agent: before.agent });
  if ('why' in read) return { ...before, outcome: 'invalid', reason: read.why };
  const delivery = deliveryOfResult(read.result);
  const received = delivery.outcome === 'document' ? readReceived(delivery.octets) : delivery;
  if (received.outcome === 'invalid') return { ...before, ...received };
  if (received.outcome !== 'answered')
    return { ...before, reason: 'reason' in received ? received.reason : before.reason };
  return { ...before, outcome: 'late', reason: 'it came after the deadline', report: received.report };
}
