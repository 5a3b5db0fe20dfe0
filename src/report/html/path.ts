import { count, duration } from '../../core/text.js';
import type { ReportDocument } from '../../documents/report.js';
import type { AddressTrace, RoutingLoop, TraceHop, TraceOutcome, TraceProbe } from '../../documents/trace.js';
import type { Mark } from '../text/style.js';
import { type Content, type Html, html } from './escape.js';
import { markHtml, titled, toneOf } from './sections.js';

/** So many silent hops in a row are drawn one by one; more of them as one. */
const DRAWN_SILENT = 2;

const ENDS: Readonly<Record<TraceOutcome, { mark: Mark; words: string }>> = {
  open: { mark: 'ok', words: 'open: it accepts connections' },
  closed: { mark: 'warn', words: 'closed: it refuses connections (RST)' },
  filtered: { mark: 'failed', words: 'not reached: nothing more answers' },
  prohibited: { mark: 'failed', words: 'prohibited: a filter on the way says so' },
  unreachable: { mark: 'failed', words: 'unreachable: a router on the way says so' },
  interrupted: { mark: 'none', words: 'interrupted before the end' },
};

/** The way of each traced address, hop by hop from this host to where it ended. */
export function pathsHtml({ observations: { trace } }: ReportDocument): Html | null {
  if (trace.length === 0) return null;
  return titled(
    'Path',
    html`<div class="paths">
${trace.map(routeHtml)}</div>`,
  );
}

function routeHtml(trace: AddressTrace): Html {
  const { mark } = ENDS[trace.outcome];
  const reached = trace.hops.find(({ ttl }) => ttl === trace.destinationTtl) ?? null;
  const before = trace.hops.filter((hop) => hop !== reached);
  // What answered last belongs to the end only where it is the target itself.
  const replies = reached === null ? null : hopReplies(reached);
  return html`<div class="route">
<h3>towards <span class="mono">${trace.address}</span> port ${trace.port}</h3>
<ol class="hops">
<li><span class="node" aria-hidden="true">·</span>this host <span class="mono soft">${trace.source}</span></li>
${runs(before, trace.loop ?? null).map(runHtml)}<li class="end ${toneOf(mark)}"><span class="node ${toneOf(mark)}"><span class="hidden">${reached === null ? 'end' : `hop ${reached.ttl}`}</span>${markHtml(mark)}</span>${replies}<div class="${toneOf(mark)}">${endWords(trace)}</div></li>
</ol>
${notes(trace)}</div>
`;
}

/** `loop` and `stoppedBy` are younger than the first reports. */
function endWords({ outcome, loop, stoppedBy, hops }: AddressTrace): string {
  if (outcome !== 'filtered') return ENDS[outcome].words;
  if (loop) return 'not reached: the path turns in a circle';
  return stoppedBy === 'max-ttl' ? `not reached within ${count(hops.length, 'hop')}` : ENDS.filtered.words;
}

/** Hops that are drawn as one. */
interface Run {
  hops: TraceHop[];
  /** What they have in common; a run of one hop is drawn in full. */
  kind: 'silent' | 'circle' | 'hop';
}

/** A longer run of silent hops is drawn as one, and so are all turns of a circle but the first. */
function runs(hops: readonly TraceHop[], loop: RoutingLoop | null): Run[] {
  const again = loop === null ? Number.POSITIVE_INFINITY : loop.firstTtl + loop.members.length;
  const all: Run[] = [];
  for (const hop of hops) {
    const kind = hop.ttl >= again ? 'circle' : isSilent(hop) ? 'silent' : 'hop';
    const last = all.at(-1);
    if (last !== undefined && kind !== 'hop' && last.kind === kind) last.hops.push(hop);
    else all.push({ hops: [hop], kind });
  }
  return all.flatMap((run) =>
    run.kind === 'circle' || run.hops.length > DRAWN_SILENT
      ? [run]
      : run.hops.map((hop) => ({ ...run, hops: [hop] })),
  );
}

function isSilent({ probes }: TraceHop): boolean {
  return probes.every(({ from, reply }) => from === null && reply !== 'send-error');
}

function runHtml({ hops, kind }: Run): Content {
  const [first] = hops;
  const last = hops.at(-1);
  if (first === undefined || last === undefined) return null;
  if (kind === 'hop') {
    return html`<li><span class="node"><span class="hidden">hop </span>${first.ttl}</span>${hopReplies(first)}</li>
`;
  }
  const name = first === last ? `${first.ttl}` : `${first.ttl}–${last.ttl}`;
  const silent = first === last ? 'silent' : `${count(hops.length, 'hop')}, all silent`;
  const words = kind === 'silent' ? silent : `${count(hops.length, 'hop')} more, the same again and again`;
  return html`<li class="${kind}"><span class="node"><span class="hidden">hop </span>${name}</span><span class="soft">${words}</span></li>
`;
}

/** One line for each address that answered, in the order first heard, and how many probes got no answer. */
function hopReplies({ probes, rateLimited }: TraceHop): Content {
  const byAddress = new Map<string, TraceProbe[]>();
  for (const probe of probes) {
    if (probe.from !== null) byAddress.set(probe.from, [...(byAddress.get(probe.from) ?? []), probe]);
  }
  const lost = probes.filter(({ reply }) => reply === 'none').length;
  const errors = [...new Set(probes.filter(({ reply }) => reply === 'send-error').map(({ errno }) => errno))];
  return [
    ...[...byAddress].map(([address, replies]) => replyHtml(address, replies)),
    lost > 0 &&
      html`<div class="soft">${lost} of ${probes.length} without an answer${rateLimited ? ' (it limits its ICMP errors, and loses no traffic)' : ''}</div>`,
    errors.map((errno) => html`<div class="bad">not sent: ${errno ?? 'error'}</div>`),
  ];
}

function replyHtml(address: string, replies: readonly TraceProbe[]): Html {
  const times = replies.flatMap(({ rttMs }) => (rttMs === null ? [] : [duration(rttMs)]));
  const tags = new Set(
    replies.flatMap((probe) => [
      ...(probe.annotation === null ? [] : [probe.annotation]),
      ...(probe.reply === 'rst' ? ['RST'] : []),
      ...(probe.reply === 'syn-ack' ? ['SYN-ACK'] : []),
      ...(probe.nat ? ['address translated'] : []),
      ...(probe.late ? ['late'] : []),
      ...probe.mpls.map(({ label }) => `MPLS ${label}`),
    ]),
  );
  return html`<div class="reply"><span class="mono">${address}</span><span class="soft">${times.join(', ')}</span>${[...tags].map((tag) => html`<span class="tag">${tag}</span>`)}</div>`;
}

/** What concerns the whole path. Saved reports of older versions do not have these members. */
function notes({ loop, pathMtu, method }: Partial<AddressTrace>): Html {
  return html`<p class="soft">${loop ? html`The path turns in a circle: <span class="mono">${loop.members.join(' → ')}</span>. ` : null}${typeof pathMtu === 'number' ? `A router names an MTU of ${pathMtu} octets. ` : null}${method === undefined ? null : `Method: ${method}.`}</p>
`;
}
