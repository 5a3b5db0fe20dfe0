import { classify } from '../../src/diagnose/classify.js';
import type { Evidence, ReportDocument } from '../../src/documents/report.js';

/** The report of this evidence, as `diagnose` makes it. */
export function reportOf(given: Evidence): ReportDocument {
  return {
    kind: 'report',
    version: 1,
    tool: { name: 'pprobe', version: '0.1.0' },
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 3100,
    ...given,
    verdict: classify(given),
  };
}
