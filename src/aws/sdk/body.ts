import { PassThrough, pipeline, type Readable, Transform } from 'node:stream';

/** What is used of a client of the SDK, whatever its service. */
export interface Client {
  send(command: unknown, options: { abortSignal: AbortSignal }): Promise<Record<string, unknown>>;
  destroy(): void;
  middlewareStack: { add(middleware: Middleware, options: object): void };
}

interface Exchange {
  response: unknown;
}

type Middleware = (next: (sent: object) => Promise<Exchange>) => (sent: object) => Promise<Exchange>;

/** Octets of one answer. A page of 1,000 rules has half a million. */
export const longestAnswer = 16_000_000;

/** The SDK reads a body to its end, however long that is. With this it fails after `longestAnswer` octets. */
export function boundBody(client: Client): void {
  const bounded: Middleware = (next) => async (sent) => {
    const exchange = await next(sent);
    const { response } = exchange;
    if (isResponse(response)) response.body = limited(response.body);
    return exchange;
  };
  client.middlewareStack.add(bounded, { step: 'deserialize', priority: 'low', name: 'boundBody' });
}

function limited(body: Readable): Readable {
  let octets = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      octets += chunk.length;
      if (octets > longestAnswer)
        done(new AnswerTooLong(`the answer is longer than ${longestAnswer} octets`));
      else done(null, chunk);
    },
  });
  // The error of either stream reaches the reader as the error of the second.
  pipeline(body, counting, () => {});
  return counting;
}

/** An answer without an end. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

function isResponse(value: unknown): value is { body: Readable } {
  return typeof value === 'object' && value !== null && 'body' in value && isStream(value.body);
}

function isStream(value: unknown): value is Readable {
  return value instanceof PassThrough || (typeof value === 'object' && value !== null && 'pipe' in value);
}
