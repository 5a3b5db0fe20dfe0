import type {
  ComparedEvidence,
  ComparedReport,
  ComparisonDocument,
  ComparisonFinding,
} from '../../documents/comparison.js';
import { CLASSES } from '../verdict-parts.js';
import { remedyLines, titled } from './remedies.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { hanging, padTo, widthOf, wrap } from './wrap.js';

/** Longer lines of prose are hard to read, however wide the terminal. */
const WIDEST = 100;

/**
 * Reports side by side for a person: what each says, then what differs between them and what that means, the most telling
 * first. With `verbose` also what every finding rests on. Ends with a line break.
 */
export function comparisonText(document: ComparisonDocument, style: Style, verbose = false): string {
  const prose: Style = { ...style, columns: Math.min(style.columns, WIDEST) };
  const { target, reports, findings } = document;
  const about = target === null ? 'different targets' : target;
  const head = wrap(cleanForTerminal(`${reports.length} reports about ${about}`), prose.columns);
  const sections = [
    [paint(style, 'strong', head), ...reports.flatMap((each) => reportLines(each, prose))],
    ...findings.map((finding, index) => findingLines(finding, reports, prose, style, verbose || index === 0)),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function reportLines(report: ComparedReport, style: Style): string[] {
  const { label, address, startedAt, cause, summary } = report;
  const { words, tone } = CLASSES[report.class];
  const named = address === null || label.includes(address) ? label : `${label} (${address})`;
  const said = cause === 'none' ? '' : `  ${cause}`;
  return [
    hanging(
      '  ',
      `${paint(style, 'strong', cleanForTerminal(named))}  ${paint(style, tone, words)}${cleanForTerminal(said)}`,
      style.columns,
    ),
    hanging('      ', cleanForTerminal(`${summary} (${startedAt})`), style.columns),
  ];
}

function findingLines(
  finding: ComparisonFinding,
  reports: readonly ComparedReport[],
  prose: Style,
  style: Style,
  detailed: boolean,
): string[] {
  const { summary, meaning, suspects, confidence, evidence, remedies, check } = finding;
  const suspected =
    suspects.length === 0 ? [] : [`points at ${suspects.join(', ')} (confidence ${confidence})`];
  return [
    hanging(`${paint(prose, 'strong', '=>')} `, cleanForTerminal(summary), prose.columns),
    ...(meaning === null ? [] : [hanging('   ', cleanForTerminal(meaning), prose.columns)]),
    ...suspected.map((line) => paint(prose, 'dim', wrap(line, prose.columns, 3))),
    ...(detailed ? evidenceLines(evidence, reports, prose) : []),
    ...titled(prose, 'What to do', remedyLines(remedies, prose, style)),
    ...(check === null
      ? []
      : [hanging(`   ${paint(prose, 'dim', 'Check:')} `, cleanForTerminal(check), prose.columns)]),
  ];
}

function evidenceLines(
  evidence: readonly ComparedEvidence[],
  reports: readonly ComparedReport[],
  style: Style,
): string[] {
  const labelOf = ({ report }: ComparedEvidence) => cleanForTerminal(reports[report]?.label ?? '');
  const cells = Math.min(24, Math.max(0, ...evidence.map((item) => widthOf(labelOf(item)))));
  return evidence.map((item) =>
    hanging(
      `     ${paint(style, 'dim', padTo(labelOf(item), cells))}  `,
      cleanForTerminal(item.text),
      style.columns,
    ),
  );
}
