import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { toolEnvironment } from '../lab/tools.js';
import { median, quantile, table } from './trace/statistics.js';

/** One measured value of one tool, as a line of the table of all benchmarks. */
export interface BenchRow {
  what: string;
  tool: string;
  /** Every measurement, in the order made. */
  values: readonly number[];
  unit: string;
  /** The median as a ratio to that of the peer. */
  ratio?: number | undefined;
  /** What is to be reached, and whether it was; absent for a peer. */
  goal?: { text: string; isMet: boolean } | undefined;
  /** Packets and other counts beside the value. */
  note?: string | undefined;
}

export function printRows(rows: readonly BenchRow[]): void {
  const digits = (unit: string, value: number): string =>
    unit === 'ms' && Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(unit === 's' ? 2 : 1);
  const cells = rows.map(({ what, tool, values, unit, ratio, goal, note }) => [
    what,
    tool,
    `${digits(unit, median(values))} ${unit}`,
    `${digits(unit, quantile(values, 0))} to ${digits(unit, quantile(values, 1))}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goal === undefined ? '' : `${goal.isMet ? 'met' : 'MISSED'}: ${goal.text}`,
    note ?? '',
  ]);
  console.log(table(['what', 'tool', 'median', 'least to most', 'ratio', 'goal', ''], cells));
}

/** Whether the program is in a directory of PATH. */
export function isInstalled(program: string): boolean {
  return (toolEnvironment.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
