import { familyOf } from '../address/family.js';
import { hostAnswers } from '../diagnose/facts/dns.js';
import { addressesOf, addressOutcomes, withStatus } from '../diagnose/facts/tcp.js';
import { purposeOf } from '../diagnose/facts/tls.js';
import type { ReportDocument } from '../diagnose/verdict.js';
import { list } from '../diagnose/words.js';
import { lookupTimeMs } from '../probe/dns/reply-time.js';
import type { TcpStatus } from '../probe/tcp/types.js';
import { missing, type Phase } from './phase.js';
import { path } from './phase-path.js';
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
