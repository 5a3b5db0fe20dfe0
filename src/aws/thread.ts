import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { afterRunning, type RunningLimit } from '../core/clock.js';
import { CapabilityError } from '../core/errors.js';
import {
  type AwsSession,
  type CallFailure,
  type OpenSession,
  sessionClosed,
  silence,
  threadFailure,
} from './session.js';

/** A question to the thread with the SDK. */
export interface WorkerQuestion {
  id: number;
  ask:
    | { kind: 'prepare'; limitMs: number }
    | {
        kind: 'call';
        service: string;
        action: string;
        input: Readonly<Record<string, unknown>>;
        region: string;
        limitMs: number;
      };
}

/** How much longer than the limit of a call its answer is awaited: the thread may have to parse a long one. */
const graceMs = 500;

/** Megabytes of memory for the SDK. It has 60 with all clients loaded. */
const memoryMb = 512;

/** The bundle with the SDK stands in dist/, one level above the library's aws/ and the executable's bin/. */
function bundle(): string {
  try {
    return createRequire(import.meta.url).resolve('../aws-sdk.cjs');
  } catch (cause) {
    throw new CapabilityError(
      'aws-sdk.cjs',
      'the AWS SDK is missing from this installation: there is no file dist/aws-sdk.cjs',
      null,
      { cause },
    );
  }
}

/**
 * Opens a session in a thread. Loading the SDK takes a third of a second of processor time and parsing a long answer more, which
 * must not delay the reading of packets; and a thread can be ended, whatever it does. Throws CapabilityError where this
 * installation lacks the SDK, or this host allows no more threads.
 */
export const openThread: OpenSession = (options) => sessionIn(bundle(), options);

/** Starts the thread. Throws CapabilityError where this host allows no more threads. */
function workerWith(file: string, options: Parameters<OpenSession>[0]): Worker {
  try {
    return new Worker(file, {
      workerData: options,
      // What the SDK prints, such as its wish for a later Node, is not for the user.
      stdout: true,
      stderr: true,
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CapabilityError(
      'threads',
      `the AWS SDK needs a thread of its own, and this host allows none (${why}): see \`ulimit -u\` and the limit of processes of its container`,
      null,
      { cause },
    );
  }
}

/** A session in a thread that runs `file`. Throws CapabilityError as workerWith() does. */
export function sessionIn(file: string, options: Parameters<OpenSession>[0]): AwsSession {
  const worker = workerWith(file, options);
  const waiting = new Map<number, (outcome: unknown) => void>();
  let last = 0;
  let ended: CallFailure | null = null;
  const end = (failure: CallFailure): void => {
    ended ??= failure;
    for (const settle of [...waiting.values()]) settle({ failure: ended });
    void worker.terminate();
  };
  // The limits of calls begin when the SDK is loaded, which takes long on a busy host.
  let isReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  worker.on('message', (message: 'ready' | { id: number; outcome: unknown }) => {
    if (message === 'ready') isReady();
    else waiting.get(message.id)?.(message.outcome);
  });
  worker.on('error', (error) => end(threadFailure(error.message)));
  worker.on('exit', () => end(threadFailure('the thread of the AWS SDK ended')));
  // An open session must not keep the process alive after an error elsewhere.
  worker.unref();

  const asked = (ask: WorkerQuestion['ask']): Promise<unknown> => {
    if (ended !== null) return Promise.resolve({ failure: ended });
    last += 1;
    const id = last;
    return new Promise((resolve) => {
      let limit: RunningLimit | undefined;
      void ready.then(() => {
        if (!waiting.has(id)) return;
        limit = afterRunning(ask.limitMs + graceMs, () => settle({ failure: silence(ask.limitMs) }));
      });
      const settle = (outcome: unknown): void => {
        limit?.cancel();
        waiting.delete(id);
        resolve(outcome);
      };
      waiting.set(id, settle);
      const question: WorkerQuestion = { id, ask };
      worker.postMessage(question);
    });
  };
  return {
    ready,
    async prepare(limitMs) {
      const outcome = await asked({ kind: 'prepare', limitMs });
      const failed = outcome as { failure?: CallFailure };
      return failed.failure === undefined
        ? (outcome as Awaited<ReturnType<AwsSession['prepare']>>)
        : { credentials: { failure: failed.failure }, region: options.region };
    },
    call: (service, action, input, region, limitMs) =>
      asked({ kind: 'call', service, action, input, region, limitMs }) as ReturnType<AwsSession['call']>,
    close: () => end(sessionClosed),
  };
}
