import { familyOf } from '../../address/family.js';
import { hostAnswers } from '../../diagnose/facts/dns.js';
import { addressesOf, addressOutcomes, withStatus } from '../../diagnose/facts/tcp.js';
import type { Evidence, SkippedStep } from '../../diagnose/observations.js';
import type { ReportDocument } from '../../diagnose/verdict.js';
import { count, duration, list } from '../../diagnose/words.js';
import type { TcpStatus } from '../../probe/tcp/types.js';
import type { TraceProbe } from '../../probe/trace/types.js';
import { cleanForTerminal } from './clean.js';
import { hanging } from './hanging.js';
import { type Mark, mark, paint, type Style } from './style.js';
import { padFrom, padTo } from './wrap.js';

interface Rung {
  name: 'resolve' | 'connect' | 'path' | 'tls' | 'http';
  mark: Mark;
  /** Milliseconds; null where nothing was measured. */
  ms: number | null;
  text: string;
}

/** One line per phase, in the order in which they must succeed: how it went, how long it took, what came of it. */
export function ladder(report: ReportDocument, style: Style): string[] {
  const rungs = [resolve(report), connect(report), path(report), tls(report), http(report)].filter(
    (rung) => rung !== null,
  );
  return rungs.map((rung) => {
    const time = rung.ms === null ? '' : duration(rung.ms);
    const lead = `  ${mark(style, rung.mark)} ${padTo(rung.name, 7)}  ${paint(style, 'dim', padFrom(time, 6))}  `;
    const text = cleanForTerminal(rung.text);
    return hanging(lead, rung.mark === 'none' ? paint(style, 'dim', text) : text, style.columns);
  });
}

/** An address given as such needs no resolving. */
function resolve(report: ReportDocument): Rung | null {
  if (familyOf(report.target.host) !== null) return null;
  const doc = hostAnswers(report)[0]?.doc;
  if (doc === undefined) return missing('resolve', report, 'dns');
  const scopes = [...new Set(doc.addresses.map(({ scope }) => scope))];
  const found = doc.addresses.length > 0;
  const blamed = report.verdict.class === 'dns';
  return {
    name: 'resolve',
    mark: blamed || !found ? 'failed' : 'ok',
    ms: doc.durationMs,
    text: found
      ? `${list(
          doc.addresses.map(({ address }) => address),
          4,
        )} (${list(scopes)})`
      : (doc.rcode ?? doc.status),
  };
}

const OUTCOME_WORDS: Readonly<Record<TcpStatus, string>> = {
  open: 'open',
  refused: 'refused',
  reset: 'reset',
  timeout: 'silent',
  prohibited: 'prohibited',
  unreachable: 'unreachable',
  denied: 'denied by this host',
  error: 'not finished',
};

function connect(report: ReportDocument): Rung {
  const outcomes = addressOutcomes(report);
  if (outcomes.length === 0) return missing('connect', report, 'tcp');
  const open = withStatus(outcomes, 'open').length;
  const statuses = [...new Set(outcomes.map(({ status }) => status))];
  const words = statuses.map((status) => {
    const those = withStatus(outcomes, status);
    if (statuses.length === 1)
      return `${OUTCOME_WORDS[status]} at ${those.length === 1 ? addressesOf(those)[0] : `${those.length === 2 ? 'both' : `all ${those.length}`} addresses`}`;
    return `${OUTCOME_WORDS[status]} at ${list(addressesOf(those), 4)}`;
  });
  return {
    name: 'connect',
    mark: open === outcomes.length ? 'ok' : open > 0 ? 'warn' : 'failed',
    ms: Math.max(...outcomes.map(({ durationMs }) => durationMs)),
    text: `TCP ${report.target.port} ${words.join('; ')}`,
  };
}

/** Of several traces the one that says most: one that failed, before one that arrived. */
function path(report: ReportDocument): Rung {
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

function tls(report: ReportDocument): Rung | null {
  const { target, observations } = report;
  const doc = observations.tls.find(({ status }) => status !== 'ok') ?? observations.tls[0];
  if (doc === undefined) return target.url === null ? null : missing('tls', report, 'tls');
  const ok = doc.status === 'ok';
  const subject = doc.certificate === null ? '' : `, ${doc.certificate.subject}`;
  return {
    name: 'tls',
    mark: ok ? 'ok' : 'failed',
    ms: doc.durationMs,
    text: ok ? `${doc.protocol ?? 'TLS'}${subject}` : `${doc.status} at ${doc.address}`,
  };
}

function http(report: ReportDocument): Rung | null {
  const { target, observations, verdict } = report;
  const plain = observations.http.filter(({ variant }) => variant === 'plain');
  const asked = plain.length > 0 ? plain : observations.http;
  const doc = asked.find(({ status }) => status === null || status >= 400) ?? asked[0];
  if (doc === undefined) return target.url === null ? null : missing('http', report, 'http');
  const good = doc.status !== null && doc.status < 400 && doc.failure === null && doc.errorType === null;
  // Where the verdict does not blame the answer, a denial is still a denial.
  const failed: Mark = verdict.class === 'reachable' ? 'warn' : 'failed';
  return {
    name: 'http',
    mark: good ? 'ok' : failed,
    ms: doc.durationMs,
    text: [
      doc.status === null ? `no answer: ${doc.failure ?? 'unknown'}` : `HTTP ${doc.status}`,
      doc.errorType,
    ]
      .filter((part) => part !== null)
      .join(' '),
  };
}

function missing(name: Rung['name'], report: Evidence, step: SkippedStep['step']): Rung {
  const reason = report.skipped.find((each) => each.step === step)?.reason;
  // A trace needs an address alone; with one at hand, it was not the network that kept it from running.
  const reached = step === 'trace' && addressOutcomes(report).length > 0;
  const text = reason === undefined ? (reached ? 'not measured' : 'not reached') : `not measured: ${reason}`;
  return { name, mark: 'none', ms: null, text };
}
