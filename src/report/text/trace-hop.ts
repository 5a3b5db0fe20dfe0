import { stripVTControlCharacters } from 'node:util';
import type {
  IcmpObject,
  MplsLabel,
  SynAckDetails,
  TraceDocument,
  TraceHop,
  TraceProbe,
} from '../../documents/trace.js';
import { decodeInterfaceInformation, interfaceInformationClass } from '../../net/packet/icmp-extensions.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { hopMarks, probeMarks, untimedMark } from './trace-marks.js';
import { hanging, padFrom, widthOf } from './wrap.js';

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

const indent = ' '.repeat(6);

const roles = {
  incoming: 'came in by',
  'incoming-sub-ip': 'came in below IP by',
  outgoing: 'was to leave by',
  'next-hop': 'next hop',
} as const;

/** What --verbose says under a hop, a line each, and each thing once however many probes it was seen of. */
function hopDetails({ probes }: TraceHop, columns: number): string[] {
  const lines = new Set<string>();
  for (const probe of probes) {
    if (probe.mpls.length > 0) lines.add(`MPLS ${probe.mpls.map(label).join('; ')}`);
    for (const object of probe.extensions) lines.add(extension(object));
    if (probe.replyTtl !== null) lines.add(wayBack(probe, probe.replyTtl));
    if (probe.synAck !== null) lines.add(offered(probe.synAck));
  }
  const unanswered = probes.filter(({ reply, sent }) => reply === 'none' && sent > 1).length;
  if (unanswered > 0) lines.add(`asked again without an answer: ${unanswered} of ${probes.length} probes`);
  return [...lines].map((line) => hanging(indent, line, columns));
}

function label({ label: value, tc, bottom, ttl }: MplsLabel): string {
  return `label ${value} tc ${tc} ttl ${ttl}${bottom ? ' bottom' : ''}`;
}

function extension({ class: number, type, data }: IcmpObject): string {
  const payload = Buffer.from(data, 'hex');
  const known = number === interfaceInformationClass ? decodeInterfaceInformation(type, payload) : null;
  if (known === null) return `ICMP extension class ${number} type ${type}: ${payload.length} octets`;
  const parts: string[] = [];
  if (known.name !== null) parts.push(cleanForTerminal(known.name));
  if (known.address !== null) parts.push(known.address);
  if (known.mtu !== null) parts.push(`MTU ${known.mtu}`);
  if (known.index !== null) parts.push(`index ${known.index}`);
  return `interface, ${roles[known.role]}: ${parts.join(', ') || 'nothing said of it'}`;
}

function wayBack({ from, backwardHops }: TraceProbe, replyTtl: number): string {
  const length =
    backwardHops === null ? '' : `, so about ${backwardHops} hop${backwardHops === 1 ? '' : 's'} back`;
  return `${cleanForTerminal(from ?? '?')}: reply TTL ${replyTtl}${length}`;
}

function offered({ mss, window, windowScale, sackPermitted, timestamps, ecn }: SynAckDetails): string {
  const parts: string[] = [];
  if (mss !== null) parts.push(`MSS ${mss}`);
  if (window !== null) parts.push(`window ${window}`);
  if (windowScale !== null) parts.push(`scale ${windowScale}`);
  const either = (is: boolean | null, name: string): void => {
    if (is !== null) parts.push(is ? name : `no ${name}`);
  };
  either(sackPermitted, 'SACK');
  either(timestamps, 'timestamps');
  either(ecn, 'ECN');
  return `SYN-ACK: ${parts.join(', ') || 'no details'}`;
}
