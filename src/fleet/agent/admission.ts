import { InvalidInputError } from '../../core/errors.js';
import { count, quoted } from '../../core/text.js';
import type { Target } from '../../documents/target.js';
import { familyOf } from '../../net/address/address.js';
import type { DeniedPlaces } from '../../target/allow-list.js';
import { type HostAndPort, parseControl } from '../../target/host-port.js';
import { inetAton } from '../../target/number-form.js';
import { parseTarget } from '../../target/parse-target.js';
import { type Job, longestJob, readJob } from '../job.js';
import { signerOf } from '../signature.js';
import type { AgentConfig } from './agent-config.js';

/** How a `reason` of a refusal begins. */
export type RefusalWord =
  | 'bad-signature'
  | 'no-policy'
  | 'target-not-allowed'
  | 'repeated'
  | 'expired'
  | 'clock'
  | 'unknown-check'
  | 'options'
  | 'busy';

/** A job's message as it came. */
export interface JobMessage {
  body: Uint8Array;
  signature: string;
  keyId: string;
}

/** A job to run. */
export interface AdmittedJob {
  job: Job;
  target: Target;
  keyId: string;
  /** How much of `deadlineMs` may have passed before the message was read. */
  delayedMs: number;
}

export interface Refusal {
  word: RefusalWord;
  why: string;
  /** null where the message cannot be believed. */
  job: Job | null;
}

/** When a message was read. */
export interface Receipt {
  /** Milliseconds since 1970. */
  wallMs: number;
  /** Monotonic milliseconds. */
  nowMs: number;
  /** How long this process had not run before, milliseconds: the message may have waited for so long. */
  stoodStillMs: number;
}

/** How far a controller's clock may be from this host's, and how long an id is remembered beyond that. */
export const clockToleranceMs = 300_000;

/** Pauses below this are those of a busy host. */
const noticeableStopMs = 2000;

/** The ids of jobs that were run, with the time of receipt by this host's wall clock. */
export type SeenJobs = Map<string, number>;

/**
 * Decides which jobs an agent runs. It tests what costs least and trusts least first: size, signature, form, time, repetition, target,
 * load. Owns no socket, no timer and no file.
 */
export class Admission {
  readonly #config: AgentConfig;
  readonly #fleet: string;
  readonly #seen: SeenJobs;
  /** The receipts of the last minute, by key. */
  readonly #recent = new Map<string, number[]>();
  #running = 0;

  constructor(config: AgentConfig, fleet: string, seen: SeenJobs = new Map()) {
    this.#config = config;
    this.#fleet = fleet;
    this.#seen = seen;
  }

  /** Jobs that were admitted and have not ended. */
  get running(): number {
    return this.#running;
  }

  /** Admits a message, which counts as running until `release`, or says why not. */
  admit(message: JobMessage, receipt: Receipt, broker: DeniedPlaces): AdmittedJob | Refusal {
    const { keys, allow, limits } = this.#config;
    const { body } = message;
    const refuse = (word: RefusalWord, why: string, job: Job | null = null): Refusal => ({ word, why, job });
    if (body.length > longestJob)
      return refuse('options', `the job has ${body.length} octets, more than ${longestJob}`);
    const signer = signerOf(body, message, keys);
    if (signer === null) return refuse('bad-signature', signatureProblem(message, this.#config));
    if (allow.isEmpty) return refuse('no-policy', 'the configuration of this agent allows no target');
    const read = readJob(parsed(body));
    if ('problem' in read) return refuse(read.problem, read.why);
    const { job } = read;
    if (job.fleet !== this.#fleet) return refuse('options', `fleet: the job is for ${job.fleet}`, job);
    const late = timeProblem(job, receipt);
    if (late !== null) return refuse(late.word, late.why, job);
    this.#forget(receipt.wallMs);
    if (this.#seen.has(job.id)) return refuse('repeated', `job ${job.id} was received before`, job);
    const target = targetProblem(job, this.#config, broker);
    if ('word' in target) return refuse(target.word, target.why, job);
    const times = (this.#recent.get(signer.id) ?? []).filter((at) => receipt.nowMs - at < 60_000);
    if (times.length >= limits.jobsPerMinute)
      return refuse('busy', `more than ${count(limits.jobsPerMinute, 'job')} a minute of one key`, job);
    if (this.#running >= limits.atOnce)
      return refuse('busy', `${count(this.#running, 'job')} under way`, job);
    this.#recent.set(signer.id, [...times, receipt.nowMs]);
    this.#seen.set(job.id, receipt.wallMs);
    this.#running += 1;
    return { job, target: target.target, keyId: signer.id, delayedMs: standstill(receipt) };
  }

  /** A job that was admitted has ended. */
  release(): void {
    this.#running -= 1;
  }

  /** A copy of a job is refused by its time before its id is forgotten. */
  #forget(wallMs: number): void {
    for (const [id, at] of this.#seen)
      if (Math.abs(wallMs - at) > 4 * clockToleranceMs) this.#seen.delete(id);
  }
}

function standstill({ stoodStillMs }: Receipt): number {
  return stoodStillMs < noticeableStopMs ? 0 : stoodStillMs;
}

function signatureProblem({ signature, keyId }: JobMessage, { keys }: AgentConfig): string {
  if (keys.length === 0) return 'the configuration of this agent has no keys';
  if (signature === '' || keyId === '') return 'the message is not signed';
  if (!keys.some(({ id }) => id === keyId)) return `key ${quoted(keyId)} is not one of the configuration`;
  return `the signature is not that of key ${keyId}`;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** A job is run within its own times; a clock that is far from the controller's cannot tell whether these are over. */
function timeProblem(job: Job, receipt: Receipt): { word: 'expired' | 'clock'; why: string } | null {
  const [issuedMs, endMs] = [Date.parse(job.issuedAt), Date.parse(job.notAfter)];
  const here = new Date(receipt.wallMs).toISOString();
  const aheadMs = receipt.wallMs - issuedMs;
  const isOver = receipt.wallMs > endMs;
  if (Math.abs(aheadMs) > clockToleranceMs && !(isOver && receipt.wallMs - endMs <= clockToleranceMs)) {
    const way = aheadMs > 0 ? 'ahead of' : 'behind';
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    return {
      word: 'clock',
      why: `issued at ${job.issuedAt}, and it is ${here} here: ${seconds} s ${way} it`,
    };
  }
  if (isOver) return { word: 'expired', why: `not after ${job.notAfter}, and it is ${here} here` };
  const stoodMs = standstill(receipt);
  if (stoodMs >= job.deadlineMs)
    return {
      word: 'expired',
      why: `this agent stood still for ${Math.round(stoodMs / 1000)} s, and the job was for ${job.deadlineMs} ms`,
    };
  return null;
}

/** The target, or why it is refused before anything is looked up. */
function targetProblem(
  { check, target: text, options }: Job,
  { allow }: AgentConfig,
  broker: DeniedPlaces,
): { target: Target } | { word: 'options' | 'target-not-allowed'; why: string } {
  let target: Target;
  let control: HostAndPort | null;
  try {
    control = options.control === undefined ? null : parseControl(options.control);
    target = parseTarget(text, { vpce: options.vpce, apiId: options.apiId });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return {
      word: namesAddress(text) || namesAddress(options.control ?? '') ? 'target-not-allowed' : 'options',
      why: error.message,
    };
  }
  const port = check === 'dns' ? null : target.port;
  const why =
    allow.refusalOf(target.host, port, broker) ??
    (control === null ? null : allow.refusalOf(control.host, control.port, broker));
  return why === null ? { target } : { word: 'target-not-allowed', why };
}

/** Whether a text that is no target is a spelling of an address: `0xa9fea9fe`, `http://169.254.169.254/`, `ff02::1`. */
function namesAddress(text: string): boolean {
  const authority = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '');
  const host = /^\[(.*)\](?::\d*)?$/.exec(authority)?.[1] ?? authority;
  return [host, host.replace(/:\d*$/, '')].some((each) => familyOf(each) !== null || inetAton(each) !== null);
}
