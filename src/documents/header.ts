import { elapsedMs, nowMs } from '../core/clock.js';
import { version } from '../core/version.js';

/** The fields every JSON document begins with. */
export interface DocumentHeader<Kind extends string> {
  kind: Kind;
  /** Of the document's form. Fields are added freely; a rename or removal needs a new number. */
  version: 1;
  tool: { name: 'pprobe'; version: string };
  /** Wall clock, ISO 8601 in UTC. For people; never subtracted. */
  startedAt: string;
  durationMs: number;
}

/**
 * Starts a document's clock. Call the result when the measurement ends to get its header.
 */
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

/** Many documents begin within one millisecond of a sweep, and putting a date together is most of what a header costs. */
let latest = { ms: Number.NaN, text: '' };

function wallClock(): string {
  const ms = Date.now();
  if (ms !== latest.ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}
