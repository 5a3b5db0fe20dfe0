import type { Readable } from 'node:stream';
import {
  abortSignal,
  type Bound,
  callback,
  checkItems,
  checkOptions,
  isPlainObject,
  type OptionChecks,
  refused,
  string,
  within,
} from '../core/check-options.js';
import { anyOf } from '../core/deadline.js';
import { startDocument } from '../documents/header.js';
import type { LogDocument, LogVerdict } from '../documents/log.js';
import { textOf } from './input.js';
import { judgeRequest } from './judge.js';
import { LogReader } from './reader.js';
import { LogSummary } from './summary.js';
import { absenceReasons, judgeAbsent, judgeLog, judgeOne } from './verdict.js';

/** A log to read: its name for messages, and its octets, which may be compressed by gzip. */
export interface LogSource {
  name: string;
  stream: Readable;
}

/** Options of `explainLog`. */
export interface ExplainLogOptions {
  /** Report on this request only: `x-amzn-requestid` or `x-amz-apigw-id` of the answer. */
  requestId?: string | undefined;
  /** How many of the last requests the document has in detail; 20 by default. */
  limit?: number | undefined;
  /** Called from time to time with the number of lines and requests read so far. */
  onProgress?: ((lines: number, requests: number) => void) | undefined;
  /** Ends reading; the document is about what was read until then. */
  stop?: AbortSignal | undefined;
  /** Ends reading; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What the numbers of explainLog() may be. */
export const logBounds = {
  limit: { noun: 'a number of requests', unit: null, min: 1, max: 10_000, default: 20 },
} as const satisfies Record<string, Bound>;

const explainLogChecks: OptionChecks<ExplainLogOptions> = {
  requestId: string('give the x-amzn-requestid or x-amz-apigw-id of an answer'),
  limit: within(logBounds.limit),
  onProgress: callback,
  stop: abortSignal,
  signal: abortSignal,
};

function checkSourceOfLog(source: unknown): void {
  const isSource =
    isPlainObject(source) &&
    typeof source.name === 'string' &&
    isPlainObject(source.stream) &&
    typeof source.stream[Symbol.asyncIterator] === 'function';
  if (!isSource) throw refused('sources', source, 'a log', 'give { name, stream }');
}

/** The number of lines after which `onProgress` is called. */
const LINES_BETWEEN_REPORTS = 50_000;

/**
 * Reads execution logs of API Gateway, in any of their shapes, or access logs in JSON. Judges every request, and the log by
 * the worst cause among them. The logs are streamed: memory does not grow with their size. Rejects with the error of a
 * source, or the signal's reason.
 */
export async function explainLog(
  sources: AsyncIterable<LogSource> | Iterable<LogSource>,
  options: ExplainLogOptions = {},
): Promise<LogDocument> {
  checkOptions(explainLogChecks, options);
  checkItems('sources', sources);
  const { requestId = null, limit = logBounds.limit.default, signal } = options;
  signal?.throwIfAborted();
  const stop = anyOf(options.stop, signal);
  const header = startDocument('log');
  const summary = new LogSummary(limit, requestId);
  const reader = new LogReader((facts) => summary.add(judgeRequest(facts)));
  const names: string[] = [];
  const problems: string[] = [];
  for await (const source of sources) {
    if (stop.aborted) break;
    checkSourceOfLog(source);
    names.push(source.name);
    const found = await readSource(source, reader, summary, { ...options, stop });
    problems.push(...found.map((problem) => `${source.name}: ${problem}`));
  }
  signal?.throwIfAborted();
  reader.end();
  const { wanted } = summary;
  const lines = reader.counts;
  return {
    ...header(),
    sources: names,
    lines,
    problems,
    requests: summary.requests,
    from: summary.from,
    to: summary.to,
    apis: summary.apis(),
    causes: summary.causes(),
    limit,
    details: requestId === null ? summary.details() : wanted === null ? [] : [wanted],
    asked:
      requestId === null
        ? null
        : { id: requestId, found: wanted !== null, absence: wanted === null ? absenceReasons(summary) : [] },
    verdict: verdictOf(summary, lines.lines, requestId),
  };
}

/** Reads one source into `reader`. Returns the problems that kept it from being read completely. */
async function readSource(
  { stream }: LogSource,
  reader: LogReader,
  summary: LogSummary,
  { onProgress, stop }: ExplainLogOptions,
): Promise<string[]> {
  const problems: string[] = [];
  const linesBefore = reader.lines;
  let reported = reader.lines;
  const abort = (): void => void stream.destroy();
  stop?.addEventListener('abort', abort);
  try {
    for await (const text of textOf(stream, (problem) => problems.push(problem))) {
      reader.push(text);
      if (reader.isEndless) {
        problems.push(
          `after line ${reader.lines} comes a line without an end; only what precedes it was read`,
        );
        break;
      }
      if (reader.lines - reported < LINES_BETWEEN_REPORTS) continue;
      reported = reader.lines;
      onProgress?.(reader.lines, summary.requests + reader.open);
    }
  } catch (error) {
    // After an interrupt, and where reading fails in the middle, the document is about what was read.
    const why = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (!stop?.aborted && (why === null || reader.lines === linesBefore)) throw error;
    if (!stop?.aborted) problems.push(`reading failed (${why}); only what precedes the failure was read`);
  } finally {
    stop?.removeEventListener('abort', abort);
  }
  reader.endSource();
  return problems;
}

function verdictOf(summary: LogSummary, lines: number, requestId: string | null): LogVerdict {
  if (summary.wanted !== null) return judgeOne(summary.wanted);
  return requestId === null || summary.requests === 0
    ? judgeLog(summary, lines)
    : judgeAbsent(requestId, summary);
}
