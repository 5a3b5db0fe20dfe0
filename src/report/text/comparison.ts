import { count, excerpt, list } from '../../core/text.js';
import type {
  ComparedEvidence,
  ComparedReport,
  Comparison,
  ComparisonFinding,
  NotCompared,
} from '../../documents/comparison.js';
import { CLASSES } from '../verdict.js';
import { checkLine, joinSections, proseStyle, remedyLines, titledLines } from './prose.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, padTo, widthOf, wrap } from './wrap.js';

/** The widest label before a line of evidence, in cells. */
const WIDEST_LABEL = 24;

/** The most reports with lines of their own. Of more, those with the same result share lines. */
const mostSingly = 8;

/** The most lines of evidence under a finding. */
const mostEvidence = 8;

/**
 * A comparison as text: the verdict of each report, then the differences and their meaning, in the order of the document. The
 * first finding is shown with its evidence; with `verbose` every finding is. Ends with a line break.
 */
export function comparisonText(document: Comparison, style: Style, verbose = false): string {
  return joinSections(comparisonSections(document, style, verbose));
}

/** The sections of a comparison, each a list of lines. */
export function comparisonSections(document: Comparison, style: Style, verbose: boolean): string[][] {
  const prose = proseStyle(style);
  const { target, reports, repeated, notCompared, findings } = document;
  const about = target === null ? 'different targets' : target;
  const copies = repeated === 0 ? '' : `; ${count(repeated, 'copy', 'copies')} of them left out`;
  const head = wrap(
    cleanForTerminal(`${count(reports.length, 'report')} about ${about}${copies}${versionWords(reports)}`),
    prose.columns,
  );
  const isLong = reports.length > mostSingly && !verbose;
  return [
    [
      paint(style, 'strong', head),
      ...(isLong ? groupLines(reports, prose) : reports.flatMap((each) => reportLines(each, prose))),
      ...notComparedLines(notCompared, prose, verbose),
    ],
    ...findings.map((finding, index) => [
      ...findingLines(finding, prose),
      ...(verbose || index === 0 ? evidenceLines(finding.evidence, reports, prose, verbose) : []),
      ...titledLines(prose, 'What to do', remedyLines(finding.remedies, prose, style)),
      ...(finding.check === null ? [] : [checkLine(finding.check, prose, 3)]),
    ]),
  ];
}

/** How many reports each version of pprobe made; empty where that is one version. */
function versionWords(reports: readonly ComparedReport[]): string {
  const numbers = new Map<string, number>();
  for (const { toolVersion } of reports)
    if (toolVersion !== undefined) numbers.set(toolVersion, (numbers.get(toolVersion) ?? 0) + 1);
  if (numbers.size < 2) return '';
  const versions = [...numbers].map(([version, number]) => `${excerpt(version, 20)} (${number})`);
  return `; measured by different versions of pprobe, of which older ones may measure less: ${list(versions, 4)}`;
}

/** Two lines for the reports of each class and cause, the most frequent first. */
function groupLines(reports: readonly ComparedReport[], style: Style): string[] {
  const groups = new Map<string, ComparedReport[]>();
  for (const report of reports) {
    const key = `${report.class} ${report.cause}`;
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [report]);
    else others.push(report);
  }
  const sorted = [...groups.values()].toSorted((one, other) => other.length - one.length);
  const cells = String(sorted[0]?.length ?? 0).length;
  return sorted.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { words, tone } = CLASSES[first.class];
    const cause = first.cause === 'none' ? '' : `  ${cleanForTerminal(first.cause)}`;
    const hosts = list(
      group.map(({ label }) => excerpt(label, 80)),
      4,
    );
    const lead = `  ${padTo('', cells - String(group.length).length)}${group.length}  `;
    const head = `${paint(style, tone, words)}${cause}  ${cleanForTerminal(hosts)}`;
    const of = group.length === 1 ? '' : `${first.label}: `;
    return [
      hanging(lead, head, style.columns),
      hanging(
        padTo('', cells + 6),
        cleanForTerminal(`${of}${first.summary} (${spanOf(group)})`),
        style.columns,
      ),
    ];
  });
}

/** The times of reports: `2026-01-02T10:00:00Z`, or the first and the last. */
function spanOf(reports: readonly ComparedReport[]): string {
  const times = reports.map(({ startedAt }) => startedAt).sort();
  const [first = '', last = ''] = [times[0], times.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

/** Files that could not be compared; those with one reason share a line. */
function notComparedLines(notCompared: readonly NotCompared[], style: Style, verbose: boolean): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, reason } of notCompared) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  const shown = [...reasons].slice(0, verbose ? reasons.size : mostSingly);
  const left = reasons.size - shown.length;
  return [
    ...shown.map(([reason, files]) =>
      hanging(
        `  ${mark(style, 'warn')} `,
        cleanForTerminal(`not compared: ${list(files, verbose ? files.length : 4)}: ${reason}`),
        style.columns,
      ),
    ),
    ...(left === 0 ? [] : [`    and files with ${count(left, 'other reason')}; --verbose shows them`]),
  ];
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

/** Evidence with the same text shares a line, unless everything is shown. */
function evidenceLines(
  evidence: readonly ComparedEvidence[],
  reports: readonly ComparedReport[],
  style: Style,
  verbose: boolean,
): string[] {
  const isLong = evidence.length > mostSingly && !verbose;
  const groups = new Map<string, string[]>();
  for (const [index, { report, text }] of evidence.entries()) {
    const label = excerpt(reports[report]?.label ?? '', 80);
    const key = isLong ? text : `${index} ${text}`;
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [label]);
    else others.push(label);
  }
  const lines = [...groups].map(([key, labels]) => ({
    label: cleanForTerminal(list(labels, 3)),
    text: isLong ? key : key.slice(key.indexOf(' ') + 1),
    reports: labels.length,
  }));
  const shown = isLong ? lines.slice(0, mostEvidence) : lines;
  const left = lines.slice(shown.length).reduce((sum, { reports: more }) => sum + more, 0);
  const cells = Math.min(WIDEST_LABEL, Math.max(0, ...shown.map(({ label }) => widthOf(label))));
  return [
    ...shown.map(({ label, text }) => {
      const lead = `     ${paint(style, 'dim', padTo(label, cells))}  `;
      return hanging(lead, cleanForTerminal(text), style.columns);
    }),
    ...(left === 0 ? [] : [paint(style, 'dim', `     and ${left} more; --verbose shows them`)]),
  ];
}
