import { InvalidInputError } from '../core/errors.js';
import type { ReportDocument } from '../documents/report.js';
import { upgradeEvidence, withAbsentMembers } from '../documents/upgrade.js';
import { classify } from './classify.js';
import { reportShape } from './report-shape.js';

/**
 * Judges a saved report again with the rules of this version; nothing is measured. `text` is what `diagnose --save`
 * or `--json` wrote. Throws InvalidInputError when it is not JSON, not a report, truncated, or of a later version.
 */
export function explain(text: string): ReportDocument {
  const parsed = parseJson(text);
  const document = isObject(parsed) ? withAbsentMembers(parsed) : parsed;
  if (!isReport(document)) throw notAReport(whyNoReport(document) ?? 'it is damaged');
  const { target, vantage, observations, skipped } = document;
  const evidence = upgradeEvidence({ target, vantage, observations, skipped });
  return { ...document, ...evidence, verdict: classify(evidence) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isCut = /^\s*\{/.test(text);
    const isLog = /\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\) |Starting execution for request: /.test(
      text.slice(0, 4000),
    );
    const other = isLog
      ? 'it looks like an execution log of API Gateway, for which there is "pprobe explain --log"'
      : 'it is not JSON';
    throw notAReport(isCut ? 'it begins like JSON but ends too early or is damaged' : other, cause);
  }
}

/** The parts that rules read; a verdict it may have is not read, only replaced. */
function isReport(document: unknown): document is ReportDocument {
  return whyNoReport(document) === null;
}

function whyNoReport(document: unknown): string | null {
  if (!isObject(document)) return 'it is JSON, but not an object';
  if (document.kind !== 'report') return `its kind is ${JSON.stringify(document.kind) ?? 'missing'}`;
  if (document.version !== 1) {
    const isLater = typeof document.version === 'number' && document.version > 1;
    const hint = isLater ? '; a later pprobe wrote it, so upgrade: npm install -g pprobe@latest' : '';
    return `it is of version ${JSON.stringify(document.version)}, and this pprobe reads version 1${hint}`;
  }
  return reportShape(document, 'report');
}

function notAReport(why: string, cause?: unknown): InvalidInputError {
  const message = `not a report of pprobe: ${why}; give a file written by "pprobe diagnose --save" or --json`;
  return new InvalidInputError('file', message, { cause });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
