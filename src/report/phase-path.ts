import { addressOutcomes } from '../diagnose/facts/tcp.js';
import type { ReportDocument } from '../diagnose/verdict.js';
import { count, list } from '../diagnose/words.js';
import type { TraceProbe } from '../probe/trace/types.js';
import { missing, type Phase } from './phase.js';
import type { Mark } from './text/style.js';

/** Of several traces the one that says most: one that failed, before one that arrived. */
export function path(report: ReportDocument): Phase {
  const { trace: traces } = report.observations;
  const doc = traces.find(({ outcome }) => outcome !== 'open') ?? traces[0];
  if (doc === undefined) return missing('path', report, 'trace');
  const opened = addressOutcomes(report).some(
    ({ address, status }) => address === doc.address && status === 'open',
  );
  const towards = traces.length > 1 ? ` towards ${doc.address}` : '';
  const rung = { name: 'path', ms: doc.durationMs } as const;
  const hops = count(doc.hops.length, 'hop');
  if (doc.outcome === 'open')
    return {
      ...rung,
      mark: 'ok',
      text: `${hops}${towards}${silentWords(doc.hops.length, answering(doc.hops))}`,
    };

  // A refusal has come all the way, and back.
  const blame: Mark = doc.outcome === 'closed' ? 'ok' : opened ? 'warn' : 'failed';
  if (doc.outcome === 'interrupted')
    return { ...rung, mark: 'none', text: `interrupted after ${hops}${towards}` };
  // Reports of earlier versions do not have the member.
  if (doc.loop) {
    const where = `${list(doc.loop.members, 4)} from hop ${doc.loop.firstTtl} on`;
    return { ...rung, mark: blame, text: `circles between ${where}${towards}` };
  }
  const last = doc.hops.findLast(({ probes }) => probes.some(({ from }) => from !== null));
  const reply = last?.probes.find(({ from }) => from !== null);
  if (last === undefined || reply === undefined) {
    const errno = doc.hops[0]?.probes[0]?.errno ?? null;
    return {
      ...rung,
      mark: blame,
      text: errno === null ? `${hops}${towards}, all silent` : `nothing left this host (${errno})`,
    };
  }
  const silent = doc.hops.length - doc.hops.indexOf(last) - 1;
  const after = silent > 0 ? `, then ${count(silent, 'silent hop')}` : '';
  return { ...rung, mark: blame, text: `${replyWords(reply)} at hop ${last.ttl}${after}${towards}` };
}

function answering(hops: ReportDocument['observations']['trace'][number]['hops']): number {
  return hops.filter(({ probes }) => probes.some(({ from }) => from !== null)).length;
}

/** Routers of a VPC never answer; said so that nobody takes the stars for the fault. */
function silentWords(hops: number, answered: number): string {
  const silent = hops - answered;
  return silent === 0 ? '' : `, ${silent === 1 ? 'one' : silent} of them silent`;
}

function replyWords({ reply, from, annotation }: TraceProbe): string {
  switch (reply) {
    case 'unreachable':
      return `${from} says unreachable${annotation === null ? '' : ` ${annotation}`}`;
    case 'rst':
      return `${from} says RST`;
    case 'syn-ack':
      return `${from} accepts`;
    default:
      return `${from} answers`;
  }
}
