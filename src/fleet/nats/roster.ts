import { isPlainObject } from '../../core/check-options.js';
import { CapabilityError } from '../../core/errors.js';
import type { FleetAgent } from '../../documents/agents.js';
import type { FleetMember } from '../../documents/fleet.js';
import { idPattern } from '../job.js';
import type { NatsConnection } from './client.js';
import type { FleetNames } from './names.js';

/** The error of a fleet whose stream or bucket does not exist. */
export function notMade(fleet: string, cause: unknown): CapabilityError {
  return new CapabilityError(
    'stream',
    `fleet ${fleet}: the broker has no stream and no bucket for it; make them with "pprobe fleet init"`,
    `pprobe fleet init --fleet ${fleet} --server URL`,
    { cause },
  );
}

/** The agents that are there, in the order of their names. Throws CapabilityError where the bucket does not exist. */
export async function presentAgents(
  connection: NatsConnection,
  names: FleetNames,
  fleet: string,
): Promise<FleetAgent[]> {
  const { jetstreamManager, Kvm } = await import('./client.js');
  try {
    const bucket = await new Kvm(connection).open(names.bucket);
    const manager = await jetstreamManager(connection);
    // The stream says at once which subjects it has. bucket.keys() reads them one after the other, and one whose entry is
    // replaced meanwhile is left out: of 1,000 readings while 20 agents beat, 2.
    const { state } = await manager.streams.info(names.bucketStream, {
      subjects_filter: names.presence('*'),
    });
    const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.split('.').at(-1) ?? '');
    const entries = await mapSome(keys, (key) => bucket.get(key));
    return entries
      .flatMap((entry) => (entry?.operation === 'PUT' && idPattern.test(entry.key) ? [entry] : []))
      .map(({ key, value, created }) => agentOf(key, value, created))
      .sort((a, b) => (a.agent < b.agent ? -1 : 1));
  } catch (error) {
    if (error instanceof Error && /stream not found/i.test(error.message)) throw notMade(fleet, error);
    throw error;
  }
}

/** Requests under way at the same time. */
const mostRequests = 50;

async function mapSome<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(mostRequests, items.length) }, lane));
  return results;
}

/** What an agent says of itself is not trusted: wrong members are left out. */
function agentOf(agent: string, value: Uint8Array, created: Date): FleetAgent {
  let said: unknown = null;
  try {
    said = value.length > 8192 ? null : JSON.parse(Buffer.from(value).toString('utf8'));
  } catch {
    // It is there all the same.
  }
  const members = isPlainObject(said) ? said : {};
  const text = (member: unknown): string | null =>
    typeof member === 'string' && member !== '' ? member.slice(0, 255) : null;
  const ids = (member: unknown): string[] =>
    Array.isArray(member)
      ? member.filter((each): each is string => typeof each === 'string' && idPattern.test(each))
      : [];
  return {
    agent,
    groups: ids(members.groups).slice(0, 64),
    host: text(members.host),
    version: text(members.version),
    checks: ids(members.checks).slice(0, 64),
    seenAt: created.toISOString(),
  };
}

/** Those of a group, or all, as members of a roster. */
export function membersOf(agents: readonly FleetAgent[], group: string | null): FleetMember[] {
  return agents
    .filter(({ groups }) => group === null || groups.includes(group))
    .map(({ agent, groups, host, seenAt }) => ({ agent, group: group ?? groups[0] ?? null, host, seenAt }));
}
