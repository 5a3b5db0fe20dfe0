import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './fault.js';

/** What a version printed of one fault. */
export interface Outcome {
  /** In short. */
  printed: string;
  right: boolean;
  durationMs: number;
}

export interface Row extends Pick<Fault, 'id' | 'part' | 'fault' | 'args'> {
  /** Of version 0.1.0; null where the fault was not played to it. */
  before: Outcome | null;
  now: Outcome;
}

export const earlierPath = join(import.meta.dirname, 'earlier.json');

/** What version 0.1.0 printed, by fault, as earlier.ts recorded it. */
export const earlier: Readonly<Record<string, Outcome>> = JSON.parse(readFileSync(earlierPath, 'utf8'));

/** Writes the table to `build/faults.md`. */
export function writePage(rows: readonly Row[]): void {
  const folder = join(process.cwd(), 'build');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'faults.md'), pageOf(rows));
}

function pageOf(rows: readonly Row[]): string {
  const parts = [...new Set(rows.map(({ part }) => part))];
  const right = (outcomes: readonly (Outcome | null)[]) =>
    outcomes.filter((each) => each?.right === true).length;
  return [
    '# Faults and bad input',
    '',
    `Right: ${right(rows.map(({ before }) => before))} of ${rows.length} in 0.1.0, ${right(rows.map(({ now }) => now))} now.`,
    ...parts.flatMap((part) => [
      '',
      `## ${part}`,
      '',
      ...tableOf(
        ['fault or bad input', 'command', '0.1.0 printed', '', 'now', '', 'test'],
        rows.filter((row) => row.part === part).map(cellsOf),
      ),
    ]),
    '',
  ].join('\n');
}

function cellsOf({ id, fault, args, before, now }: Row): string[] {
  const word = ({ right, durationMs }: Outcome) =>
    `${right ? 'right' : '**wrong**'}, ${(durationMs / 1000).toFixed(1)} s`;
  const command = ['pprobe', ...args.map((arg) => (arg.length > 60 ? `${arg.slice(0, 59)}…` : arg))].join(
    ' ',
  );
  return [
    fault,
    `\`${command}\``,
    before?.printed ?? '',
    before === null ? '' : word(before),
    now.printed,
    word(now),
    `test/faults/faults-lab.test.ts, ${id}`,
  ];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
