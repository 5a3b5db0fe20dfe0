import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiGatewayFacts, LoggedRequest } from '../documents/facts.js';
import type { HttpDocument } from '../documents/http.js';
import type { Target } from '../documents/target.js';
import type { Reader } from './reader.js';
import { logRequest } from './requests.js';

/** A request as its answer tells it: an `HttpDocument` has these members. */
export type SentRequest = Pick<HttpDocument, 'requestId' | 'status' | 'startedAt'>;

/** Says what the messages of an execution log mean for one request; null where they do not have it. */
export type JudgeLog = (messages: readonly string[], requestId: string) => Promise<LoggedRequest | null>;

/** CloudWatch shows the lines of a request some seconds after it. */
const lagMs = 3000;

/** A request that was sent longer ago than this has its lines in the log, or never gets them. */
const longestLagMs = 60_000;

/** How a log is read. */
export interface LogReading {
  /** What was read of API Gateway: the API behind a custom domain name, and whether the stage writes a log. */
  gateway: ApiGatewayFacts;
  judge: JudgeLog;
  /** The time that is left for it, milliseconds. */
  leftMs: () => number;
  /** Ends the wait for lines that are not there yet. */
  stop: AbortSignal;
  /** Called when such a wait of so many milliseconds begins. */
  onWait?: ((waitMs: number) => void) | undefined;
}

/**
 * What the execution log says of the first request that was refused. Null where nothing was refused or the log does not have it.
 * Where the lines are not there yet and time is left, they are asked for once more.
 */
export async function readLog(
  reader: Reader,
  target: Target,
  sent: readonly SentRequest[],
  { gateway, judge, leftMs, stop, onWait }: LogReading,
): Promise<LoggedRequest | null> {
  const apiId = target.privateApi?.apiId ?? gateway.restApi?.id ?? null;
  const stage = target.privateApi?.stage ?? null;
  const refused = sent.find(
    ({ status, requestId }) => status !== null && status >= 400 && isRequestId(requestId),
  );
  const requestId = refused?.requestId ?? null;
  if (refused === undefined || requestId === null || apiId === null || stage === null) return null;
  const sentAtMs = Date.parse(refused.startedAt);
  const request = logRequest(apiId, stage, requestId, sentAtMs);
  const messages = await reader.events(request);
  if (messages.length > 0) return judge(messages, requestId);
  const isAnswered = reader.facts.calls.at(-1)?.status === 'ok';
  const isLate = Date.now() - sentAtMs > longestLagMs;
  if (!isAnswered || isLate || isOff(gateway, stage) || reader.isOver || leftMs() < lagMs + 1000) return null;
  onWait?.(lagMs);
  await sleep(lagMs, undefined, { signal: stop }).catch(() => {});
  if (stop.aborted) return null;
  const later = await reader.events(request);
  return later.length === 0 ? null : judge(later, requestId);
}

/** Whether the stage writes no log, so that none is worth waiting for. */
function isOff({ account, stages = [] }: ApiGatewayFacts, stage: string): boolean {
  const settings = stages.find(({ stageName }) => stageName === stage)?.methodSettings;
  const levels = Object.values(settings ?? { unknown: {} }).map(({ loggingLevel }) => loggingLevel);
  const hasNoRole = account !== undefined && account.cloudwatchRoleArn === undefined;
  return hasNoRole || levels.every((level) => level === 'OFF');
}

/** The id goes into a filter pattern, where a quotation mark would end it. */
function isRequestId(id: string | null): boolean {
  return id !== null && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}
