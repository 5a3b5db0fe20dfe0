import { classify } from '../../src/diagnose/classify.js';
import type { ReportDocument } from '../../src/documents/report.js';
import { evidence, type Given } from '../diagnose/evidence.js';

/** A report made on `hostname` at `address`, with its verdict. */
export function report(
  hostname: string,
  address: string,
  given: Given = {},
  startedAt = '10:00',
): ReportDocument {
  const whole = evidence({ ...given, vantage: { hostname, addresses: [address], ...given.vantage } });
  // A host connects from its own address.
  const tcp = whole.observations.tcp.map((doc) => ({
    ...doc,
    attempts: doc.attempts.map((each) => ({
      ...each,
      localAddress: each.localAddress === null ? null : address,
    })),
  }));
  const trace = whole.observations.trace.map((doc) => ({ ...doc, source: address }));
  const measured = { ...whole, observations: { ...whole.observations, tcp, trace } };
  return {
    kind: 'report',
    version: 1,
    tool: { name: 'pprobe', version: '0.1.0' },
    startedAt: `2026-01-02T${startedAt}:00.000Z`,
    durationMs: 1000,
    ...measured,
    verdict: classify(measured),
  };
}
