import { createHash } from 'node:crypto';
import type { ReportDocument } from '../documents/report.js';

/**
 * Tells copies of a report from other reports. A carrier that delivers at least once may deliver a report twice, and a copy
 * must not count as a second host that sees the same.
 */
export class DistinctReports {
  readonly #byId = new Map<string, Origin[]>();
  readonly #contents = new Set<string>();

  /** Whether no copy of the report was seen before. */
  isNew(report: ReportDocument): boolean {
    const { reportId } = report;
    if (reportId == null) return this.#isNewContent(report);
    const origin = originOf(report);
    const seen = this.#byId.get(reportId);
    if (seen?.some((other) => isSameOrigin(origin, other))) return false;
    if (seen === undefined) this.#byId.set(reportId, [origin]);
    else seen.push(origin);
    return true;
  }

  /** Reports of version 0.1.0 and older have no identity: copies measured the same at the same time. */
  #isNewContent({ startedAt, durationMs, target, vantage, observations }: ReportDocument): boolean {
    const content = JSON.stringify([startedAt, durationMs, target, vantage, observations]);
    const digest = createHash('sha256').update(content).digest('base64');
    const isNew = !this.#contents.has(digest);
    this.#contents.add(digest);
    return isNew;
  }
}

/** What a copy of a report has as well, unless it is masked. */
interface Origin {
  startedAt: string;
  host: string;
  isMasked: boolean;
}

function originOf({ startedAt, vantage }: ReportDocument): Origin {
  return {
    startedAt,
    host: JSON.stringify([vantage.hostname, vantage.addresses]),
    isMasked: /^name-\d+(?:\.|$)/.test(vantage.hostname),
  };
}

/** The identity alone is a claim of the report: a report that was edited into that of another host is not a copy. */
function isSameOrigin(one: Origin, other: Origin): boolean {
  if (one.startedAt !== other.startedAt) return false;
  return one.isMasked || other.isMasked || one.host === other.host;
}
