import type { Readable } from 'node:stream';
import { startDocument } from '../documents/header.js';
import type { JudgedRequest, LogCounts, LogDocument, LogVerdict, RequestFacts } from '../documents/log.js';
import { RequestAssembler } from './assemble.js';
import { textOf } from './input.js';
import { judgeRequest } from './judge.js';
import { LogReader } from './reader.js';
import { LogSummary } from './summary.js';
import { absenceReasons, judgeAbsent, judgeLog, judgeOne } from './verdict.js';

/** One log to read: a name for messages, and its octets, which may be compressed by gzip. */
export interface LogSource {
  name: string;
  stream: Readable;
}

export interface ExplainLogOptions {
  /** Look for this request alone: `x-amzn-requestid` or `x-amz-apigw-id` of the answer. */
  requestId?: string | undefined;
  /** How many requests to tell one by one (20). */
  limit?: number | undefined;
  /** Called while it is read, with how many lines and requests there were. */
  onProgress?: ((lines: number, requests: number) => void) | undefined;
  /** Finish now, with what was read. */
  stop?: AbortSignal | undefined;
}

export const defaultLimit = 20;

/** Some of a file is read between two looks at what else there is to do. */
const LINES_BETWEEN_REPORTS = 50_000;

/**
 * Reads execution logs (or access logs in JSON) of API Gateway, in any of their shapes, and says for each request what
 * happened, and over all of them which cause is worst. Streams: memory does not grow with the log. Rejects with what a
 * source rejects with.
 */
export async function explainLog(
  sources: AsyncIterable<LogSource> | Iterable<LogSource>,
  { requestId, limit = defaultLimit, onProgress, stop }: ExplainLogOptions = {},
): Promise<LogDocument> {
  const header = startDocument('log');
  const summary = new LogSummary(limit);
  const counts: LogCounts = { lines: 0, used: 0, binary: 0, overlong: 0 };
  const names: string[] = [];
  const problems: string[] = [];
  let wanted: JudgedRequest | null = null;
  const judge = (facts: RequestFacts): void => {
    const judged = judgeRequest(facts);
    summary.add(judged);
    if (requestId !== undefined && isWanted(judged, requestId)) wanted = judged;
  };
  const assembler = new RequestAssembler(judge);
  for await (const { name, stream } of sources) {
    if (stop?.aborted) break;
    names.push(name);
    const reader = new LogReader({ assembler, record: judge, counts });
    let reported = counts.lines;
    const abort = (): void => void stream.destroy();
    stop?.addEventListener('abort', abort);
    try {
      for await (const text of textOf(stream, (problem) => problems.push(`${name}: ${problem}`))) {
        reader.push(text);
        if (counts.lines - reported < LINES_BETWEEN_REPORTS) continue;
        reported = counts.lines;
        onProgress?.(counts.lines, summary.requests + assembler.open);
      }
    } catch (error) {
      // What was read until an interrupt is worth telling.
      if (!stop?.aborted) throw error;
    } finally {
      stop?.removeEventListener('abort', abort);
    }
    reader.end();
  }
  assembler.end();
  const asked =
    requestId === undefined
      ? null
      : { id: requestId, found: wanted !== null, absence: wanted === null ? absenceReasons(summary) : [] };
  return {
    ...header(),
    sources: names,
    lines: counts,
    problems,
    requests: summary.requests,
    from: instant(summary.fromMs),
    to: instant(summary.toMs),
    apis: summary.apis(),
    causes: summary.causes(),
    limit,
    details: detailsOf(summary, wanted, requestId),
    asked,
    verdict: verdictOf(summary, counts, wanted, requestId),
  };
}

function detailsOf(
  summary: LogSummary,
  wanted: JudgedRequest | null,
  requestId: string | undefined,
): JudgedRequest[] {
  if (requestId === undefined) return summary.details();
  return wanted === null ? [] : [wanted];
}

function verdictOf(
  summary: LogSummary,
  { lines }: LogCounts,
  wanted: JudgedRequest | null,
  requestId: string | undefined,
): LogVerdict {
  if (wanted !== null) return judgeOne(wanted);
  return requestId === undefined || summary.requests === 0
    ? judgeLog(summary, lines)
    : judgeAbsent(requestId, summary);
}

function isWanted({ id, extendedId }: JudgedRequest, requestId: string): boolean {
  return id === requestId.toLowerCase() || extendedId === requestId;
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
