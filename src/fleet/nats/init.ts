import type { NatsConnection } from './client.js';
import { FleetNames, longestStored, type PresenceTimes, presence } from './names.js';

/** What `init` made, or found. */
export interface FleetStore {
  stream: string;
  bucket: string;
  made: boolean;
}

const minuteNs = 60_000_000_000;
const dayNs = 24 * 60 * minuteNs;

/** The octets of results that the stream keeps, unless told otherwise. */
export const defaultMaxBytes = 1024 ** 3;

/**
 * Makes the stream of the results and the bucket of the agents, or brings those that exist to the same form. The stream keeps the
 * first result of each job and agent and refuses every other one, also after the window in which it knows identifiers of messages.
 * Without `maxBytes`, a stream that exists keeps its size: a smaller one would drop results.
 */
export async function initFleet(
  connection: NatsConnection,
  fleet: string,
  maxBytes?: number,
  { ttlMs }: PresenceTimes = presence,
): Promise<FleetStore> {
  const { DiscardPolicy, JetStreamApiError, jetstreamManager, Kvm, RetentionPolicy, StorageType } =
    await import('./client.js');
  const names = new FleetNames(fleet);
  const manager = await jetstreamManager(connection);
  const changeable = {
    subjects: [names.result('*', '*')],
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs_per_subject: 1,
    max_msg_size: longestStored,
    max_age: 7 * dayNs,
    ...(maxBytes === undefined ? {} : { max_bytes: maxBytes }),
    duplicate_window: 2 * minuteNs,
  };
  let made = true;
  try {
    await manager.streams.info(names.stream);
    await manager.streams.update(names.stream, changeable);
    made = false;
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || !/stream not found/.test(error.message)) throw error;
    const fixed = { retention: RetentionPolicy.Limits, storage: StorageType.File };
    const usual = { max_bytes: defaultMaxBytes };
    await manager.streams.add({ name: names.stream, ...fixed, ...usual, ...changeable });
  }
  await new Kvm(connection).create(names.bucket, {
    ttl: ttlMs,
    history: 1,
    max_bytes: 16 * 1024 ** 2,
  });
  return { stream: names.stream, bucket: names.bucket, made };
}
