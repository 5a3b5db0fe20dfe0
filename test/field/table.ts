import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Confidence } from '../../src/documents/report.js';
import type { Case } from './case.js';

/** What a version printed in one case. */
export interface Outcome {
  /** In short. */
  printed: string;
  /** Of the verdict; null where the command gives none. */
  confidence: Confidence | null;
  right: boolean;
}

/** One case from the field, as it was tried. */
export interface Row extends Pick<Case, 'id' | 'situation' | 'source'> {
  /** Of version 0.1.0; null where the case was not played to it. */
  before: Outcome | null;
  now: Outcome;
  /** The test that tries it. */
  test: string;
}

export type Tally = Record<Confidence, { right: number; total: number }>;

export const earlierPath = join(import.meta.dirname, 'earlier.json');

/** What version 0.1.0 printed, by case, as earlier.ts recorded it. */
export const earlier: Readonly<Record<string, Outcome>> = JSON.parse(readFileSync(earlierPath, 'utf8'));

/** How many verdicts of each confidence are right. */
export function tallyOf(rows: readonly Row[], outcomeOf = ({ now }: Row): Outcome | null => now): Tally {
  const tally: Tally = {
    certain: { right: 0, total: 0 },
    high: { right: 0, total: 0 },
    medium: { right: 0, total: 0 },
    low: { right: 0, total: 0 },
  };
  for (const row of rows) {
    const outcome = outcomeOf(row);
    if (outcome === null || outcome.confidence === null) continue;
    tally[outcome.confidence].total += 1;
    if (outcome.right) tally[outcome.confidence].right += 1;
  }
  return tally;
}

/** Writes the tables to `build/field-cases.md`. */
export function writePage(rows: readonly Row[]): void {
  const folder = join(process.cwd(), 'build');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'field-cases.md'), pageOf(rows));
}

function pageOf(rows: readonly Row[]): string {
  const sorted = rows.toSorted((one, other) => one.id.localeCompare(other.id, 'en', { numeric: true }));
  const cases = sorted.map(({ id, situation, source, before, now, test }) => [
    id,
    situation,
    source,
    before === null ? '' : before.printed,
    before === null ? '' : word(before),
    now.printed,
    word(now),
    test,
  ]);
  const right = (outcomes: readonly (Outcome | null)[]) =>
    String(outcomes.filter((each) => each?.right === true).length);
  const before = tallyOf(rows, (row) => row.before);
  const now = tallyOf(rows);
  const confidences = (['certain', 'high', 'medium', 'low'] as const).map((confidence) => [
    confidence,
    `${before[confidence].right} of ${before[confidence].total}`,
    `${now[confidence].right} of ${now[confidence].total}`,
  ]);
  return [
    '# Cases from the field',
    '',
    ...tableOf(['case', 'situation', 'source', '0.1.0 printed', '', 'now', '', 'test'], cases),
    '',
    '# Right verdicts by confidence',
    '',
    ...tableOf(
      ['confidence', '0.1.0', 'now'],
      [
        ...confidences,
        [
          'all cases, with or without a verdict',
          `${right(rows.map((row) => row.before))} of ${rows.length}`,
          `${right(rows.map((row) => row.now))} of ${rows.length}`,
        ],
      ],
    ),
    '',
  ].join('\n');
}

const word = ({ right }: Outcome): string => (right ? 'right' : '**wrong**');

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
