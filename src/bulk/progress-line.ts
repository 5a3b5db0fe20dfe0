/** How far a bulk of work has come. */
export interface BulkState {
  /** Results given so far. */
  done: number;
  /** Of them, those that are not what one hopes for. */
  failed: number;
  /** Of the input, 0 to 1; null where nobody knows how much there is. */
  fraction: number | null;
  elapsedMs: number;
}

const barCells = 20;

/**
 * The bar of a bulk: `[########------------]  42%  4,213 names  39 failed  9,870/s  1 s left`. Without the fraction,
 * no bar and no time left.
 */
export function progressLine({ done, failed, fraction, elapsedMs }: BulkState, noun: string): string {
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const parts = [`${number(done)} ${noun}`];
  if (failed > 0) parts.push(`${number(failed)} failed`);
  if (done > 0) parts.push(`${number(perSecond)}/s`);
  if (fraction === null) return parts.join('  ');
  const whole = Math.min(1, Math.max(0, fraction));
  const filled = Math.floor(whole * barCells);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(barCells - filled)}]`;
  const percent = `${Math.floor(whole * 100)}%`.padStart(4);
  if (whole > 0 && whole < 1) parts.push(`${duration((elapsedMs / whole) * (1 - whole))} left`);
  return [bar + percent, ...parts].join('  ');
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
