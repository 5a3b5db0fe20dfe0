import { stripVTControlCharacters } from 'node:util';
import type { TraceDocument, TraceHop, TraceProbe } from '../../probe/trace/types.js';
import { cleanForTerminal } from './clean.js';
import { paint, type Style } from './style.js';
import { hopDetails } from './trace-details.js';
import { hopMarks, probeMarks, untimedMark } from './trace-marks.js';
import { padFrom, widthOf } from './wrap.js';

const continuation = 4;

/** What is known of the names of addresses, as in a document. */
export type Names = TraceDocument['names'];

/**
 * One hop on one line, or on several where it is wider than the style's columns: ` 1  10.0.1.1  0.123 ms  0.111 ms`.
 * The address is said again only where it changes, as in traceroute; with a name it stands in parentheses.
 */
export function hopText(hop: TraceHop, style: Style, verbose = false, names: Names = null): string {
  const pieces: string[] = [];
  let last: string | null = null;
  for (const probe of hop.probes) {
    if (probe.from !== null && probe.from !== last) pieces.push(named(probe.from, names));
    last = probe.from ?? last;
    pieces.push(answer(probe, style));
  }
  pieces.push(...hopMarks(hop).map(({ text, tone }) => paint(style, tone, text)));
  const lines = [flow(padFrom(String(hop.ttl), 2), pieces, style.columns)];
  if (verbose) lines.push(...hopDetails(hop, style.columns));
  return lines.join('\n');
}

/** `r1.example (10.0.1.1)`, or the address alone where no name is known. */
export function named(address: string, names: Names): string {
  const name = names !== null && Object.hasOwn(names, address) ? names[address] : null;
  return name ? `${cleanForTerminal(name)} (${cleanForTerminal(address)})` : cleanForTerminal(address);
}

function answer(probe: TraceProbe, style: Style): string {
  const { reply, rttMs, errno } = probe;
  if (reply === 'none') return paint(style, 'dim', '*');
  if (reply === 'send-error') return paint(style, 'bad', `not sent (${cleanForTerminal(errno ?? 'error')})`);
  const { text: unknown, tone } = untimedMark;
  const time = rttMs === null ? paint(style, tone, unknown) : `${rttMs.toFixed(3)} ms`;
  const marks = probeMarks(probe).map(({ text, tone }) => ` ${paint(style, tone, text)}`);
  return time + marks.join('');
}

function flow(lead: string, pieces: string[], columns: number): string {
  const lines: string[] = [];
  let line = lead;
  for (const piece of pieces) {
    // As traceroute has it: `* * *`.
    const gap = line !== lead && stripVTControlCharacters(piece) === '*' ? ' ' : '  ';
    if (line !== lead && widthOf(line) + gap.length + widthOf(piece) > columns) {
      lines.push(line);
      line = ' '.repeat(continuation - 2);
    }
    line += gap + piece;
  }
  return [...lines, line].join('\n');
}
