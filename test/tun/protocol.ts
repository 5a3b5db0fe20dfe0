import type { PathBehaviour } from '../simulation/answers.js';

/** The first line a responder reads. */
export interface ResponderSetup {
  /** The namespace's own addresses, /32 and /128: probes come from them. */
  clients: string[];
  /** By the address that the probes are sent to. */
  paths: Record<string, PathBehaviour>;
  /** The path to every other address. */
  elsewhere?: PathBehaviour;
}

/** The truth about one SYN that was answered: what the trace should have measured, and did not know. */
export interface AnsweredSyn {
  destination: string;
  sourcePort: number;
  ttl: number;
  /** From reading the SYN off the interface to writing the first answer, on the monotonic clock. */
  delayMs: number;
  /** What the path asked for. */
  intendedMs: number;
}

/** What a responder prints, one line of JSON, whenever it is asked to, and begins anew. */
export interface ResponderReport {
  /** SYNs read, answered or not. */
  syns: number;
  answered: AnsweredSyn[];
}

/** What it prints when the interface is up. */
export const readyLine = 'ready';
/** What asks for a report. */
export const reportLine = 'report';

export const interfaceName = 'path0';
