import { count, list } from '../core/text.js';
import { lookupTimeMs } from '../documents/dns.js';
import { hostAnswers } from '../documents/observed/dns.js';
import { addressesOf, addressOutcomes, withStatus } from '../documents/observed/tcp.js';
import { purposeOf } from '../documents/observed/tls.js';
import type { Evidence, ReportDocument, SkippedStep } from '../documents/report.js';
import type { TcpStatus } from '../documents/tcp.js';
import type { TraceProbe } from '../documents/trace.js';
import { familyOf } from '../net/address/address.js';
import type { Mark } from './text/style.js';

/**
 * The phases of a report, the path last because it is measured beside the others. An address needs no resolving, and
 * what speaks no HTTP has neither TLS nor processing: those are left out.
 */
export function phasesOf(report: ReportDocument): Phase[] {
  return [resolve(report), connect(report), tls(report), processing(report), path(report)].filter(
    (phase) => phase !== null,
  );
}

/** An address given as such needs no resolving. */
function resolve(report: ReportDocument): Phase | null {
  if (familyOf(report.target.host) !== null) return null;
  const doc = hostAnswers(report)[0]?.doc;
  if (doc === undefined) return missing('resolve', report, 'dns');
  const scopes = [...new Set(doc.addresses.map(({ scope }) => scope))];
  const found = doc.addresses.length > 0;
  const blamed = report.verdict.class === 'dns';
  return {
    name: 'resolve',
    mark: blamed || !found ? 'failed' : 'ok',
    ms: lookupTimeMs(doc),
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

function connect(report: ReportDocument): Phase {
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

function tls(report: ReportDocument): Phase | null {
  const { target, observations } = report;
  const docs = observations.tls.filter((each) => purposeOf(each) === 'target');
  const doc = docs.find(({ status }) => status !== 'ok') ?? docs[0];
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

function processing(report: ReportDocument): Phase | null {
  const { target, observations, verdict } = report;
  const plain = observations.http.filter(({ variant }) => variant === 'plain');
  const asked = plain.length > 0 ? plain : observations.http;
  const doc = asked.find(({ status }) => status === null || status >= 400) ?? asked[0];
  if (doc === undefined) return target.url === null ? null : missing('processing', report, 'http');
  const good = doc.status !== null && doc.status < 400 && doc.failure === null && doc.errorType === null;
  // Where the verdict does not blame the answer, a denial is still a denial.
  const failed: Mark = verdict.class === 'reachable' ? 'warn' : 'failed';
  return {
    name: 'processing',
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

/** Of several traces the one that says most: one that failed, before one that arrived. */
function path(report: ReportDocument): Phase {
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

/** One of the five phases of a request, summed up for a reader. */
interface Phase {
  name: 'resolve' | 'connect' | 'tls' | 'processing' | 'path';
  /** `none`: it was not measured, or not reached. */
  mark: Mark;
  /** Milliseconds; null where nothing was measured. */
  ms: number | null;
  /** One line; may quote what came from the network, uncleaned. */
  text: string;
}

/** A phase without a measurement, and why there is none. */
function missing(name: Phase['name'], report: Evidence, step: SkippedStep['step']): Phase {
  const reason = report.skipped.find((each) => each.step === step)?.reason;
  // A trace needs an address alone; with one at hand, it was not the network that kept it from running.
  const reached = step === 'trace' && addressOutcomes(report).length > 0;
  const text = reason === undefined ? (reached ? 'not measured' : 'not reached') : `not measured: ${reason}`;
  return { name, mark: 'none', ms: null, text };
}
