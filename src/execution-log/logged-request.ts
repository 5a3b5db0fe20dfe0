import { Readable } from 'node:stream';
import type { LoggedRequest } from '../documents/facts.js';
import { explainLog } from './explain-log.js';

/**
 * What the messages of an execution log say of one request, in pprobe's words: the messages themselves can hold what the request
 * held, and are not kept. Null where they do not have the request.
 */
export async function loggedRequest(
  messages: readonly string[],
  requestId: string,
): Promise<LoggedRequest | null> {
  const stream = Readable.from([Buffer.from(`${messages.join('\n')}\n`)]);
  const { asked, verdict } = await explainLog([{ name: 'the execution log', stream }], { requestId });
  if (asked?.found !== true) return null;
  const { cause, confidence, summary } = verdict;
  return { requestId, cause, confidence, summary };
}
