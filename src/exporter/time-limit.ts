import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';

/** The header in which Prometheus says after how many seconds it stops waiting. */
export const scrapeTimeoutHeader = 'x-prometheus-scrape-timeout-seconds';

/** An answer must arrive so much before Prometheus stops waiting, as blackbox_exporter has it: milliseconds. */
const offsetMs = 500;
/** Without the header: milliseconds. */
const usualScrapeMs = 120_000;

/** When a probe must have ended, and how long it may take. */
export interface TimeLimit {
  /** From the arrival of the request to the end of the probe, the wait for a slot included: milliseconds. */
  budgetMs: number;
  /** The longest time of the probe itself. */
  probeMs: number;
  /** What the longest time comes from. */
  origin: 'module' | 'scrape';
  /** A probe with less time left is not begun, because it would be cut off before its end. */
  neededMs: number;
}

/**
 * The limits of a probe from its module's and the header of the scrape; null where the scrape leaves it no time.
 *
 * A module whose time fits into the scrape's gets all of it or is not begun. A module that takes longer than the scrape waits is
 * cut off anyway, and is begun while half of that time is left.
 *
 * @throws InvalidInputError for a header that is not a number of seconds
 */
export function timeLimit(moduleMs: number, header: string | undefined): TimeLimit | null {
  const scrapeMs = header === undefined ? usualScrapeMs : secondsOf(header) * 1000;
  const budgetMs = (scrapeMs === 0 ? usualScrapeMs : scrapeMs) - offsetMs;
  if (budgetMs <= 0) return null;
  return moduleMs <= budgetMs
    ? { budgetMs, probeMs: moduleMs, origin: 'module', neededMs: moduleMs }
    : { budgetMs, probeMs: budgetMs, origin: 'scrape', neededMs: budgetMs / 2 };
}

function secondsOf(header: string): number {
  const seconds = /^\d{1,6}(?:\.\d{1,9})?$/.test(header) ? Number(header) : Number.NaN;
  if (Number.isFinite(seconds)) return seconds;
  throw new InvalidInputError(
    scrapeTimeoutHeader,
    `X-Prometheus-Scrape-Timeout-Seconds: ${quoted(header)} is not a number of seconds`,
  );
}
