import { duration } from '../../core/text.js';
import type { Alternative, EvidenceItem, ReportDocument } from '../../documents/report.js';
import { phasesOf } from '../phases.js';
import { alsoWrong, CLASSES, otherwise } from '../verdict-parts.js';
import { remedyLines, titled } from './remedies.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, padFrom, padTo, wrap } from './wrap.js';

/** Longer lines of prose are hard to read, however wide the terminal. */
const WIDEST = 100;

/**
 * A report for a person: the verdict in the first line, the phases with their times, the evidence, what to do, and what
 * else it could be with the check that decides. With `verbose` also where it was measured from, and which observation
 * each line of evidence rests on. Ends with a line break.
 */
export function verdictText(report: ReportDocument, style: Style, verbose = false): string {
  const prose: Style = { ...style, columns: Math.min(style.columns, WIDEST) };
  const { verdict } = report;
  const sections = [
    headline(report, prose, verbose),
    ladder(report, prose),
    // The ladder has said all there is to say of a success.
    verdict.class === 'reachable' && !verbose ? [] : evidence(verdict.evidence, prose, verbose),
    titled(prose, 'What to do', remedyLines(verdict.remedies, prose, style)),
    titled(
      prose,
      'Also wrong',
      alsoWrong(verdict).flatMap((each) => alternative(each, prose, false)),
    ),
    titled(
      prose,
      'What else it could be',
      otherwise(verdict).flatMap((each) => alternative(each, prose, true)),
    ),
    verbose ? vantage(report, prose) : [],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headline({ verdict, target }: ReportDocument, style: Style, verbose: boolean): string[] {
  const { words, tone } = CLASSES[verdict.class];
  const lead = paint(style, 'strong', paint(style, tone, words));
  const summary = hanging(`${lead}  `, cleanForTerminal(verdict.summary), style.columns);
  const healthy = verdict.class === 'reachable' && verdict.confidence === 'certain';
  if (!verbose && healthy) return [summary];
  const cause = verdict.cause === 'none' ? '' : `${verdict.cause}, `;
  const details = `${cause}confidence ${verdict.confidence}${verbose ? `; asked: ${target.input}` : ''}`;
  return [summary, paint(style, 'dim', wrap(cleanForTerminal(details), style.columns, words.length + 2))];
}

function evidence(items: readonly EvidenceItem[], style: Style, verbose: boolean): string[] {
  const lead = ({ observation }: EvidenceItem) =>
    cleanForTerminal(verbose ? observation : observation.replace(/\[\d+\]$/, ''));
  const cells = Math.max(0, ...items.map((item) => lead(item).length));
  const lines = items.map((item, index) => {
    const before = items[index - 1];
    // One step's lines under its name, said once.
    const name = before !== undefined && lead(before) === lead(item) ? '' : lead(item);
    return hanging(
      `  ${paint(style, 'dim', padTo(name, cells))}  `,
      cleanForTerminal(item.text),
      style.columns,
    );
  });
  return titled(style, 'Evidence', lines);
}

function alternative(
  { text, cause, confidence, check }: Alternative,
  style: Style,
  doubtful: boolean,
): string[] {
  const words = `${text ?? cause}${doubtful && confidence !== 'low' ? ` (${confidence})` : ''}`;
  const lines = [hanging('  - ', cleanForTerminal(words), style.columns)];
  if (check !== undefined)
    lines.push(hanging(`    ${paint(style, 'dim', 'Check:')} `, cleanForTerminal(check), style.columns));
  return lines;
}

function vantage(
  { vantage: { hostname, addresses, nameservers, platform }, startedAt }: ReportDocument,
  style: Style,
): string[] {
  const rows = [
    ['host', `${hostname} (${platform})`],
    ['addresses', addresses.join(', ') || 'none'],
    ['resolvers', nameservers.join(', ') || 'none'],
    ['at', startedAt],
  ];
  const lines = rows.map(([name = '', value = '']) =>
    hanging(`  ${paint(style, 'dim', padTo(name, 9))}  `, cleanForTerminal(value), style.columns),
  );
  return titled(style, 'Measured from', lines);
}

/** One line per phase: how it went, how long it took, what came of it. */
function ladder(report: ReportDocument, style: Style): string[] {
  const phases = phasesOf(report);
  const cells = Math.max(...phases.map(({ name }) => name.length));
  const times = phases.map(({ ms }) => (ms === null ? '' : duration(ms)));
  const timeCells = Math.max(6, ...times.map((time) => time.length));
  return phases.map((phase, index) => {
    const time = padFrom(times[index] ?? '', timeCells);
    const lead = `  ${mark(style, phase.mark)} ${padTo(phase.name, cells)}  ${paint(style, 'dim', time)}  `;
    const text = cleanForTerminal(phase.text);
    return hanging(lead, phase.mark === 'none' ? paint(style, 'dim', text) : text, style.columns);
  });
}
