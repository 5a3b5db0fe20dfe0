import type { FleetDocument, FleetResult } from '../../documents/fleet.js';
import { startDocument } from '../../documents/header.js';
import { fleetDocument } from '../controller.js';
import { resultHeaders, unpackResult } from '../envelope.js';
import { readReceived } from '../received.js';
import type { NatsConnection } from './client.js';
import { FleetNames } from './names.js';
import { deliveryOfResult } from './nats-carrier.js';
import { notMade } from './roster.js';

/**
 * The document of a job again, with the results that the stream got after the deadline: they are `late`, and the comparison is without
 * them. `saved` is the document as it was when the job ended.
 */
export async function withLateResults(
  connection: NatsConnection,
  fleet: string,
  saved: FleetDocument,
): Promise<FleetDocument> {
  const header = startDocument('fleet');
  const { jetstreamManager } = await import('./client.js');
  const manager = await jetstreamManager(connection);
  const names = new FleetNames(fleet);
  const results: FleetResult[] = [];
  for (const result of saved.results) {
    const isOpen = result.outcome === 'no-answer' || result.outcome === 'silent';
    const subject = names.result(saved.job.id, result.agent);
    const message = isOpen ? await stored(subject) : null;
    const digest = message?.header.get(resultHeaders.digest) || null;
    results.push(message === null ? result : late(result, message.data, digest, saved.job.id));
  }
  const { job, roster } = saved;
  return fleetDocument(header(), job, results, roster, true);

  async function stored(subject: string) {
    try {
      return await manager.streams.getMessage(names.stream, { last_by_subj: subject });
    } catch (error) {
      if (error instanceof Error && /stream not found/i.test(error.message)) throw notMade(fleet, error);
      if (error instanceof Error && /no message found/i.test(error.message)) return null;
      throw error;
    }
  }
}

function late(before: FleetResult, data: Uint8Array, digest: string | null, job: string): FleetResult {
  const read = unpackResult(data, digest, { job, agent: before.agent });
  if ('why' in read) return { ...before, outcome: 'invalid', reason: read.why };
  const delivery = deliveryOfResult(read.result);
  const received = delivery.outcome === 'document' ? readReceived(delivery.octets) : delivery;
  if (received.outcome !== 'answered')
    return { ...before, reason: 'reason' in received ? received.reason : before.reason };
  return { ...before, outcome: 'late', reason: 'it came after the deadline', report: received.report };
}
