import { duration } from '../../core/text.js';
import type { EvidenceItem, ReportDocument } from '../../documents/report.js';
import { gateMarks, gateName, gateSource } from '../gate-words.js';
import { phasesOf } from '../phases.js';
import { certainty, furtherFaults, possibleAlternatives, vantageRows } from '../verdict.js';
import {
  alternativeLines,
  headline,
  joinSections,
  proseStyle,
  remedyLines,
  titledLines,
  warningLines,
} from './prose.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, padFrom, padTo, widthOf } from './wrap.js';

/**
 * A report as text: the verdict in the first line, the phases with their times, the evidence, the remedies, the warnings, and the alternatives
 * with the check that decides. With `verbose` also the host that measured, and the observation of each line of evidence. On a
 * terminal that it does not fit in, the verdict stands at the end as well, because its beginning scrolls away. Ends with a line
 * break.
 */
export function verdictText(report: ReportDocument, style: Style, verbose = false): string {
  const prose = proseStyle(style);
  const { verdict, target } = report;
  const isHealthy = verdict.class === 'reachable' && verdict.confidence === 'certain';
  const details = verbose ? `${certainty(verdict)}; target: ${target.input}` : certainty(verdict);
  const head = headline(verdict, isHealthy && !verbose ? '' : details, prose);
  const text = joinSections([
    head,
    phaseLines(report, prose),
    // The phases are enough for a success.
    verdict.class === 'reachable' && !verbose ? [] : evidenceLines(verdict.evidence, prose, verbose),
    titledLines(prose, 'What to do', remedyLines(verdict.remedies, prose, style)),
    titledLines(prose, 'Warnings', warningLines(verdict.warnings, prose, style)),
    titledLines(prose, 'Also wrong', alternativeLines(furtherFaults(verdict), prose, false)),
    titledLines(prose, 'What else it could be', alternativeLines(possibleAlternatives(verdict), prose, true)),
    verbose ? gateLines(report, prose) : [],
    verbose ? vantageLines(report, prose) : [],
  ]);
  // The prompt of the shell takes the last line.
  const isTooLong = style.rows !== undefined && text.split('\n').length > style.rows;
  return isTooLong ? `${text}\n${joinSections([titledLines(prose, 'The verdict, as above', head)])}` : text;
}

/** One line per phase: mark, time and result. */
function phaseLines(report: ReportDocument, style: Style): string[] {
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

/** The evidence. The name of a step precedes only the first of its lines. */
function evidenceLines(items: readonly EvidenceItem[], style: Style, verbose: boolean): string[] {
  const names = items.map(({ observation }) =>
    cleanForTerminal(verbose ? observation : observation.replace(/\[\d+\]$/, '')),
  );
  const cells = Math.max(0, ...names.map(widthOf));
  const lines = items.map((item, index) => {
    const name = names[index - 1] === names[index] ? '' : (names[index] ?? '');
    const lead = `  ${paint(style, 'dim', padTo(name, cells))}  `;
    return hanging(lead, cleanForTerminal(item.text), style.columns);
  });
  return titledLines(style, 'Evidence', lines);
}

/** The way from this host to the target through what the configuration decides, in path order. */
function gateLines(report: ReportDocument, style: Style): string[] {
  const { gates = [] } = report;
  const source = gates.length === 0 ? null : gateSource(report);
  const names = gates.map(gateName);
  const cells = Math.max(0, ...names.map(widthOf));
  const lines = gates.map(({ state, text }, index) => {
    const lead = `  ${mark(style, gateMarks[state])} ${paint(style, 'dim', padTo(names[index] ?? '', cells))}  `;
    return hanging(lead, cleanForTerminal(text), style.columns);
  });
  const head = source === null ? [] : [hanging('  ', cleanForTerminal(source), style.columns)];
  return titledLines(style, 'The way through the configuration', [...head, ...lines]);
}

function vantageLines(report: ReportDocument, style: Style): string[] {
  const rows = vantageRows(report);
  const cells = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) =>
    hanging(`  ${paint(style, 'dim', padTo(name, cells))}  `, cleanForTerminal(value), style.columns),
  );
  return titledLines(style, 'Measured from', lines);
}
