import { count, duration } from '../../core/text.js';
import type { TraceOutcome } from '../../documents/trace.js';
import type { HopStatistics, PathChange, WatchRound } from '../../documents/trace-watch.js';
import { traceEnding } from '../trace-ending.js';
import { hopName, nameOf, rateLimitedMeaning } from '../trace-marks.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { marksLine, traceHeading, untracedText } from './trace.js';
import { padFrom, padTo, widthOf, wrap } from './wrap.js';

/** The first words of a watch's heading. */
const VERB = 'watch of';
/** The number of changes that are kept, because a watch may run for weeks. */
const MOST_CHANGES = 100;
/** The number of changes in the live view. */
const MOST_LIVE_CHANGES = 4;

/** The history for the table of a watch: the number of rounds by outcome, and the changes with their times. */
export class WatchLog {
  #latest: WatchRound | null = null;
  #settled: WatchRound | null = null;
  readonly #outcomes = new Map<TraceOutcome, number>();
  readonly #changes: LoggedChange[] = [];
  #forgotten = 0;
  readonly #changedTtls = new Set<number>();

  add(round: WatchRound): void {
    this.#latest = round;
    if (this.#settled === null || round.outcome === round.settledOutcome) this.#settled = round;
    this.#outcomes.set(round.outcome, (this.#outcomes.get(round.outcome) ?? 0) + 1);
    for (const change of round.changes) {
      if (change.what === 'router') this.#changedTtls.add(change.ttl);
      this.#changes.push({ round: round.round, startedAt: round.startedAt, change });
      if (this.#changes.length > MOST_CHANGES) this.#forget();
    }
  }

  /** null before the first round. */
  get latest(): WatchRound | null {
    return this.#latest;
  }

  /** The latest round with the settled outcome; a round that lost a packet may have another outcome. */
  get settled(): WatchRound | null {
    return this.#settled;
  }

  get outcomes(): ReadonlyMap<TraceOutcome, number> {
    return this.#outcomes;
  }

  /** The latest changes, in order. */
  get changes(): readonly LoggedChange[] {
    return this.#changes;
  }

  /** The number of changes before those that are kept. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Whether another router answered at this TTL in an earlier round. */
  hasChanged(ttl: number): boolean {
    return this.#changedTtls.has(ttl);
  }

  #forget(): void {
    this.#changes.shift();
    this.#forgotten += 1;
  }
}

interface LoggedChange {
  round: number;
  /** Of the round, ISO 8601. */
  startedAt: string;
  change: PathChange;
}

/** The text after a watch: the table, its legend, the changes, and the ending of the trace. Ends with a line break. */
export function watchText(log: WatchLog, style: Style, verbose = false): string {
  const { latest, settled } = log;
  if (latest === null || settled === null) return '';
  if (latest.address === null) return untracedText(latest, style, verbose, VERB);
  const ending = cleanForTerminal(traceEnding({ ...settled, outcome: settled.settledOutcome }));
  const lines = [
    traceHeading(latest, style, VERB),
    ...watchTable(log, latest, style, verbose),
    ...marksLine(legend(log, latest), style),
    ...(log.forgotten > 0 ? [`… ${count(log.forgotten, 'earlier change')}`] : []),
    ...log.changes.map((change) => wrap(changeText(change), style.columns, 4, 0)),
    wrap(`${roundsText(log)} ${ending}`, style.columns),
  ];
  return `${lines.join('\n')}\n`;
}

/** One round of a watch in one line: time, outcome, hops, the round trip to the target, and what changed. */
export function roundLine(round: WatchRound): string {
  const { outcome, destinationTtl, statistics } = round;
  const last = statistics.at(-1)?.lastMs ?? null;
  const reached =
    destinationTtl === null ? `${count(statistics.length, 'hop')} seen` : count(destinationTtl, 'hop');
  const time = destinationTtl === null || last === null ? [] : [duration(last)];
  const parts = [outcome, reached, ...time, ...round.changes.map(whatChanged)];
  return `${timeOfDay(round.startedAt)} round ${round.round}: ${parts.join(', ')}`;
}

/** In UTC. */
function timeOfDay(instant: string): string {
  return `${instant.slice(11, 19)}Z`;
}

/** The live view of a watch, in at most `room` lines. Hops that do not fit are left out at the top. */
export function watchLines(log: WatchLog, style: Style, room: number): string[] {
  const { latest } = log;
  if (latest === null || latest.address === null) return [];
  const [header = '', ...rows] = watchTable(log, latest, style, false);
  const changes = log.changes.slice(-MOST_LIVE_CHANGES).map(changeText);
  const head = [...traceHeading(latest, style, VERB).split('\n'), roundsText(log), header];
  const forRows = Math.max(1, room - head.length - changes.length);
  const isTooLong = rows.length > forRows;
  const shown = isTooLong ? rows.slice(-Math.max(1, forRows - 1)) : rows;
  const above = isTooLong ? [`     … ${count(rows.length - shown.length, 'line')} above`] : [];
  return [...head, ...above, ...shown, ...changes];
}

function roundsText({ latest, outcomes }: WatchLog): string {
  const parts = [...outcomes].map(([outcome, times]) => `${outcome} ${times}`);
  return `${count(latest?.round ?? 0, 'round')}: ${parts.join(', ')}.`;
}

function legend(log: WatchLog, { statistics }: WatchRound): string[] {
  const items: string[] = [];
  if (statistics.some(({ ttl }) => log.hasChanged(ttl))) items.push('~ another router answered before');
  if (statistics.some(({ rateLimited }) => rateLimited)) items.push(`r ${rateLimitedMeaning}`);
  return items;
}

function changeText({ round, startedAt, change }: LoggedChange): string {
  return `${timeOfDay(startedAt)} round ${round}: ${whatChanged(change)}`;
}

function whatChanged(change: PathChange): string {
  switch (change.what) {
    case 'router':
      return `hop ${change.ttl}: ${addressList(change.from)} -> ${addressList(change.to)}`;
    case 'length':
      return `the path ends at hop ${change.to}, before at hop ${change.from}`;
    case 'outcome':
      return `${change.from} -> ${change.to}`;
  }
}

function addressList(addresses: readonly string[]): string {
  return addresses.map(cleanForTerminal).join(', ');
}

/** The widths of the table's columns, in cells. */
const leadCells = 5;
const lossCells = 7;
const sentCells = 6;
const timeCells = 7;
const numberCells = lossCells + sentCells + 5 * timeCells;
/** The width of an IPv4 address. On a screen that leaves less, lines are wider than the screen. */
const narrowestLabel = 15;
/** The most addresses of one hop that are shown. */
const mostAddresses = 8;

/** The table of a watch, as mtr prints it: a header, a line for each hop, and one for each further address of a hop. */
function watchTable(log: WatchLog, latest: WatchRound, style: Style, verbose: boolean): string[] {
  const room = Math.max(narrowestLabel, style.columns - leadCells - numberCells);
  const label = (address: string): string =>
    cleanForTerminal(verbose ? hopName(address, latest.names) : (nameOf(address, latest.names) ?? address));
  // Not wider than the widest label, because numbers far from their hop are hard to read.
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
  // Names and addresses are never cut. If one is too wide, its numbers are on the next line.
  if (widthOf(name) > cells) return [lead + name, `${indent}${' '.repeat(cells)}${numbers}`, ...more];
  return [`${lead}${padTo(name, cells)}${numbers}`, ...more];
}

function numbersOf(hop: HopStatistics, style: Style): string {
  const { lossPercent, sent, received, lastMs, averageMs, bestMs, worstMs, standardDeviationMs } = hop;
  const loss = lossPercent === null ? '-' : `${lossPercent.toFixed(1)}%`;
  const times = [lastMs, averageMs, bestMs, worstMs, standardDeviationMs];
  // Many routers never answer; one that answers sometimes, without a rate limit, may lose packets.
  const tone = received === 0 || lossPercent === 0 || hop.rateLimited ? 'dim' : 'bad';
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
