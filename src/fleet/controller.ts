import { gunzipSync, gzipSync } from 'node:zlib';
import { comparisonOf } from '../compare/compare.js';
import { type SharedHops, withoutBulk } from '../compare/many.js';
import { afterRunning, elapsedMs, nowMs, type RunningLimit } from '../core/clock.js';
import { CapabilityError } from '../core/errors.js';
import { randomUuid } from '../core/random.js';
import { excerpt } from '../core/text.js';
import type {
  ClockOffset,
  FleetCounts,
  FleetDocument,
  FleetJob,
  FleetMember,
  FleetOutcome,
  FleetResult,
} from '../documents/fleet.js';
import { type DocumentHeader, startDocument, stoppedMember } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import type { CarriedJob, Carrier, Delivery, DeliveryListener } from './carrier.js';
import { readReceived } from './received.js';

/** What a fleet is asked. */
export interface FleetRequest extends Pick<CarriedJob, 'check' | 'target' | 'deadlineMs' | 'options'> {
  /** Ends the job early, with what has come until then. */
  stop: AbortSignal;
  /** Called when the state of a member changes. */
  onChange?(members: readonly MemberState[]): void;
  /** A line for standard error. */
  note?(line: string): void;
  /** What to say where the roster is empty, and what to do. */
  whereEmpty: string;
}

/** What is known of a member while the job runs. */
export interface MemberState extends FleetMember {
  /** `waiting`: not asked yet; `asked`; `accepted`: it works on the job. */
  state: 'waiting' | 'asked' | 'accepted' | FleetOutcome;
  /** The program is on its way to it. */
  isCopying: boolean;
  reason: string | null;
  clock: ClockOffset | null;
  /** Of the asking, on the monotonic clock and on the wall clock; null before. */
  askedMs: number | null;
  askedAt: number | null;
  elapsedMs: number | null;
  /** The report without most of its probes, for the comparison; the whole one is `packed`. */
  report: ReportDocument | null;
  /** JSON, compressed: a thousand reports must not fill the memory. */
  packed: Buffer | null;
  /** Deliveries after the first. */
  repeated: number;
}

/** After Ctrl-C, the time that hosts have to end and to send what they have measured. */
const interruptGraceMs = 3000;

/**
 * Runs a job at every member of a carrier's roster and returns what became of it at each. The roster is taken before the job is
 * sent: nothing else could tell that a host is missing. Throws CapabilityError where the roster is empty.
 */
export async function runFleet(carrier: Carrier, request: FleetRequest): Promise<FleetDocument> {
  const { check, target, deadlineMs, options, stop, whereEmpty } = request;
  const header = startDocument('fleet');
  const startMs = nowMs();
  const roster = distinct(await carrier.roster(stop));
  if (roster.length === 0) throw new CapabilityError('agents', whereEmpty, null);
  const job = { id: randomUuid(), check, target, issuedAt: new Date().toISOString(), deadlineMs };
  const roll = new Roll(roster, request);
  const reason = await carried(carrier, { ...job, options }, roster, roll, stop);
  roll.close(reason);
  return {
    ...fleetDocument(header(), job, roll.results(), roster, carrier.claimsAreOpen, roll.answered()),
    ...stoppedMember(stop, elapsedMs(startMs)),
  };
}

/** Runs the job and resolves with the reason why members may have no result. */
async function carried(
  carrier: Carrier,
  job: CarriedJob,
  roster: readonly FleetMember[],
  roll: Roll,
  stop: AbortSignal,
): Promise<string> {
  const limits: RunningLimit[] = [];
  const late = `no report within ${job.deadlineMs / 1000} s`;
  let interrupt = (): void => {};
  try {
    return await new Promise((resolve, reject) => {
      interrupt = () => {
        carrier.cancel('interrupt');
        limits.push(afterRunning(interruptGraceMs, () => resolve('interrupted')));
      };
      const expire = (): void => {
        carrier.cancel('deadline');
        resolve(late);
      };
      if (carrier.deadline === 'of-job') limits.push(afterRunning(job.deadlineMs, expire));
      carrier.start(job, roster, roll).then(() => resolve(stop.aborted ? 'interrupted' : late), reject);
      if (stop.aborted) interrupt();
      else stop.addEventListener('abort', interrupt);
    });
  } finally {
    for (const limit of limits) limit.cancel();
    stop.removeEventListener('abort', interrupt);
  }
}

function distinct(roster: readonly FleetMember[]): FleetMember[] {
  return [...new Map(roster.toReversed().map((member) => [member.agent, member])).values()].toReversed();
}

/** The roster with what is known of each member. */
class Roll implements DeliveryListener {
  readonly #members: Map<string, MemberState>;
  readonly #request: FleetRequest;
  readonly #hops: SharedHops = new Map();
  #isClosed = false;

  constructor(roster: readonly FleetMember[], request: FleetRequest) {
    const unknown = {
      state: 'waiting',
      isCopying: false,
      reason: null,
      clock: null,
      askedMs: null,
      askedAt: null,
      elapsedMs: null,
      report: null,
      packed: null,
      repeated: 0,
    } as const;
    this.#members = new Map(roster.map((member) => [member.agent, { ...member, ...unknown }]));
    this.#request = request;
    request.onChange?.([...this.#members.values()]);
  }

  asked(agent: string): void {
    const member = this.#members.get(agent);
    if (member?.state === 'waiting')
      this.#change(member, { state: 'asked', askedMs: nowMs(), askedAt: Date.now() });
  }

  accepted(agent: string, clock: ClockOffset | null = null): void {
    const member = this.#members.get(agent);
    if (member?.state !== 'waiting' && member?.state !== 'asked') return;
    this.asked(agent);
    this.#change(member, { state: 'accepted', clock });
  }

  copying(agent: string, isOn: boolean): void {
    const member = this.#members.get(agent);
    if (member !== undefined && isOpen(member)) this.#change(member, { isCopying: isOn });
  }

  delivered(agent: string, delivery: Delivery): void {
    const member = this.#members.get(agent);
    if (member === undefined || this.#isClosed) return;
    if (!isOpen(member)) {
      member.repeated++;
      return;
    }
    const received = delivery.outcome === 'document' ? readReceived(delivery.octets) : delivery;
    const report = received.outcome === 'answered' ? received.report : null;
    this.#change(member, {
      state: received.outcome,
      reason: 'reason' in received ? wordsOf(received.reason) : null,
      report: report === null ? null : withoutBulk(report, this.#hops),
      packed: report === null ? null : gzipSync(JSON.stringify(report), { level: 1 }),
      clock: delivery.clock ?? member.clock ?? (report === null ? null : clockOf(report, member.askedAt)),
      elapsedMs: member.askedMs === null ? null : elapsedMs(member.askedMs),
    });
  }

  note(line: string): void {
    this.#request.note?.(line);
  }

  /** Settles what is still open, for `reason`. Nothing that comes afterwards counts. */
  close(reason: string): void {
    for (const member of this.#members.values()) {
      if (member.state === 'waiting')
        this.#change(member, { state: 'silent', reason: `${reason}: not asked` });
      if (!isOpen(member)) continue;
      const state = member.state === 'accepted' ? 'no-answer' : 'silent';
      this.#change(member, {
        state,
        reason,
        elapsedMs: member.askedMs === null ? null : elapsedMs(member.askedMs),
      });
    }
    this.#isClosed = true;
  }

  results(): FleetResult[] {
    return [...this.#members.values()].map(({ agent, state, reason, clock, elapsedMs, packed }) => ({
      agent,
      outcome: state === 'waiting' || state === 'asked' || state === 'accepted' ? 'silent' : state,
      reason,
      clock,
      elapsedMs,
      // Whoever reads one result after the other has one report in memory.
      get report() {
        return packed === null ? null : (JSON.parse(gunzipSync(packed).toString('utf8')) as ReportDocument);
      },
    }));
  }

  /** The reports of the members that answered, without most of their probes. */
  answered(): Answered[] {
    return [...this.#members.values()].flatMap(({ agent, state, report }) =>
      state === 'answered' && report !== null ? [{ agent, report }] : [],
    );
  }

  #change(member: MemberState, changes: Partial<MemberState>): void {
    Object.assign(member, changes);
    this.#request.onChange?.([...this.#members.values()]);
  }
}

function isOpen({ state }: MemberState): boolean {
  return state === 'waiting' || state === 'asked' || state === 'accepted';
}

/** The words of a carrier in one line that is not empty. */
function wordsOf(reason: string): string {
  return excerpt(reason, 400) || 'no reason given';
}

/**
 * How far the clock of a host is ahead: the measurement began there after it was asked here, and its duration before its report
 * came. null where the report contradicts itself.
 */
function clockOf(
  { startedAt, durationMs }: Pick<DocumentHeader<'report'>, 'startedAt' | 'durationMs'>,
  askedAt: number | null,
): ClockOffset | null {
  if (askedAt === null) return null;
  const began = Date.parse(startedAt);
  const offsetMinMs = Math.round(began - (Date.now() - durationMs));
  const offsetMaxMs = Math.round(began - askedAt);
  return offsetMinMs <= offsetMaxMs ? { offsetMinMs, offsetMaxMs } : null;
}

/** What a comparison needs of a member that answered. */
interface Answered {
  agent: string;
  report: ReportDocument;
}

function answeredIn(results: readonly FleetResult[]): Answered[] {
  const hops: SharedHops = new Map();
  return results.flatMap((result) => {
    const report = result.outcome === 'answered' ? result.report : null;
    return report === null ? [] : [{ agent: result.agent, report: withoutBulk(report, hops) }];
  });
}

/**
 * The document of a job. `claimsAreOpen`: the hostname in a report proves nothing, so the label of an agent shows a hostname
 * other than its own as a claim.
 */
export function fleetDocument(
  header: DocumentHeader<'fleet'>,
  job: FleetJob,
  results: readonly FleetResult[],
  roster: readonly FleetMember[],
  claimsAreOpen: boolean,
  answered: readonly Answered[] = answeredIn(results),
): FleetDocument {
  const missing = roster.length - answered.length;
  return {
    ...header,
    job,
    roster: [...roster],
    results: [...results],
    counts: countsOf(roster, results),
    comparison:
      answered.length === 0
        ? null
        : comparisonOf(
            answered.map(({ report }) => report),
            {
              labels: answered.map(({ agent, report: { vantage } }) =>
                claimsAreOpen && vantage.hostname !== agent
                  ? `${agent} (claims ${excerpt(vantage.hostname, 80)})`
                  : agent,
              ),
              isOneMoment: true,
              missing,
            },
          ),
  };
}

function countsOf(roster: readonly FleetMember[], results: readonly FleetResult[]): FleetCounts {
  const of = (wanted: FleetOutcome): number => results.filter(({ outcome }) => outcome === wanted).length;
  return {
    roster: roster.length,
    answered: of('answered'),
    refused: of('refused'),
    failed: of('failed'),
    'no-answer': of('no-answer'),
    silent: of('silent'),
    late: of('late'),
    invalid: of('invalid'),
  };
}
