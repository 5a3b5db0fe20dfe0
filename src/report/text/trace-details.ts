import { decodeInterfaceInformation, interfaceInformationClass } from '../../packet/interface-information.js';
import type { IcmpObject, MplsLabel, SynAckDetails, TraceHop, TraceProbe } from '../../probe/trace/types.js';
import { cleanForTerminal } from './clean.js';
import { hanging } from './hanging.js';

const indent = ' '.repeat(6);

const roles = {
  incoming: 'came in by',
  'incoming-sub-ip': 'came in below IP by',
  outgoing: 'was to leave by',
  'next-hop': 'next hop',
} as const;

/** What --verbose says under a hop, a line each, and each thing once however many probes it was seen of. */
export function hopDetails({ probes }: TraceHop, columns: number): string[] {
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
