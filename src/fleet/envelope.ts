import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isPlainObject } from '../core/check-options.js';
import { quoted } from '../core/text.js';
import { idPattern } from './job.js';

/** What became of a job at one agent. `report`: measured, perhaps only until the deadline. */
export type ResultOutcome = 'report' | 'refused' | 'failed' | 'cancelled' | 'deadline';

/** What an agent sends around the document of a job. Its own version is apart from the document's. */
export interface ResultEnvelope {
  kind: 'fleet-result';
  version: 1;
  job: string;
  agent: string;
  group: string | null;
  /** 1; more where the agent had to send it again. */
  attempt: number;
  /** By the agent's wall clock. */
  receivedAt: string;
  startedAt: string;
  finishedAt: string;
  /** From the start to the end, milliseconds. */
  monotonicMs: number;
  /** The agent's clock less the controller's, as far as the agent knows. */
  clock: { offsetMinMs: number; offsetMaxMs: number } | null;
  outcome: ResultOutcome;
  /** The document of the check; null where nothing was measured. */
  report: unknown;
  error: string | null;
}

/** The headers of a result's message. */
export const resultHeaders = {
  encoding: 'Content-Encoding',
  digest: 'pprobe-sha256',
  version: 'pprobe-version',
} as const;

/** The most octets of a result, as sent and after decompression. */
export const longestResult = 512 * 1024;
export const longestInflated = 4 * 1024 * 1024;

/** The body of a result's message. */
export function packResult(result: ResultEnvelope): Buffer {
  return gzipSync(JSON.stringify(result));
}

/** Lower-case hexadecimal SHA-256 of a message's body. */
export function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

const outcomes: readonly ResultOutcome[] = ['report', 'refused', 'failed', 'cancelled', 'deadline'];

/**
 * Reads the body of a result's message, or says what is wrong with it. Sizes are tested before anything is decompressed or parsed.
 * `digest` is the header of the message, null where it has none. `job` and `agent` are those of the subject, which the broker guards: a
 * message that says other ones is wrong.
 */
export function unpackResult(
  body: Uint8Array,
  digest: string | null,
  { job, agent }: Pick<ResultEnvelope, 'job' | 'agent'>,
): { result: ResultEnvelope } | { why: string } {
  if (body.length > longestResult) return { why: `it has ${body.length} octets, more than ${longestResult}` };
  if (digest !== null && digest !== digestOf(body)) return { why: 'its checksum is not that of its header' };
  let text: string;
  try {
    text = gunzipSync(body, { maxOutputLength: longestInflated }).toString('utf8');
  } catch (error) {
    const isLong =
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE');
    return {
      why: isLong ? `it has more than ${longestInflated} octets without compression` : 'it is not gzip',
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: 'it is not JSON' };
  }
  if (!isPlainObject(value) || value.kind !== 'fleet-result') return { why: 'it is not a result' };
  if (value.version !== 1)
    return { why: `it is of version ${JSON.stringify(value.version)}; upgrade the controller` };
  if (value.job !== job) return { why: `it says it is of job ${said(value.job)}` };
  if (value.agent !== agent) return { why: `it says it is from ${said(value.agent)}` };
  const outcome = outcomes.find((each) => each === value.outcome);
  if (outcome === undefined) return { why: `its outcome is ${said(value.outcome)}` };
  const { receivedAt, startedAt, finishedAt } = value;
  if (!isInstant(receivedAt) || !isInstant(startedAt) || !isInstant(finishedAt))
    return { why: 'a time in it is not one' };
  return {
    result: {
      kind: 'fleet-result',
      version: 1,
      job,
      agent,
      group: typeof value.group === 'string' && idPattern.test(value.group) ? value.group : null,
      attempt: typeof value.attempt === 'number' ? value.attempt : 1,
      receivedAt,
      startedAt,
      finishedAt,
      monotonicMs: typeof value.monotonicMs === 'number' ? value.monotonicMs : 0,
      clock: null,
      outcome,
      report: value.report ?? null,
      error: typeof value.error === 'string' ? value.error.slice(0, 1000) : null,
    },
  };
}

function said(value: unknown): string {
  return quoted(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value));
}
