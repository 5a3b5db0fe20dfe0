import type { WatchRound } from '../../probe/trace/watch-path.js';
import { cleanForTerminal } from './clean.js';
import { paint, type Style } from './style.js';
import { traceHeading, untraced } from './trace.js';
import { traceEnding } from './trace-ending.js';
import type { LoggedChange, WatchLog } from './watch-log.js';
import { watchTable } from './watch-table.js';
import { wrap } from './wrap.js';

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
