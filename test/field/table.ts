import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Confidence } from '../../src/documents/report.js';

/** One case from the field, as it was tried. */
export interface Row {
  id: string;
  situation: string;
  /** Where it was reported. */
  source: string;
  /** What version 0.1.0 printed. */
  before: string;
  /** What this version prints: the verdict, or the exit code and the line that states the result. */
  now: string;
  /** The test that tries it. */
  test: string;
  /** Of the verdict; null where the command gives none. */
  confidence: Confidence | null;
  right: boolean;
}

export type Tally = Record<Confidence, { right: number; total: number }>;

const folder = join(process.cwd(), 'build/field');
const page = join(process.cwd(), 'build/field-cases.md');

/**
 * Keeps the rows of one test file, and writes `build/field-cases.md` with the rows of all test files that have run. Each test
 * file runs in a process of its own, so the last one that ends writes the complete page. Returns all rows.
 */
export function recordRows(part: string, rows: readonly Row[]): Row[] {
  mkdirSync(folder, { recursive: true });
  replace(join(folder, `${part}.json`), JSON.stringify(rows));
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Row[])
    .sort((one, other) => one.id.localeCompare(other.id, 'en', { numeric: true }));
  replace(page, pageOf(all));
  return all;
}

/** How many verdicts of each confidence are right. */
export function tallyOf(rows: readonly Row[]): Tally {
  const tally: Tally = {
    certain: { right: 0, total: 0 },
    high: { right: 0, total: 0 },
    medium: { right: 0, total: 0 },
    low: { right: 0, total: 0 },
  };
  for (const { confidence, right } of rows) {
    if (confidence === null) continue;
    tally[confidence].total += 1;
    if (right) tally[confidence].right += 1;
  }
  return tally;
}

/** Another process never reads a file that is half written. */
function replace(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

function pageOf(rows: readonly Row[]): string {
  const cases = rows.map(({ id, situation, source, before, now, test, right }) => [
    id,
    situation,
    source,
    before,
    right ? now : `**wrong**: ${now}`,
    test,
  ]);
  const confidences = Object.entries(tallyOf(rows)).map(([confidence, { right, total }]) => [
    confidence,
    String(right),
    String(total),
  ]);
  return [
    '# Cases from the field',
    '',
    ...tableOf(['case', 'situation', 'source', 'in 0.1.0', 'now', 'test'], cases),
    '',
    '# Verdicts by confidence',
    '',
    ...tableOf(['confidence', 'right', 'total'], confidences),
    '',
  ].join('\n');
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
