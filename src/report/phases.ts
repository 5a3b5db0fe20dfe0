import { count, list } from '../core/text.js';
import { lookupTimeMs } from '../documents/dns.js';
import type { HttpDocument } from '../documents/http.js';
import { hostAnswers } from '../documents/observed/dns.js';
import { addressesOf, addressOutcomes, opened, withStatus } from '../documents/observed/tcp.js';
import { purposeOf } from '../documents/observed/tls.js';
import type { ReportDocument, SkippedStep } from '../documents/report.js';
import type { TcpStatus } from '../documents/tcp.js';
import type { AddressTrace, TraceProbe } from '../documents/trace.js';
import { familyOf } from '../net/address/address.js';
import { httpMark, type Mark, pathMark, tlsMark } from './marks.js';
import { answerPlace, lastReply, silentTail } from './trace-ending.js';

/** One of the five phases of a request, in one line. */
export interface RequestPhase {
  name: 'resolve' | 'connect' | 'tls' | 'processing' | 'path';
  /** `none`: the phase was not measured, or not reached. */
  mark: Mark;
  /** Milliseconds, or null if nothing was measured. */
  ms: number | null;
  /** The result in one line. It may quote text from the network, which is not cleaned for a terminal. */
  text: string;
}

/**
 * The phases of a report. The path comes last, because it is measured beside the others. A target that is an address has no
 * phase `resolve`, and a target that is not a URL has neither `tls` nor `processing`.
 */
export function phasesOf(report: ReportDocument): RequestPhase[] {
  return [
    resolvePhase(report),
    connectPhase(report),
    tlsPhase(report),
    processingPhase(report),
    pathPhase(report),
  ].filter((phase) => phase !== null);
}

function resolvePhase(report: ReportDocument): RequestPhase | null {
  if (familyOf(report.target.host) !== null) return null;
  const { origin } = report.observations;
  const doc = hostAnswers(report)[0]?.doc;
  if (origin?.source === 'hosts-file' && origin.addresses.length > 0) {
    return {
      name: 'resolve',
      mark: report.verdict.class === 'dns' ? 'failed' : 'ok',
      ms: null,
      text: `${list(origin.addresses, 4)}, from ${origin.hostsFile?.path ?? 'the hosts file'}`,
    };
  }
  if (origin?.source === 'system') {
    return {
      name: 'resolve',
      mark: report.verdict.class === 'dns' ? 'failed' : 'ok',
      ms: report.observations.system?.durationMs ?? null,
      text: `${list(origin.addresses, 4)}, from getaddrinfo; DNS has no address`,
    };
  }
  if (doc === undefined) return missingPhase('resolve', report, 'dns');
  const addresses = doc.addresses.map(({ address }) => address);
  const scopes = [...new Set(doc.addresses.map(({ scope }) => scope))];
  const isFailed = addresses.length === 0 || report.verdict.class === 'dns';
  const isCutOff = report.stopped !== undefined && doc.status === 'error';
  return {
    name: 'resolve',
    mark: isFailed ? 'failed' : 'ok',
    ms: lookupTimeMs(doc),
    text:
      addresses.length > 0
        ? `${list(addresses, 4)} (${list(scopes)})`
        : (doc.rcode ?? (isCutOff ? 'stopped before an answer came' : doc.status)),
  };
}

const statusWords: Readonly<Record<TcpStatus, string>> = {
  open: 'open',
  refused: 'refused',
  reset: 'reset',
  timeout: 'silent',
  prohibited: 'prohibited',
  unreachable: 'unreachable',
  denied: 'denied by this host',
  error: 'not finished',
};

function connectPhase(report: ReportDocument): RequestPhase {
  const outcomes = addressOutcomes(report);
  if (outcomes.length === 0) return missingPhase('connect', report, 'tcp');
  const open = withStatus(outcomes, 'open').length;
  const statuses = [...new Set(outcomes.map(({ status }) => status))];
  const words = statuses.map((status) => {
    const addresses = addressesOf(withStatus(outcomes, status));
    const where = statuses.length === 1 ? everyAddress(addresses) : list(addresses, 4);
    return `${statusWords[status]} at ${where}`;
  });
  return {
    name: 'connect',
    mark: open === outcomes.length ? 'ok' : open > 0 ? 'warn' : 'failed',
    ms: Math.max(...outcomes.map(({ durationMs }) => durationMs)),
    text: `TCP ${report.target.port} ${[...words, ...refusedAddresses(report)].join('; ')}`,
  };
}

/** The addresses that the caller of the measurement did not permit. */
function refusedAddresses({ skipped }: ReportDocument): string[] {
  return skipped.flatMap(({ step, reason }) =>
    step === 'tcp' && reason.startsWith('refused: address ') ? [reason] : [],
  );
}

function everyAddress(addresses: readonly string[]): string {
  const [only = ''] = addresses;
  if (addresses.length === 1) return only;
  return addresses.length === 2 ? 'both addresses' : `all ${addresses.length} addresses`;
}

function tlsPhase(report: ReportDocument): RequestPhase | null {
  const { target, observations } = report;
  const docs = observations.tls.filter((each) => purposeOf(each) === 'target');
  const doc = docs.find(({ status }) => status !== 'ok') ?? docs[0];
  if (doc === undefined) return target.url === null ? null : missingPhase('tls', report, 'tls');
  const mark = tlsMark(doc);
  const subject = doc.certificate === null ? '' : `, ${doc.certificate.subject}`;
  return {
    name: 'tls',
    mark,
    ms: doc.durationMs,
    text: mark === 'ok' ? `${doc.protocol ?? 'TLS'}${subject}` : `${doc.status} at ${doc.address}`,
  };
}

function processingPhase(report: ReportDocument): RequestPhase | null {
  const { target, observations, verdict } = report;
  const plain = observations.http.filter(({ variant }) => variant === 'plain');
  const asked = plain.length > 0 ? plain : observations.http;
  const doc = asked.find(({ status }) => status === null || status >= 400) ?? asked[0];
  if (doc === undefined) return target.url === null ? null : missingPhase('processing', report, 'http');
  // If the verdict does not blame the answer, an error is only a warning.
  const failed: Mark = verdict.class === 'reachable' ? 'warn' : 'failed';
  return {
    name: 'processing',
    mark: httpMark(doc) === 'ok' ? 'ok' : failed,
    ms: doc.durationMs,
    text: answerWords(doc),
  };
}

/** An HTTP answer in short: its status and API Gateway's error type, or the failure of the request. */
export function answerWords({ status, failure, errorType }: HttpDocument): string {
  const answer = status === null ? `no answer: ${failure ?? 'unknown'}` : `HTTP ${status}`;
  return errorType === null ? answer : `${answer} ${errorType}`;
}

/** The phase of the first trace that did not arrive, or else of the first trace. */
function pathPhase(report: ReportDocument): RequestPhase {
  const { trace: traces } = report.observations;
  const doc = traces.find(({ outcome }) => outcome !== 'open') ?? traces[0];
  if (doc === undefined) return missingPhase('path', report, 'trace');
  const towards = traces.length > 1 ? ` towards ${doc.address}` : '';
  return {
    name: 'path',
    mark: pathMark(doc, opened(report, doc.address)),
    ms: doc.durationMs,
    text: pathWords(doc, towards),
  };
}

function pathWords({ address, outcome, hops, loop }: AddressTrace, towards: string): string {
  const all = `${count(hops.length, 'hop')}${towards}`;
  if (outcome === 'open') return `${all}${silentHops(hops)}`;
  if (outcome === 'interrupted') return `interrupted after ${all}`;
  if (loop) return `loops between ${list(loop.members, 4)} from hop ${loop.firstTtl} on${towards}`;
  const last = lastReply(hops);
  if (last === undefined) {
    const errno = hops[0]?.probes[0]?.errno ?? null;
    return errno === null ? `${all}, all silent` : `nothing left this host (${errno})`;
  }
  const silent = silentTail(hops);
  const after = silent > 0 ? `, then ${count(silent, 'silent hop')}` : '';
  return `${replyWords(last.probe)} at ${answerPlace(hops, last)}${after}${last.probe.from === address ? '' : towards}`;
}

/** The number of silent hops. Routers of a VPC never answer, so silent hops are no fault on a path that arrives. */
function silentHops(hops: AddressTrace['hops']): string {
  const silent = hops.filter(({ probes }) => probes.every(({ from }) => from === null)).length;
  return silent === 0 ? '' : `, ${silent === 1 ? 'one' : silent} of them silent`;
}

function replyWords({ reply, from, annotation }: TraceProbe): string {
  switch (reply) {
    case 'unreachable':
      return `${from} reports unreachable${annotation === null ? '' : ` ${annotation}`}`;
    case 'rst':
      return `${from} sent a reset`;
    case 'syn-ack':
      return `${from} accepts connections`;
    default:
      return `${from} answers`;
  }
}

/** A phase that was not measured, and why. */
function missingPhase(
  name: RequestPhase['name'],
  report: ReportDocument,
  step: SkippedStep['step'],
): RequestPhase {
  const reason = report.skipped.find((each) => each.step === step)?.reason;
  // A trace needs only an address. If there is one, the phase was reached.
  const isReached = step === 'trace' && addressOutcomes(report).length > 0;
  const text = isReached ? 'not measured' : 'not reached';
  return { name, mark: 'none', ms: null, text: reason === undefined ? text : `not measured: ${reason}` };
}
