import type { HopStatistics } from '../../probe/trace/statistics.js';
import { cleanForTerminal } from './clean.js';
import { paint, type Style, type Tone } from './style.js';
import { type Names, named } from './trace-hop.js';
import type { WatchLog } from './watch-log.js';
import { padFrom, padTo, widthOf } from './wrap.js';

const leadCells = 5;
const lossCells = 7;
const sentCells = 6;
const timeCells = 7;
const numberCells = lossCells + sentCells + 5 * timeCells;
/** An IPv4 address; where the screen leaves less, lines are longer than it. */
const narrowestLabel = 15;
const mostAddresses = 8;

/** The table of a watch as mtr has it, a header and then a line for each hop and each further address of one. */
export function watchTable(log: WatchLog, style: Style, verbose: boolean): string[] {
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
