import type { TraceOutcome } from '../../documents/trace.js';
import type { HopStatistics, PathChange, WatchRound } from '../../documents/trace-watch.js';
import { cleanForTerminal, paint, type Style, type Tone } from './style.js';
import { traceHeading, untraced } from './trace.js';
import { traceEnding } from './trace-ending.js';
import { type Names, named } from './trace-hop.js';
import { padFrom, padTo, widthOf, wrap } from './wrap.js';

const verb = 'watch of';
/** Of changes in a live view; the table matters more. */
const mostLiveChanges = 4;

/** What is left when a watch ends: the table, what its marks mean, every change, and what the target does. */
export function watchText(log: WatchLog, style: Style, verbose = false): string {
  const { latest, telling } = log;
  if (latest === null || telling === null) return '';
  if (latest.address === null) return untraced(latest, style, verbose, verb);
  const lines = [traceHeading(latest, style, verb), ...watchTable(log, style, verbose)];
  lines.push(...legend(log, style).map((line) => wrap(line, style.columns)));
  if (log.forgotten > 0) lines.push(`… ${log.forgotten} earlier changes`);
  lines.push(...log.changes.map((change) => wrap(changeLine(change), style.columns, 4, 0)));
  lines.push(wrap(`${roundsLine(log)} ${endingOf(telling)}`, style.columns));
  return `${lines.join('\n')}\n`;
}

/** The same while it goes on, for a screen of so many lines: hops that do not fit are left out at the top. */
export function watchLines(log: WatchLog, style: Style, room: number): string[] {
  const { latest } = log;
  if (latest === null || latest.address === null) return [];
  const [header = '', ...rows] = watchTable(log, style, false);
  const changes = log.changes.slice(-mostLiveChanges).map(changeLine);
  const head = [...traceHeading(latest, style, verb).split('\n'), roundsLine(log), header];
  const forRows = Math.max(1, room - head.length - changes.length);
  const isTooLong = rows.length > forRows;
  const shown = isTooLong ? rows.slice(-Math.max(1, forRows - 1)) : rows;
  const above = isTooLong ? [`     … ${rows.length - shown.length} lines do not fit`] : [];
  return [...head, ...above, ...shown, ...changes];
}

/** A lost round has an ending of its own; what the target does is what the settled one says. */
function endingOf(round: WatchRound): string {
  return traceEnding({ ...round, outcome: round.settledOutcome });
}

function roundsLine({ latest, outcomes }: WatchLog): string {
  const count = latest?.round ?? 0;
  const parts = [...outcomes].map(([outcome, times]) => `${outcome} ${times}`);
  return `${count} round${count === 1 ? '' : 's'}: ${parts.join(', ')}.`;
}

function legend(log: WatchLog, style: Style): string[] {
  const hops = log.latest?.statistics ?? [];
  const items: string[] = [];
  if (hops.some(({ ttl }) => log.hasChanged(ttl))) items.push('~ another router answered before');
  if (hops.some(({ rateLimited }) => rateLimited)) {
    items.push('r the router limits its ICMP errors; it loses no traffic');
  }
  return items.length === 0 ? [] : [paint(style, 'dim', `Marks: ${items.join('; ')}.`)];
}

function changeLine({ round, startedAt, change }: LoggedChange): string {
  // The time of day, in UTC as the documents have it.
  const when = `${startedAt.slice(11, 19)}Z round ${round}:`;
  switch (change.what) {
    case 'router':
      return `${when} hop ${change.ttl}: ${list(change.from)} -> ${list(change.to)}`;
    case 'length':
      return `${when} the path ends at hop ${change.to}, not ${change.from}`;
    case 'outcome':
      return `${when} ${change.from} -> ${change.to}`;
  }
}

function list(addresses: readonly string[]): string {
  return addresses.map(cleanForTerminal).join(', ');
}

const leadCells = 5;
const lossCells = 7;
const sentCells = 6;
const timeCells = 7;
const numberCells = lossCells + sentCells + 5 * timeCells;
/** An IPv4 address; where the screen leaves less, lines are longer than it. */
const narrowestLabel = 15;
const mostAddresses = 8;

/** The table of a watch as mtr has it, a header and then a line for each hop and each further address of one. */
function watchTable(log: WatchLog, style: Style, verbose: boolean): string[] {
  const { latest } = log;
  if (latest === null) return [];
  const room = Math.max(narrowestLabel, style.columns - leadCells - numberCells);
  const label = (address: string): string => labelOf(address, latest.names, verbose);
  // No wider than the widest label: a number far from its hop is hard to read.
  const widths = latest.statistics.flatMap(({ addresses }) => addresses.map((each) => widthOf(label(each))));
  const cells = Math.min(room, Math.max(narrowestLabel, ...widths));
  const titles = ['Loss%', 'Sent', 'Last', 'Avg', 'Best', 'Worst', 'StdDev'];
  const header = `${' '.repeat(leadCells)}${padTo('Hop', cells)}${aligned(titles).join('')}`;
  const rows = latest.statistics.flatMap((hop) => {
    const marks = `${log.hasChanged(hop.ttl) ? '~' : ''}${hop.rateLimited ? 'r' : ''}`;
    return hopRows(hop, padTo(`${padFrom(String(hop.ttl), 2)}${marks}`, leadCells), label, cells, style);
  });
  return [paint(style, 'dim', header), ...rows];
}

function hopRows(
  hop: HopStatistics,
  lead: string,
  label: (address: string) => string,
  cells: number,
  style: Style,
): string[] {
  const [first, ...others] = hop.addresses;
  const numbers = numbersOf(hop, style);
  if (first === undefined) return [`${lead}${padTo(paint(style, 'dim', '*'), cells)}${numbers}`];
  const indent = ' '.repeat(leadCells);
  const more = others.slice(0, mostAddresses - 1).map((address) => indent + label(address));
  const hidden = others.length - more.length;
  if (hidden > 0) more.push(`${indent}… and ${hidden} more`);
  const name = label(first);
  // Names and addresses are never cut: too long a one has a line of its own.
  if (widthOf(name) > cells) return [lead + name, `${indent}${' '.repeat(cells)}${numbers}`, ...more];
  return [`${lead}${padTo(name, cells)}${numbers}`, ...more];
}

function labelOf(address: string, names: Names, verbose: boolean): string {
  if (verbose) return named(address, names);
  const name = names !== null && Object.hasOwn(names, address) ? names[address] : null;
  return cleanForTerminal(name || address);
}

function numbersOf(hop: HopStatistics, style: Style): string {
  const { lossPercent, sent, received, lastMs, averageMs, bestMs, worstMs, standardDeviationMs } = hop;
  const loss = lossPercent === null ? '-' : `${lossPercent.toFixed(1)}%`;
  const times = [lastMs, averageMs, bestMs, worstMs, standardDeviationMs];
  // All lost is a router that does not answer; some lost, and not by a limit, is what one looks for.
  const tone: Tone = received === 0 || lossPercent === 0 || hop.rateLimited ? 'dim' : 'bad';
  const [lossText = '', ...rest] = aligned([loss, String(sent), ...times.map(milliseconds)]);
  return [paint(style, tone, lossText), ...rest].join('').trimEnd();
}

function milliseconds(value: number | null): string {
  if (value === null) return '';
  return value < 1000 ? value.toFixed(2) : value.toFixed(0);
}

function aligned(texts: readonly string[]): string[] {
  const widths = [lossCells, sentCells];
  return texts.map((text, index) => padFrom(text, widths[index] ?? timeCells));
}

interface LoggedChange {
  round: number;
  /** Of the round, as in its document. */
  startedAt: string;
  change: PathChange;
}

/** A watch may go on for weeks. */
const mostChanges = 100;

/** What a table of a watch says beyond the latest round: how many rounds ended how, and what changed when. */
export class WatchLog {
  #latest: WatchRound | null = null;
  #telling: WatchRound | null = null;
  readonly #outcomes = new Map<TraceOutcome, number>();
  readonly #changes: LoggedChange[] = [];
  #forgotten = 0;
  readonly #changedTtls = new Set<number>();

  add(round: WatchRound): void {
    this.#latest = round;
    if (this.#telling === null || round.outcome === round.settledOutcome) this.#telling = round;
    this.#outcomes.set(round.outcome, (this.#outcomes.get(round.outcome) ?? 0) + 1);
    for (const change of round.changes) {
      if (change.what === 'router') this.#changedTtls.add(change.ttl);
      this.#changes.push({ round: round.round, startedAt: round.startedAt, change });
      if (this.#changes.length > mostChanges) this.#forget();
    }
  }

  /** null before the first round. */
  get latest(): WatchRound | null {
    return this.#latest;
  }

  /** The latest round that ended as the target now does: a round that lost a packet tells less. */
  get telling(): WatchRound | null {
    return this.#telling;
  }

  get outcomes(): ReadonlyMap<TraceOutcome, number> {
    return this.#outcomes;
  }

  /** The latest, in order; `forgotten` came before them. */
  get changes(): readonly LoggedChange[] {
    return this.#changes;
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  hasChanged(ttl: number): boolean {
    return this.#changedTtls.has(ttl);
  }

  #forget(): void {
    this.#changes.shift();
    this.#forgotten += 1;
  }
}
