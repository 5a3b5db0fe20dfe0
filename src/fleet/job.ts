import { type Bound, isPlainObject } from '../core/check-options.js';
import { quoted } from '../core/text.js';

/** What an agent can be asked to do. */
export const jobChecks = ['diagnose', 'dns', 'tcp', 'trace'] as const;

export type JobCheck = (typeof jobChecks)[number];

/** A closed set of numbers and names: nothing in a job names a file, a header, a program or an address to send from. */
export interface WireOptions {
  family?: 4 | 6;
  /** Per connection, handshake and answer, milliseconds. */
  timeoutMs?: number;
  trace?: boolean;
  http?: boolean;
  imds?: boolean;
  /** `HOST:PORT`. It must be allowed as the target must. */
  control?: string;
  /** The last TTL of a trace. */
  maxTtl?: number;
  vpce?: string;
  apiId?: string;
}

/** One measurement for many hosts. It goes over the wire as JSON, and the signature is over its octets as sent. */
export interface Job {
  kind: 'job';
  version: 1;
  id: string;
  fleet: string;
  check: JobCheck;
  /** As for `pprobe diagnose`. */
  target: string;
  options: WireOptions;
  /** From receipt to the start, milliseconds. Hosts start together by this, and never by their clocks. */
  startAfterMs: number;
  /** A random part of this is added, milliseconds, so that a thousand hosts are no flood. */
  spreadMs: number;
  /** From receipt to the end, milliseconds, by the agent's monotonic clock. */
  deadlineMs: number;
  /** The controller's wall clock. These two only bound for how long somebody can send a copy. */
  issuedAt: string;
  notAfter: string;
  /** Mask the report at the agent. */
  redact: boolean;
  /** 32 hexadecimal digits, with which all agents give a value the same mask. null: each has masks of its own. */
  maskSeed: string | null;
  requestedBy: string | null;
  reason: string | null;
}

/** Names of fleets, groups, agents and jobs: they are tokens of subjects. */
export const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** The largest job in octets. */
export const longestJob = 8192;

const waitBounds = { min: 0, max: 600_000 };
/** How long a job may take, milliseconds. */
export const deadlineBounds = { min: 1, max: 600_000 };

/** A job, or which member is wrong. */
export type ReadJob = { job: Job } | { problem: 'unknown-check' | 'options'; why: string };

/**
 * Checks a parsed job. Members that it does not know are ignored; an unknown option is not, because leaving it out would measure
 * something else than was asked. Pure.
 */
export function readJob(value: unknown): ReadJob {
  if (!isPlainObject(value)) return wrong('the job is not an object');
  const { kind, version, id, fleet, check, target, options = {}, redact = false, maskSeed = null } = value;
  if (kind !== 'job') return wrong(`kind: ${shown(kind)} is not "job"`);
  if (version !== 1) return wrong(`version: ${shown(version)} is not 1; upgrade the agent`);
  if (typeof id !== 'string' || !idPattern.test(id)) return wrong(`id: ${shown(id)} is not an id`);
  if (typeof fleet !== 'string' || !idPattern.test(fleet))
    return wrong(`fleet: ${shown(fleet)} is not a name`);
  const known = jobChecks.find((each) => each === check);
  if (known === undefined) return { problem: 'unknown-check', why: shown(check) };
  if (typeof target !== 'string' || target.length === 0 || target.length > 2048)
    return wrong('target: give 1 to 2048 characters');
  const read = readOptions(options);
  if (typeof read === 'string') return wrong(read);
  const times = {
    startAfterMs: value.startAfterMs ?? 0,
    spreadMs: value.spreadMs ?? 0,
    deadlineMs: value.deadlineMs,
  };
  const { startAfterMs, spreadMs, deadlineMs } = times;
  if (!isWithin(startAfterMs, waitBounds))
    return wrong(`startAfterMs: ${shown(startAfterMs)} is not 0 to 600000`);
  if (!isWithin(spreadMs, waitBounds)) return wrong(`spreadMs: ${shown(spreadMs)} is not 0 to 600000`);
  if (!isWithin(deadlineMs, deadlineBounds))
    return wrong(`deadlineMs: ${shown(deadlineMs)} is not 1 to 600000`);
  const [issuedAt, notAfter] = [instantOf(value.issuedAt), instantOf(value.notAfter)];
  if (issuedAt === null) return wrong(`issuedAt: ${shown(value.issuedAt)} is not a time`);
  if (notAfter === null) return wrong(`notAfter: ${shown(value.notAfter)} is not a time`);
  if (typeof redact !== 'boolean') return wrong(`redact: ${shown(redact)} is not true or false`);
  if (maskSeed !== null && (typeof maskSeed !== 'string' || !/^[0-9a-f]{32}$/.test(maskSeed)))
    return wrong('maskSeed: give 32 hexadecimal digits');
  const text = (member: unknown): string | null => (typeof member === 'string' ? member.slice(0, 256) : null);
  return {
    job: {
      kind,
      version,
      id,
      fleet,
      check: known,
      target,
      options: read,
      startAfterMs,
      spreadMs,
      deadlineMs,
      issuedAt,
      notAfter,
      redact,
      maskSeed,
      requestedBy: text(value.requestedBy),
      reason: text(value.reason),
    },
  };
}

function wrong(why: string): ReadJob {
  return { problem: 'options', why };
}

function shown(value: unknown): string {
  return quoted(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));
}

function isWithin(value: unknown, { min, max }: Pick<Bound, 'min' | 'max'>): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

/** A time as RFC 3339 text or milliseconds since 1970, in one form. */
function instantOf(value: unknown): string | null {
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

const optionChecks: { [Name in keyof Required<WireOptions>]: (value: unknown) => boolean } = {
  family: (value) => value === 4 || value === 6,
  timeoutMs: (value) => isWithin(value, deadlineBounds),
  trace: (value) => typeof value === 'boolean',
  http: (value) => typeof value === 'boolean',
  imds: (value) => typeof value === 'boolean',
  control: (value) => typeof value === 'string' && value.length <= 300,
  maxTtl: (value) => Number.isInteger(value) && isWithin(value, { min: 1, max: 255 }),
  vpce: (value) => typeof value === 'string' && /^[\w.-]{1,255}$/.test(value),
  apiId: (value) => typeof value === 'string' && /^[a-z0-9]{1,64}$/.test(value),
};

/** The options, or which one is wrong. */
function readOptions(value: unknown): WireOptions | string {
  if (!isPlainObject(value)) return 'options: not an object';
  for (const [name, given] of Object.entries(value)) {
    const check = Object.hasOwn(optionChecks, name) ? optionChecks[name as keyof WireOptions] : undefined;
    if (check === undefined) return `options: there is no option ${quoted(name)}`;
    if (!check(given)) return `options.${name}: ${shown(given)} is not a value of it`;
  }
  return value as WireOptions;
}
