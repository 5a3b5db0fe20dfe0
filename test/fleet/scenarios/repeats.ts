import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { jetstream } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import t from 'tap';
import {
  agentOf,
  broker,
  connectAs,
  connection,
  evil,
  fleet,
  mute,
  outcomesOf,
  run,
  startAgent,
} from './lab.js';

/** A broker that ends with the job in its hands, and one that has no agents. */

t.test('the job is sent again to each agent that has said nothing, with the same id', async (t) => {
  // This one is back at the broker later than the controller: at first, nobody listens to its subject.
  await agentOf('web-3').end();
  const slow = await startAgent('web-3', { connectSpreadMs: 6000 });
  const { port } = await mute(t);
  // This one has accepted the job, and the broker has lost its answer.
  const forgotten = await connectAs(evil, '_INBOX_evil');
  const present = `$KV.PPROBE_AGENTS_${fleet}.evil`;
  forgotten.publish(present, '{}');
  const again: { id: string; deadlineMs: number; maskSeed: string }[] = [];
  forgotten.subscribe(`pprobe.v1.${fleet}.job.agent.evil`, {
    callback: (_error, message) => {
      again.push(message.json());
      message.respond(JSON.stringify({ state: 'refused', agent: 'evil', reason: 'repeated: as before' }));
    },
  });
  await forgotten.flush();
  const store = async (subject: string, body: Buffer): Promise<void> => {
    // The streams of a broker that has just begun are not there yet.
    while (
      (await jetstream(forgotten)
        .publish(subject, body)
        .catch(() => null)) === null
    )
      await delay(50);
  };
  let restarted: Promise<void> | null = null;
  const restart = async (): Promise<void> => {
    await broker.stop('SIGKILL');
    await broker.start();
  };
  const notes: string[] = [];
  let isDone = false;
  const document = await run(`10.90.0.10:${port}`, {
    notes,
    onChange(states) {
      if (restarted === null && states.get('web-3') === 'asked') {
        // The job is on its way to a broker that reads nothing any more.
        broker.freeze();
        restarted = delay(500).then(restart);
      }
      const [job] = again;
      if (isDone || job === undefined || states.get('evil') !== 'accepted') return;
      isDone = true;
      void store(`pprobe.v1.${fleet}.result.${job.id}.evil`, failure(job.id));
    },
  });
  await restarted;
  t.same(outcomesOf(document), {
    evil: 'failed',
    'web-1': 'answered',
    'web-2': 'answered',
    'web-3': 'answered',
  });
  t.match(notes, [/^the broker was away \d+\.\d s$/]);
  t.match(slow.said, `job=${document.job.id} `);
  t.match(again[0], { id: document.job.id, maskSeed: /^[0-9a-f]{32}$/ });
  t.ok((again[0]?.deadlineMs ?? 0) < document.job.deadlineMs, 'the deadline is not extended');
  forgotten.publish(present, '', { headers: deleted() });
  await forgotten.flush();
  await forgotten.close();
  await slow.end();
  await startAgent('web-3');
});

t.test('agents of the list that are not connected are told at once', async (t) => {
  const present = `$KV.PPROBE_AGENTS_${fleet}.evil`;
  connection.publish(present, '{"groups":["gone"]}');
  await connection.flush();
  await t.rejects(run('10.90.0.10:1', { group: 'gone' }), {
    name: 'CapabilityError',
    message: /^no agent is connected to the broker; start them/,
  });
  connection.publish(present, '', { headers: deleted() });
  await connection.flush();
});

/** The headers of an entry of the bucket that takes a name back. */
function deleted(): MsgHdrs {
  const told = headers();
  told.set('KV-Operation', 'DEL');
  return told;
}

/** A result without a report. */
function failure(job: string): Buffer {
  const at = new Date().toISOString();
  const times = { receivedAt: at, startedAt: at, finishedAt: at, monotonicMs: 1 };
  const members = { job, agent: 'evil', outcome: 'failed', error: 'as it was' };
  return gzipSync(JSON.stringify({ kind: 'fleet-result', version: 1, ...members, ...times }));
}
