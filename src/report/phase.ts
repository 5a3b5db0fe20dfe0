import { addressOutcomes } from '../diagnose/facts/tcp.js';
import type { Evidence, SkippedStep } from '../diagnose/observations.js';
import type { Mark } from './text/style.js';

/** One of the five phases of a request, summed up for a reader. */
export interface Phase {
  name: 'resolve' | 'connect' | 'tls' | 'processing' | 'path';
  /** `none`: it was not measured, or not reached. */
  mark: Mark;
  /** Milliseconds; null where nothing was measured. */
  ms: number | null;
  /** One line; may quote what came from the network, uncleaned. */
  text: string;
}

/** A phase without a measurement, and why there is none. */
export function missing(name: Phase['name'], report: Evidence, step: SkippedStep['step']): Phase {
  const reason = report.skipped.find((each) => each.step === step)?.reason;
  // A trace needs an address alone; with one at hand, it was not the network that kept it from running.
  const reached = step === 'trace' && addressOutcomes(report).length > 0;
  const text = reason === undefined ? (reached ? 'not measured' : 'not reached') : `not measured: ${reason}`;
  return { name, mark: 'none', ms: null, text };
}
