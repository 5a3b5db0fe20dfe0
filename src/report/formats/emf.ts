import { jsonText } from '../../core/json-text.js';
import type { ReportDocument } from '../../documents/report.js';
import { phasesOf } from '../phases.js';
import { addressCounts } from './address-counts.js';

/** The units of CloudWatch that are used here. */
type Unit = 'None' | 'Milliseconds' | 'Count';

/** The longest value of a dimension that CloudWatch accepts. */
const longestDimension = 1024;
/** An event is at most 1 MB: far more than any verdict's sentence, and less than what a hostile answer could put into one. */
const longestText = 4096;

/**
 * A report in CloudWatch's embedded metric format: one line of JSON that CloudWatch Logs turns into metrics. The cause and its
 * like are members beside the metrics, for Logs Insights, and no dimensions: each combination of dimensions is a metric that is
 * paid for.
 */
export function emfLine(report: ReportDocument): string {
  const { verdict, target, vantage, startedAt, durationMs } = report;
  const { all, byStatus } = addressCounts(report);
  const metrics: [name: string, unit: Unit, value: number][] = [
    ['success', 'None', verdict.class === 'reachable' ? 1 : 0],
    ['duration', 'Milliseconds', durationMs],
    ...phasesOf(report).flatMap(({ name, ms }): [string, Unit, number][] =>
      ms === null ? [] : [[`${name}Ms`, 'Milliseconds', ms]],
    ),
    ['addressesOpen', 'Count', byStatus.open],
    ['addresses', 'Count', all],
  ];
  const event = {
    _aws: {
      Timestamp: Date.parse(startedAt),
      CloudWatchMetrics: [
        {
          Namespace: 'pprobe',
          Dimensions: [['target'], ['target', 'vantage']],
          Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    target: dimension(target.input),
    vantage: dimension(vantage.hostname),
    ...Object.fromEntries(metrics.map(([name, , value]) => [name, value])),
    class: verdict.class,
    cause: verdict.cause,
    confidence: verdict.confidence,
    summary: verdict.summary.slice(0, longestText),
  };
  return `${jsonText(event)}\n`;
}

/** The value of a dimension: printable ASCII that begins with no colon, or CloudWatch drops the metric. */
function dimension(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, longestDimension);
  return printable.replace(/^:/, '?').trim() || '?';
}
