import type {
  ComparedEvidence,
  ComparedReport,
  ComparisonDocument,
  ComparisonFinding,
} from '../../documents/comparison.js';
import { CLASSES } from '../verdict.js';
import { checkLine, joinSections, proseStyle, remedyLines, titledLines } from './prose.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { hanging, padTo, widthOf, wrap } from './wrap.js';

/** The widest label before a line of evidence, in cells. */
const WIDEST_LABEL = 24;

/**
 * A comparison as text: the verdict of each report, then the differences and their meaning, in the order of the document. The
 * first finding is shown with its evidence; with `verbose` every finding is. Ends with a line break.
 */
export function comparisonText(document: ComparisonDocument, style: Style, verbose = false): string {
  const prose = proseStyle(style);
  const { target, reports, findings } = document;
  const about = target === null ? 'different targets' : target;
  const head = wrap(cleanForTerminal(`${reports.length} reports about ${about}`), prose.columns);
  return joinSections([
    [paint(style, 'strong', head), ...reports.flatMap((each) => reportLines(each, prose))],
    ...findings.map((finding, index) => [
      ...findingLines(finding, prose),
      ...(verbose || index === 0 ? evidenceLines(finding.evidence, reports, prose) : []),
      ...titledLines(prose, 'What to do', remedyLines(finding.remedies, prose, style)),
      ...(finding.check === null ? [] : [checkLine(finding.check, prose, 3)]),
    ]),
  ]);
}

function reportLines(report: ComparedReport, style: Style): string[] {
  const { label, address, startedAt, cause, summary } = report;
  const { words, tone } = CLASSES[report.class];
  const name = address === null || label.includes(address) ? label : `${label} (${address})`;
  const causeName = cause === 'none' ? '' : cleanForTerminal(`  ${cause}`);
  const head = `${paint(style, 'strong', cleanForTerminal(name))}  ${paint(style, tone, words)}${causeName}`;
  return [
    hanging('  ', head, style.columns),
    hanging('      ', cleanForTerminal(`${summary} (${startedAt})`), style.columns),
  ];
}

function findingLines(finding: ComparisonFinding, style: Style): string[] {
  const { summary, meaning, suspects, confidence } = finding;
  const suspicion = `points to ${suspects.join(', ')} (confidence ${confidence})`;
  return [
    hanging(`${paint(style, 'strong', '=>')} `, cleanForTerminal(summary), style.columns),
    ...(meaning === null ? [] : [hanging('   ', cleanForTerminal(meaning), style.columns)]),
    ...(suspects.length === 0 ? [] : [paint(style, 'dim', wrap(suspicion, style.columns, 3))]),
  ];
}

function evidenceLines(
  evidence: readonly ComparedEvidence[],
  reports: readonly ComparedReport[],
  style: Style,
): string[] {
  const labels = evidence.map(({ report }) => cleanForTerminal(reports[report]?.label ?? ''));
  const cells = Math.min(WIDEST_LABEL, Math.max(0, ...labels.map(widthOf)));
  return evidence.map(({ text }, index) => {
    const lead = `     ${paint(style, 'dim', padTo(labels[index] ?? '', cells))}  `;
    return hanging(lead, cleanForTerminal(text), style.columns);
  });
}
