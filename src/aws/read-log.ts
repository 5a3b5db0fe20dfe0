import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../core/clock.js';
import type { LoggedRequest } from '../documents/facts.js';
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

/**
 * What the execution log says of the first request that was refused. Null where nothing was refused or the log does not have it.
 * Where the lines are not there yet and time is left until `deadlineMs`, they are asked for once more.
 */
export async function readLog(
  reader: Reader,
  target: Target,
  apiIdBehind: string | null,
  sent: readonly SentRequest[],
  judge: JudgeLog,
  deadlineMs: number,
): Promise<LoggedRequest | null> {
  const apiId = target.privateApi?.apiId ?? apiIdBehind;
  const stage = target.privateApi?.stage ?? null;
  const refused = sent.find(
    ({ status, requestId }) => status !== null && status >= 400 && isRequestId(requestId),
  );
  const requestId = refused?.requestId ?? null;
  if (refused === undefined || requestId === null || apiId === null || stage === null) return null;
  const request = logRequest(apiId, stage, requestId, Date.parse(refused.startedAt));
  const messages = await reader.events(request);
  if (messages.length > 0) return judge(messages, requestId);
  const isAnswered = reader.facts.calls.at(-1)?.status === 'ok';
  if (!isAnswered || reader.isOver || deadlineMs - nowMs() < lagMs + 1000) return null;
  await sleep(lagMs);
  const later = await reader.events(request);
  return later.length === 0 ? null : judge(later, requestId);
}

/** The id goes into a filter pattern, where a quotation mark would end it. */
function isRequestId(id: string | null): boolean {
  return id !== null && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}
