import type { ReportDocument } from '../../diagnose/verdict.js';
import { duration } from '../../diagnose/words.js';
import { phasesOf } from '../phases.js';
import { cleanForTerminal } from './clean.js';
import { hanging } from './hanging.js';
import { mark, paint, type Style } from './style.js';
import { padFrom, padTo } from './wrap.js';

/** One line per phase: how it went, how long it took, what came of it. */
export function ladder(report: ReportDocument, style: Style): string[] {
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
