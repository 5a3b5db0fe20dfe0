import type { TraceDocument } from '../../documents/trace.js';
import { dnsText } from './dns.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { traceEnding } from './trace-ending.js';
import { hopText } from './trace-hop.js';
import { marksIn } from './trace-marks.js';
import { wrap } from './wrap.js';

const continuation = 4;

/** What traceroute prints, what the marks in it mean, then why the trace stopped, what that means and what to do next. */
export function traceText(document: TraceDocument, style: Style, verbose = false): string {
  if (document.address === null) return untraced(document, style, verbose);
  const { hops, names } = document;
  const lines = [traceHeading(document, style), ...hops.map((hop) => hopText(hop, style, verbose, names))];
  const legend = marksIn(hops).map(({ text, meaning }) => `${text} ${meaning}`);
  if (legend.length > 0) {
    lines.push(paint(style, 'dim', wrap(`Marks: ${legend.join('; ')}.`, style.columns, continuation, 0)));
  }
  if (verbose) lines.push(...discarded(document));
  lines.push(wrap(traceEnding(document), style.columns));
  const text = `${lines.join('\n')}\n`;
  return verbose && document.resolution !== null
    ? `${text}\n${dnsText(document.resolution, style, true)}`
    : text;
}

/** The line above the table: from where to where, and how. */
export function traceHeading(
  {
    host,
    address,
    port,
    source,
    method,
  }: Pick<TraceDocument, 'host' | 'address' | 'port' | 'source' | 'method'>,
  style: Style,
  verb = 'trace to',
): string {
  const to = address === null || address === host ? '' : ` (${cleanForTerminal(address)})`;
  const from = source === null ? '' : `, from ${cleanForTerminal(source)}`;
  const what = paint(style, 'strong', `${verb} ${cleanForTerminal(host)}${to} port ${port}`);
  return wrap(`${what}${from}, method ${method}`, style.columns, continuation, 0);
}

/** Instead of a table: the name gave no address to go to, and what DNS said. */
export function untraced(
  { host, port, outcome, resolution }: Pick<TraceDocument, 'host' | 'port' | 'outcome' | 'resolution'>,
  style: Style,
  verbose: boolean,
  verb = 'trace to',
): string {
  const why =
    outcome === 'interrupted' ? 'interrupted before there was an address' : 'the name gave no address';
  const line = `${paint(style, 'strong', `${verb} ${cleanForTerminal(host)} port ${port}`)}: ${why}\n`;
  return resolution === null ? line : `${line}\n${dnsText(resolution, style, verbose)}`;
}

function discarded({ discarded: counts }: TraceDocument): string[] {
  const parts = Object.entries(counts).map(([reason, count]) => `${cleanForTerminal(reason)} ${count}`);
  return parts.length === 0 ? [] : [`Packets that answered none of the probes: ${parts.join(', ')}`];
}
