import { parentPort, workerData } from 'node:worker_threads';
import type { SessionOptions } from '../session.js';
import type { WorkerQuestion } from '../thread.js';
import { openSdk } from './sdk.js';

/** The entry of dist/aws-sdk.cjs: the SDK in a thread of its own. src/aws/thread.ts is the other end. */
const session = openSdk(workerData as SessionOptions);

parentPort?.on('message', (question: WorkerQuestion) => {
  void answerOf(question).then((outcome) => parentPort?.postMessage({ id: question.id, outcome }));
});

// Loading is over: the limits of calls begin here.
parentPort?.postMessage('ready');

function answerOf(question: WorkerQuestion): Promise<unknown> {
  const { ask } = question;
  return ask.kind === 'prepare'
    ? session.prepare(ask.limitMs)
    : session.call(ask.service, ask.action, ask.input, ask.region, ask.limitMs);
}
