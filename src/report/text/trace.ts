import { stripVTControlCharacters } from 'node:util';
import { count } from '../../core/text.js';
import type {
  IcmpObject,
  MplsLabel,
  SynAckDetails,
  TraceDocument,
  TraceHop,
  TraceProbe,
} from '../../documents/trace.js';
import { decodeInterfaceInformation, interfaceInformationClass } from '../../net/packet/icmp-extensions.js';
import { traceEnding } from '../trace-ending.js';
import {
  hopMarks,
  hopName,
  marksIn,
  type NamesByAddress,
  probeMarks,
  type TraceMark,
  untimedMark,
} from '../trace-marks.js';
import { dnsText } from './dns.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { hanging, padFrom, widthOf, wrap } from './wrap.js';

/** The indent of continuation lines, in cells. */
const CONTINUATION = 4;

/**
 * A trace as text: the hops in the format of traceroute, the meaning of the marks, and the ending of the trace. With `verbose`
 * also details of the packets and the lookup of the name. Ends with a line break.
 */
export function traceText(document: TraceDocument, style: Style, verbose = false): string {
  if (document.address === null) return untracedText(document, style, verbose);
  const { hops, names, resolution } = document;
  const lines = [
    traceHeading(document, style),
    ...hops.map((hop) => hopText(hop, style, verbose, names)),
    ...marksLine(
      marksIn(hops).map(({ text, meaning }) => `${text} ${meaning}`),
      style,
    ),
    ...(verbose ? discardedLine(document) : []),
    wrap(cleanForTerminal(traceEnding(document)), style.columns),
  ];
  const text = `${lines.join('\n')}\n`;
  return verbose && resolution !== null ? `${text}\n${dnsText(resolution, style, true)}` : text;
}

/** The line above the hops: target, source and method. */
export function traceHeading(
  document: Pick<TraceDocument, 'host' | 'address' | 'port' | 'source' | 'method'>,
  style: Style,
  verb = 'trace to',
): string {
  const { host, address, port, source, method } = document;
  const to = address === null || address === host ? '' : ` (${cleanForTerminal(address)})`;
  const from = source === null ? '' : `, from ${cleanForTerminal(source)}`;
  const what = paint(style, 'strong', `${verb} ${cleanForTerminal(host)}${to} port ${port}`);
  return wrap(`${what}${from}, method ${method}`, style.columns, CONTINUATION, 0);
}

/** The text of a trace whose name has no address: the answer of DNS. */
export function untracedText(
  document: Pick<TraceDocument, 'host' | 'port' | 'outcome' | 'resolution'>,
  style: Style,
  verbose: boolean,
  verb = 'trace to',
): string {
  const { host, port, outcome, resolution } = document;
  const why =
    outcome === 'interrupted' ? 'interrupted before the name was resolved' : 'the name gave no address';
  const line = `${paint(style, 'strong', `${verb} ${cleanForTerminal(host)} port ${port}`)}: ${why}\n`;
  return resolution === null ? line : `${line}\n${dnsText(resolution, style, verbose)}`;
}

/** The legend under the hops; empty if no mark needs one. */
export function marksLine(legend: readonly string[], style: Style): string[] {
  if (legend.length === 0) return [];
  const text = cleanForTerminal(`Marks: ${legend.join('; ')}.`);
  return [paint(style, 'dim', wrap(text, style.columns, CONTINUATION, 0))];
}

/**
 * One hop: ` 1  10.0.1.1  0.123 ms  0.111 ms`, on several lines where it is wider than the style's columns. The address is
 * repeated only where it changes, as in traceroute. If its name is known, the address follows the name in parentheses.
 */
export function hopText(hop: TraceHop, style: Style, verbose = false, names: NamesByAddress = null): string {
  const pieces: string[] = [];
  let last: string | null = null;
  for (const probe of hop.probes) {
    if (probe.from !== null && probe.from !== last) pieces.push(cleanForTerminal(hopName(probe.from, names)));
    last = probe.from ?? last;
    pieces.push(answerText(probe, style));
  }
  pieces.push(...hopMarks(hop).map((each) => markText(each, style)));
  const lines = [flow(padFrom(String(hop.ttl), 2), pieces, style.columns)];
  if (verbose) lines.push(...hopDetails(hop, style.columns));
  return lines.join('\n');
}

function answerText(probe: TraceProbe, style: Style): string {
  const { reply, rttMs, errno } = probe;
  if (reply === 'none') return paint(style, 'dim', '*');
  if (reply === 'send-error') return paint(style, 'bad', `not sent (${cleanForTerminal(errno ?? 'error')})`);
  const time = rttMs === null ? markText(untimedMark, style) : `${rttMs.toFixed(3)} ms`;
  return [time, ...probeMarks(probe).map((each) => markText(each, style))].join(' ');
}

function markText({ text, tone }: TraceMark, style: Style): string {
  return paint(style, tone, cleanForTerminal(text));
}

/** The pieces behind `lead`, on as many lines as they need. */
function flow(lead: string, pieces: readonly string[], columns: number): string {
  const lines: string[] = [];
  let line = lead;
  for (const piece of pieces) {
    // As traceroute prints it: `* * *`.
    const gap = line !== lead && stripVTControlCharacters(piece) === '*' ? ' ' : '  ';
    if (line !== lead && widthOf(line) + gap.length + widthOf(piece) > columns) {
      lines.push(line);
      line = ' '.repeat(CONTINUATION - 2);
    }
    line += gap + piece;
  }
  return [...lines, line].join('\n');
}

/** The lines of `--verbose` under a hop. A line that several probes share is shown once. */
function hopDetails({ probes }: TraceHop, columns: number): string[] {
  const lines = new Set<string>();
  for (const probe of probes) {
    if (probe.mpls.length > 0) lines.add(`MPLS ${probe.mpls.map(labelText).join('; ')}`);
    for (const object of probe.extensions) lines.add(extensionText(object));
    if (probe.replyTtl !== null) lines.add(wayBackText(probe, probe.replyTtl));
    if (probe.synAck !== null) lines.add(synAckText(probe.synAck));
  }
  const unanswered = probes.filter(({ reply, sent }) => reply === 'none' && sent > 1).length;
  if (unanswered > 0) lines.add(`sent again without an answer: ${unanswered} of ${probes.length} probes`);
  return [...lines].map((line) => hanging(' '.repeat(6), line, columns));
}

function labelText({ label, tc, bottom, ttl }: MplsLabel): string {
  return `label ${label} tc ${tc} ttl ${ttl}${bottom ? ' bottom' : ''}`;
}

/** The roles of an interface in RFC 5837. */
const interfaceRoles = {
  incoming: 'incoming',
  'incoming-sub-ip': 'incoming, below IP',
  outgoing: 'outgoing',
  'next-hop': 'next hop',
} as const;

function extensionText({ class: number, type, data }: IcmpObject): string {
  const payload = Buffer.from(data, 'hex');
  const known = number === interfaceInformationClass ? decodeInterfaceInformation(type, payload) : null;
  if (known === null) return `ICMP extension class ${number} type ${type}: ${count(payload.length, 'octet')}`;
  const { name, address, mtu, index, role } = known;
  const parts = [
    name === null ? null : cleanForTerminal(name),
    address,
    mtu === null ? null : `MTU ${mtu}`,
    index === null ? null : `index ${index}`,
  ].filter((part) => part !== null);
  return `interface, ${interfaceRoles[role]}: ${parts.join(', ') || 'no details'}`;
}

function wayBackText({ from, backwardHops }: TraceProbe, replyTtl: number): string {
  const length = backwardHops === null ? '' : `, so about ${count(backwardHops, 'hop')} back`;
  return `${cleanForTerminal(from ?? '?')}: reply TTL ${replyTtl}${length}`;
}

function synAckText({ mss, window, windowScale, sackPermitted, timestamps, ecn }: SynAckDetails): string {
  const option = (isOn: boolean | null, name: string) => (isOn === null ? null : isOn ? name : `no ${name}`);
  const parts = [
    mss === null ? null : `MSS ${mss}`,
    window === null ? null : `window ${window}`,
    windowScale === null ? null : `scale ${windowScale}`,
    option(sackPermitted, 'SACK'),
    option(timestamps, 'timestamps'),
    option(ecn, 'ECN'),
  ].filter((part) => part !== null);
  return `SYN-ACK: ${parts.join(', ') || 'no details'}`;
}

function discardedLine({ discarded }: TraceDocument): string[] {
  const parts = Object.entries(discarded).map(([reason, times]) => `${cleanForTerminal(reason)} ${times}`);
  return parts.length === 0 ? [] : [`Packets that answered none of the probes: ${parts.join(', ')}`];
}
