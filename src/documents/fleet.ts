import type { Comparison } from './comparison.js';
import type { DocumentHeader } from './header.js';
import type { ReportDocument } from './report.js';
import type { Count, Instant, Ms, Text } from './scalars.js';

/** What every host of a fleet was asked to do. */
export interface FleetJob {
  /** A random UUID. @minLength 1 @maxLength 64 */
  id: string;
  check: 'diagnose' | 'dns' | 'tcp' | 'trace';
  /** As typed. @minLength 1 @maxLength 16384 */
  target: string;
  issuedAt: Instant;
  /** How long a host has for its answer. */
  deadlineMs: Ms;
}

/** A host that was expected to answer, as it was known before the job was sent. */
export interface FleetMember {
  /** Unique in the roster: the identity of the agent, or the host as the hosts file has it. */
  agent: Text;
  group: Text | null;
  /** The name or address of the host, where it is known apart from `agent`. */
  host: Text | null;
  /** When the broker last heard that the agent is there, by the clock of the broker. */
  seenAt?: Instant | null;
}

/**
 * `answered`: the report came in time; `refused`: the host did not accept the job; `failed`: it accepted the job and has no report;
 * `no-answer`: it accepted the job, and no report came in time; `silent`: it was never heard of; `late`: the report came after the
 * deadline; `invalid`: what came is not a report.
 */
export type FleetOutcome = 'answered' | 'refused' | 'failed' | 'no-answer' | 'silent' | 'late' | 'invalid';

/**
 * How far the clock of a host is ahead of the controller's, as an interval: the round trip of a message bounds it. Negative where
 * it is behind.
 */
export interface ClockOffset {
  offsetMinMs: number;
  offsetMaxMs: number;
}

/** What became of the job at one member of the roster. */
export interface FleetResult {
  agent: Text;
  outcome: FleetOutcome;
  /** Why there is no report, in the words of the carrier or of the host; null where there is one. */
  reason: Text | null;
  /** null where the carrier does not measure it. */
  clock: ClockOffset | null;
  /** From the moment when this host was asked to its outcome; null where it was not asked. */
  elapsedMs: Ms | null;
  /** Of `answered` and `late`; null for the other outcomes. */
  report: ReportDocument | null;
}

/** The size of the roster, and the number of members with each outcome. */
export interface FleetCounts extends Record<FleetOutcome, Count> {
  roster: Count;
}

/** `pprobe fleet diagnose` and `pprobe fleet show`. */
export interface FleetDocument extends DocumentHeader<'fleet'> {
  job: FleetJob;
  /** In the order of the hosts file, or of the agents' names. */
  roster: FleetMember[];
  /** One for each member of the roster, in its order. */
  results: FleetResult[];
  counts: FleetCounts;
  /**
   * The reports of the members that answered, side by side; null where none did. While members are missing, the
   * confidence of every finding is one step lower.
   */
  comparison: Comparison | null;
}
