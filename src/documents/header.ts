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

/** The last time formatted: a sweep starts many documents per millisecond, and formatting is most of a header's cost. */
let latest = { ms: Number.NaN, text: '' };

function wallClock(): string {
  const ms = Date.now();
  if (ms !== latest.ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}
