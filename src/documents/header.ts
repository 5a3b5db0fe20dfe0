import { elapsedMs, nowMs } from '../core/clock.js';
import { version } from '../core/version.js';
import type { Instant, Ms, Ordinal } from './scalars.js';

/** The program that wrote a document. */
export interface Tool {
  name: 'pprobe';
  /** @pattern ^\d+\.\d+\.\d+ */
  version: string;
}

/** The members that every JSON document begins with. */
export interface DocumentHeader<Kind extends string> {
  kind: Kind;
  /** Of the form. Members are added freely; a renamed or removed member makes a new version. */
  version: 1;
  tool: Tool;
  /** When the measurement began, for people: durations are measured by another clock. */
  startedAt: Instant;
  durationMs: Ms;
  /** Present where the measurement was ended before its end: the document holds what was known by then. */
  stopped?: Stopped;
}

/** Why and when a measurement was ended early. */
export interface Stopped {
  /** `time-limit`: --max-time, or an AbortSignal.timeout() given as `stop`. `request`: Ctrl-C, or another abort of `stop`. */
  by: 'time-limit' | 'request';
  /** From the start of the measurement. */
  afterMs: Ms;
}

/** Of a command that reads its input from a file: the line that the document is about. */
export interface OfInputLine {
  /** Counted from 1. Absent without `--file`. */
  line?: Ordinal;
}

/** Starts the clock of a document. The function returned stops it and gives the document's header. */
export function startDocument<Kind extends string>(kind: Kind): () => DocumentHeader<Kind> {
  const startedAt = wallClock();
  const startMs = nowMs();
  return () => ({
    kind,
    version: 1,
    tool: { name: 'pprobe', version },
    startedAt,
    durationMs: elapsedMs(startMs),
  });
}

/** The member `stopped` of a document whose measurement `stop` ended after `afterMs`; no member otherwise. */
export function stoppedMember(stop: AbortSignal | undefined, afterMs: number): { stopped?: Stopped } {
  if (stop?.aborted !== true) return {};
  const isTimeLimit = stop.reason instanceof DOMException && stop.reason.name === 'TimeoutError';
  return { stopped: { by: isTimeLimit ? 'time-limit' : 'request', afterMs } };
}

/** The last time formatted: a sweep starts many documents per millisecond, and formatting is most of a header's cost. */
let latest = { ms: Number.NaN, text: '' };

function wallClock(): string {
  const ms = Date.now();
  if (ms !== latest.ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}
