import { InvalidInputError } from '../core/errors.js';
import { explain } from '../diagnose/explain.js';
import type { ComparisonDocument } from '../documents/comparison.js';
import { startDocument } from '../documents/header.js';
import { compareReports } from './compare.js';

/** A saved report and where it came from, for messages: a file's path. */
export interface NamedReport {
  name: string;
  text: string;
}

/**
 * Judges several saved reports again with the rules of this version and lays them side by side: what differs between the
 * hosts that made them, and what that means. Nothing is measured. Throws InvalidInputError when fewer than two are
 * given, or when one is no report: the message names it.
 */
export function explainTogether(reports: readonly NamedReport[]): ComparisonDocument {
  const header = startDocument('comparison');
  const judged = reports.map(({ name, text }) => {
    try {
      return explain(text);
    } catch (cause) {
      if (!(cause instanceof InvalidInputError)) throw cause;
      throw new InvalidInputError(cause.argument, `${name}: ${cause.message}`, { cause });
    }
  });
  const comparison = compareReports(judged);
  return { ...header(), ...comparison };
}
