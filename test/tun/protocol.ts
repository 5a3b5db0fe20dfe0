import type { PathBehaviour } from '../simulation/answers.js';

/** The first line that a responder reads. */
export interface ResponderSetup {
  /** The namespace's own addresses, /32 and /128: probes come from them. */
  clients: string[];
  /** By the address that the probes are sent to. */
  paths: Record<string, PathBehaviour>;
  /** The path to every other address. */
  elsewhere?: PathBehaviour;
}

/** The actual times of one answered SYN, which the trace should have measured. */
export interface AnsweredSyn {
  destination: string;
  sourcePort: number;
  ttl: number;
  /** From reading the SYN to writing the first answer, on the monotonic clock. */
  delayMs: number;
  /** The delay in the scenario. */
  intendedMs: number;
}

/** The report of a responder since its last report: one line of JSON. */
export interface ResponderReport {
  /** SYNs read, answered or not. */
  syns: number;
  answered: AnsweredSyn[];
}

/** The line that it prints when the interface is up. */
export const readyLine = 'ready';
/** The line that requests a report. */
export const reportLine = 'report';

export const interfaceName = 'path0';
