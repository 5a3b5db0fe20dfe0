import { count, duration } from '../../core/text.js';
import { opened } from '../../documents/observed/tcp.js';
import type { ReportDocument } from '../../documents/report.js';
import type { AddressTrace, RoutingLoop, TraceHop, TraceProbe } from '../../documents/trace.js';
import { pathMark } from '../marks.js';
import { traceEnding } from '../trace-ending.js';
import {
  hopMarks,
  hopName,
  marksIn,
  type NamesByAddress,
  probeMarks,
  type TraceMark,
} from '../trace-marks.js';
import { markHtml, sectionHtml, toneOf } from './elements.js';
import { type Content, type Html, html } from './escape.js';

/** The longest run of silent hops that is drawn hop by hop; a longer run is drawn as one. */
const DRAWN_SILENT = 2;

/** A text and no markup: esbuild writes it in ASCII, which it does not do for a template. */
const dot = '·';

/** The path to each traced address, hop by hop from this host to where the trace ended. */
export function pathsHtml(report: ReportDocument): Html | null {
  const { trace } = report.observations;
  if (trace.length === 0) return null;
  const paths = trace.map((each) => pathHtml(each, opened(report, each.address)));
  return sectionHtml(
    'Path',
    html`<div class="paths">
${paths}</div>`,
  );
}

function pathHtml(trace: AddressTrace, isOpened: boolean): Html {
  const { address, port, source, method, hops, destinationTtl } = trace;
  // Reports of the first versions lack these members.
  const { names = null, loop = null }: Partial<AddressTrace> = trace;
  const mark = pathMark(trace, isOpened);
  const tone = toneOf(mark);
  const destination = hops.find(({ ttl }) => ttl === destinationTtl) ?? null;
  const before = hops.filter((hop) => hop !== destination);
  const end = destination === null ? 'end' : `hop ${destination.ttl}`;
  return html`<div class="route">
<h3>towards <span class="mono">${address}</span> port ${port}</h3>
<ol class="hops">
<li><span class="node" aria-hidden="true">${dot}</span>this host <span class="mono soft">${source}</span></li>
${runsOf(before, loop).map((run) => runHtml(run, names))}<li class="end ${tone}"><span class="node ${tone}"><span class="hidden">${end}</span>${markHtml(mark)}</span>${destination === null ? null : hopReplies(destination, names)}<div class="${tone}">${traceEnding(trace)}</div></li>
</ol>
${legendHtml(hops)}<p class="soft">${method === undefined ? null : `Method: ${method}.`}</p>
</div>
`;
}

/** Hops that are drawn together. */
interface Run {
  hops: TraceHop[];
  /** `circle`: further turns of a loop. A run of kind `hop` has one hop, which is drawn in full. */
  kind: 'silent' | 'circle' | 'hop';
}

/** Splits hops into runs: a long run of silent hops is one, and the hops of a loop after all its routers have answered are one. */
function runsOf(hops: readonly TraceHop[], loop: RoutingLoop | null): Run[] {
  const shownTtl = loop === null ? Number.POSITIVE_INFINITY : lastOfFirstAnswers(hops, loop);
  const runs: Run[] = [];
  for (const hop of hops) {
    const kind = hop.ttl > shownTtl ? 'circle' : isSilent(hop) ? 'silent' : 'hop';
    const last = runs.at(-1);
    if (last !== undefined && kind !== 'hop' && last.kind === kind) last.hops.push(hop);
    else runs.push({ hops: [hop], kind });
  }
  return runs.flatMap((run) =>
    run.kind === 'circle' || run.hops.length > DRAWN_SILENT
      ? [run]
      : run.hops.map((hop) => ({ ...run, hops: [hop] })),
  );
}

/** The TTL by which every router of the loop has answered. A router may be silent in the first turn. */
function lastOfFirstAnswers(hops: readonly TraceHop[], { firstTtl, members }: RoutingLoop): number {
  const looping = hops.filter(({ ttl }) => ttl >= firstTtl);
  const firstAnswers = members.map(
    (member) => looping.find(({ probes }) => probes.some(({ from }) => from === member))?.ttl ?? firstTtl,
  );
  return Math.max(...firstAnswers);
}

function isSilent({ probes }: TraceHop): boolean {
  return probes.every(({ from, reply }) => from === null && reply !== 'send-error');
}

function runHtml({ hops, kind }: Run, names: NamesByAddress): Content {
  const [first] = hops;
  const last = hops.at(-1);
  if (first === undefined || last === undefined) return null;
  if (kind === 'hop') {
    return html`<li><span class="node"><span class="hidden">hop </span>${first.ttl}</span>${hopReplies(first, names)}</li>
`;
  }
  const range = first === last ? `${first.ttl}` : `${first.ttl}–${last.ttl}`;
  const silent = first === last ? 'silent' : `${count(hops.length, 'hop')}, all silent`;
  const words = kind === 'silent' ? silent : `${count(hops.length, 'more hop')} of the same loop`;
  return html`<li class="${kind}"><span class="node"><span class="hidden">hop </span>${range}</span><span class="soft">${words}</span></li>
`;
}

/** A line for each address that answered, in the order of its first reply, and the number of unanswered probes. */
function hopReplies(hop: TraceHop, names: NamesByAddress): Content {
  const { probes } = hop;
  const byAddress = new Map<string, TraceProbe[]>();
  for (const probe of probes) {
    if (probe.from !== null) byAddress.set(probe.from, [...(byAddress.get(probe.from) ?? []), probe]);
  }
  const lost = probes.filter(({ reply }) => reply === 'none').length;
  const errors = [...new Set(probes.filter(({ reply }) => reply === 'send-error').map(({ errno }) => errno))];
  const marks = hopMarks(hop);
  return [
    ...[...byAddress].map(([address, replies]) => replyHtml(address, replies, names)),
    marks.length > 0 && html`<div class="reply">${marks.map(tagHtml)}</div>`,
    lost > 0 && html`<div class="soft">${lost} of ${probes.length} without an answer</div>`,
    errors.map((errno) => html`<div class="bad">not sent: ${errno ?? 'error'}</div>`),
  ];
}

function replyHtml(address: string, replies: readonly TraceProbe[], names: NamesByAddress): Html {
  const times = replies.flatMap(({ rttMs }) => (rttMs === null ? [] : [duration(rttMs)]));
  const marks = new Map(replies.flatMap(probeMarks).map((mark) => [mark.label, mark]));
  const labels = new Set(replies.flatMap(({ mpls }) => mpls.map(({ label }) => `MPLS ${label}`)));
  return html`<div class="reply"><span class="mono">${hopName(address, names)}</span><span class="soft">${times.join(', ')}</span>${[...marks.values()].map(tagHtml)}${[...labels].map((label) => html`<span class="tag">${label}</span>`)}</div>`;
}

function tagHtml({ label, tone }: TraceMark): Html {
  return html`<span class="tag ${tone}">${label}</span>`;
}

/** What the marks mean. */
function legendHtml(hops: readonly TraceHop[]): Html | null {
  const marks = marksIn(hops);
  if (marks.length === 0) return null;
  return html`<ul class="marks soft">${marks.map((mark) => html`<li>${tagHtml(mark)} ${mark.meaning}</li>`)}</ul>
`;
}
