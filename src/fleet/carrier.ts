import type { ClockOffset, FleetJob, FleetMember } from '../documents/fleet.js';

/**
 * The options of `diagnose` that a job may have: names and numbers. None names a file, a request header or another address to send
 * from, because these belong to one host.
 */
export interface JobOptions {
  vpce?: string;
  apiId?: string;
  family?: 4 | 6;
  /** `HOST:PORT`. */
  control?: string;
  http?: boolean;
  imds?: boolean;
  trace?: boolean;
  timeoutMs?: number;
  /**
   * Agents mask their reports themselves, all with the same masks. Over ssh the masks are made here, of all reports together: masks of
   * one host would not be those of another.
   */
  redact?: boolean;
}

/** A job with what its document does not have. */
export interface CarriedJob extends FleetJob {
  options: JobOptions;
}

/** What a carrier brings back from one member. */
export type Delivery = {
  /** How far the clock of the member is ahead; absent where the carrier does not measure it. */
  clock?: ClockOffset | null;
} & (
  | {
      outcome: 'document';
      /** As it came: JSON in UTF-8, plain or gzip. It is checked by the controller, and not trusted. */
      octets: Uint8Array;
    }
  | {
      outcome: 'refused' | 'failed' | 'no-answer' | 'silent' | 'invalid';
      /** In the words of the carrier or of the host. */
      reason: string;
    }
);

/** What a carrier reports while a job runs. Members that are not in the roster are ignored. */
export interface DeliveryListener {
  /** The member is being asked now. Its time counts from here. */
  asked(agent: string): void;
  /** The member has accepted the job: without a delivery, its outcome is `no-answer` and not `silent`. */
  accepted(agent: string, clock?: ClockOffset | null): void;
  /** The program is being copied to the member, or is there. */
  copying?(agent: string, isOn: boolean): void;
  /** The first delivery of a member counts; a further one is counted as repeated. */
  delivered(agent: string, delivery: Delivery): void;
  /** A line for standard error: the broker was away. */
  note(line: string): void;
}

/**
 * How a job reaches hosts and how their reports come back. One implementation for each engine; the controller (controller.ts)
 * has what all have in common: deadline, accounting, the check of what came, the comparison.
 */
export interface Carrier {
  /**
   * `of-job`: the controller calls cancel('deadline') when `deadlineMs` have passed since start(). `of-member`: the carrier itself
   * gives every member `deadlineMs` from the moment it is asked, because it asks only some of them at the same time.
   */
  readonly deadline: 'of-job' | 'of-member';
  /** Whether a report proves nothing about which host made it, so that a hostname other than `agent` is shown as a claim. */
  readonly claimsAreOpen: boolean;
  /** The members that match, each once. Empty: there is none. Throws CapabilityError where they cannot be known. */
  roster(stop: AbortSignal): Promise<FleetMember[]>;
  /** Sends the job. Resolves when nothing more can come: every member has delivered, or the job was canceled. */
  start(job: CarriedJob, roster: readonly FleetMember[], listener: DeliveryListener): Promise<void>;
  /** Ends the job at the members. What they still send is delivered until start() resolves. */
  cancel(why: 'deadline' | 'interrupt'): void;
  /** Frees connections and processes. Called once, at the end. */
  close(): Promise<void>;
}
