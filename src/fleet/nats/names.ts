import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { idPattern } from '../job.js';

/** The subjects, the stream and the bucket of a fleet. They are the wire contract, version 1. */
export class FleetNames {
  readonly #root: string;
  /** Holds one result for each job and agent. */
  readonly stream: string;
  /** Holds who is there. */
  readonly bucket: string;
  /** The stream of the bucket (NATS ADR-8). */
  readonly bucketStream: string;

  constructor(fleet: string) {
    this.#root = `pprobe.v1.${fleet}`;
    this.stream = `PPROBE_RESULTS_${fleet}`;
    this.bucket = `PPROBE_AGENTS_${fleet}`;
    this.bucketStream = `KV_${this.bucket}`;
  }

  /** Where a job is sent: to all agents, to a group or to one. */
  job(to: { group: string } | { agent: string } | null): string {
    if (to === null) return `${this.#root}.job.all`;
    return 'group' in to ? `${this.#root}.job.group.${to.group}` : `${this.#root}.job.agent.${to.agent}`;
  }

  cancel(job: string): string {
    return `${this.#root}.cancel.${job}`;
  }

  result(job: string, agent: string): string {
    return `${this.#root}.result.${job}.${agent}`;
  }

  /** Where an agent says that it is there. */
  presence(agent: string): string {
    return `$KV.${this.bucket}.${agent}`;
  }
}

/** What identifies a result: the stream drops a second message with it. */
export function messageId(job: string, agent: string): string {
  return `${job}/${agent}`;
}

/** The prefix of the subjects to which an agent gets answers. The broker lets no other agent read them. */
export function inboxPrefix(agent: string): string {
  return `_INBOX_${agent}`;
}

/** The name of a fleet, group or agent. Throws InvalidInputError that names `argument`. */
export function checkId(text: string, argument: string): string {
  if (idPattern.test(text)) return text;
  throw new InvalidInputError(
    argument,
    `${argument}: ${quoted(text)} is not a name; give 1 to 64 letters, digits, - and _`,
  );
}

/** The most octets of a result with its headers in the stream. */
export const longestStored = 512 * 1024;

/** How often an agent says that it is there, and how long that is believed, milliseconds. */
export interface PresenceTimes {
  everyMs: number;
  ttlMs: number;
}

export const presence: PresenceTimes = { everyMs: 10_000, ttlMs: 30_000 };
