import { stripVTControlCharacters } from 'node:util';
import type { MplsLabel, TraceDocument, TraceHop, TraceProbe } from '../../probe/trace/types.js';
import { cleanForTerminal } from './clean.js';
import { dnsText } from './dns.js';
import { paint, type Style } from './style.js';
import { traceEnding } from './trace-ending.js';
import { padFrom, widthOf, wrap } from './wrap.js';

const continuation = 4;

/** What traceroute prints, then one sentence on why the trace stopped and what that means. */
export function traceText(document: TraceDocument, style: Style, verbose = false): string {
  if (document.address === null) return untraced(document, style, verbose);
  const lines = [heading(document, style), ...document.hops.map((hop) => hopText(hop, style, verbose))];
  lines.push(wrap(traceEnding(document), style.columns));
  if (document.hops.some(({ probes }) => probes.some(({ nat }) => nat))) {
    lines.push(wrap('[NAT]: from this hop on, packets carry another address or port.', style.columns));
  }
  if (verbose) lines.push(...discarded(document));
  const text = `${lines.join('\n')}\n`;
  return verbose && document.resolution !== null
    ? `${text}\n${dnsText(document.resolution, style, true)}`
    : text;
}

/**
 * One hop on one line, or on several where it is wider than the style's columns: ` 1  10.0.1.1  0.123 ms  0.111 ms`.
 * The address is said again only where it changes, as in traceroute.
 */
export function hopText(hop: TraceHop, style: Style, verbose = false): string {
  const pieces: string[] = [];
  let last: string | null = null;
  for (const probe of hop.probes) {
    if (probe.from !== null && probe.from !== last) pieces.push(cleanForTerminal(probe.from));
    last = probe.from ?? last;
    pieces.push(answer(probe, style));
  }
  pieces.push(...endMarks(hop, style));
  const lines = [flow(padFrom(String(hop.ttl), 2), pieces, style.columns)];
  if (verbose) lines.push(...labels(hop));
  return lines.join('\n');
}

function untraced(document: TraceDocument, style: Style, verbose: boolean): string {
  const { host, port, outcome, resolution } = document;
  const why =
    outcome === 'interrupted' ? 'interrupted before there was an address' : 'the name gave no address';
  const line = `${paint(style, 'strong', `trace to ${cleanForTerminal(host)} port ${port}`)}: ${why}\n`;
  return resolution === null ? line : `${line}\n${dnsText(resolution, style, verbose)}`;
}

function heading({ host, address, port, source, method }: TraceDocument, style: Style): string {
  const to = address === null || address === host ? '' : ` (${cleanForTerminal(address)})`;
  const from = source === null ? '' : `, from ${cleanForTerminal(source)}`;
  const what = paint(style, 'strong', `trace to ${cleanForTerminal(host)}${to} port ${port}`);
  return wrap(`${what}${from}, method ${method}`, style.columns, continuation, 0);
}

function answer({ reply, rttMs, annotation, late, errno }: TraceProbe, style: Style): string {
  if (reply === 'none') return paint(style, 'dim', '*');
  if (reply === 'send-error') return paint(style, 'bad', `not sent (${cleanForTerminal(errno ?? 'error')})`);
  const time = rttMs === null ? '?' : `${rttMs.toFixed(3)} ms`;
  const marks = annotation === null ? '' : ` ${paint(style, 'bad', cleanForTerminal(annotation))}`;
  return `${time}${late ? ' (late)' : ''}${marks}`;
}

function endMarks({ probes }: TraceHop, style: Style): string[] {
  const marks: string[] = [];
  if (probes.some(({ reply }) => reply === 'syn-ack')) marks.push(paint(style, 'good', '[open]'));
  if (probes.some(({ reply }) => reply === 'rst')) marks.push(paint(style, 'bad', '[closed]'));
  if (probes.some(({ nat }) => nat)) marks.push(paint(style, 'warn', '[NAT]'));
  return marks;
}

function flow(lead: string, pieces: string[], columns: number): string {
  const lines: string[] = [];
  let line = lead;
  for (const piece of pieces) {
    // As traceroute has it: `* * *`.
    const gap = line !== lead && stripVTControlCharacters(piece) === '*' ? ' ' : '  ';
    if (line !== lead && widthOf(line) + 2 + widthOf(piece) > columns) {
      lines.push(line);
      line = ' '.repeat(continuation - 2);
    }
    line += gap + piece;
  }
  return [...lines, line].join('\n');
}

function labels({ probes }: TraceHop): string[] {
  const seen = new Set(
    probes.filter(({ mpls }) => mpls.length > 0).map(({ mpls }) => mpls.map(label).join('; ')),
  );
  return [...seen].map((stack) => `      MPLS ${stack}`);
}

function label({ label: value, tc, bottom, ttl }: MplsLabel): string {
  return `label ${value} tc ${tc} ttl ${ttl}${bottom ? ' bottom' : ''}`;
}

function discarded({ discarded: counts }: TraceDocument): string[] {
  const parts = Object.entries(counts).map(([reason, count]) => `${cleanForTerminal(reason)} ${count}`);
  return parts.length === 0 ? [] : [`Packets that answered none of the probes: ${parts.join(', ')}`];
}
