import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { FleetDocument } from '../../../src/documents/fleet.js';
import {
  agentOf,
  broker,
  command,
  connection,
  directory,
  fleet,
  type Id,
  key,
  mute,
  nextJob,
} from './lab.js';

/** Commands that are interrupted, and one that waits for a broker that does not come back. */

const words = ['--via', 'nats', '--key', key.file, '--no-trace'];

/** Resolves when every one of these agents has written the job down: it accepts it then, and runs it. */
async function accepted(job: string, ids: readonly Id[]): Promise<void> {
  for (const id of ids) {
    const seen = join(directory, 'state', `${fleet}.${id}`, 'seen.json');
    while (!readFileSync(seen, 'utf8').includes(job)) await delay(20);
  }
}

/** Resolves when the command has said this on standard error. */
function says({ stderr }: ChildProcess, pattern: RegExp): Promise<void> {
  let said = '';
  return new Promise((resolve) => {
    stderr?.on('data', (chunk) => {
      said += String(chunk);
      if (pattern.test(said)) resolve();
    });
  });
}

t.test('Ctrl-C: the agents are told, what has come is printed, and the exit code is 130', async (t) => {
  const { port, reached } = await mute(t);
  const heard = nextJob();
  const cancels: string[] = [];
  const listening = connection.subscribe(`pprobe.v1.${fleet}.cancel.*`, {
    callback: (_error, { subject }) => void cancels.push(subject),
  });
  await connection.flush();
  const { child, finished } = command('fleet', 'diagnose', `https://10.90.0.10:${port}/`, ...words);
  await Promise.all([heard, reached(3)]);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  await connection.flush();
  listening.unsubscribe();
  t.equal(code, 130, stderr);
  t.match(stdout, /[0-3] of 3 hosts answered/);
  t.match(stdout, /stopped|interrupt/i);
  t.same(cancels, [`pprobe.v1.${fleet}.cancel.${await heard}`]);
  const cancelled = new RegExp(`job=${await heard} .*decision=cancelled`);
  await Promise.all((['web-1', 'web-2', 'web-3'] as const).map((id) => agentOf(id).says(cancelled)));
});

t.test('a second Ctrl-C does not wait for the agents', async (t) => {
  const { port, opened } = await mute(t);
  const heard = nextJob();
  await connection.flush();
  const { child, finished } = command('fleet', 'diagnose', `https://10.90.0.10:${port}/`, ...words);
  const job = await heard;
  await accepted(job, ['web-1', 'web-2', 'web-3']);
  await opened;
  // Its result does not come, and the first Ctrl-C waits for it.
  agentOf('web-3').child.kill('SIGSTOP');
  const cancelled = connection.subscribe(`pprobe.v1.${fleet}.cancel.${job}`, { max: 1 });
  await connection.flush();
  child.kill('SIGINT');
  for await (const _message of cancelled);
  child.kill('SIGINT');
  const { code, stdout } = await finished;
  t.equal(code, 130);
  t.equal(stdout, '', 'it did not wait for the table');
  agentOf('web-3').child.kill('SIGCONT');
  await agentOf('web-3').says(new RegExp(`job=${job} .*decision=cancelled`));
});

t.test('--wait with a broker that does not come back: what was measured is printed', async (t) => {
  const { port, release } = await mute(t);
  const heard = nextJob();
  await connection.flush();
  const asked = [`https://10.90.0.10:${port}/`, ...words, '--deadline', '6s', '--wait', '2s', '--json'];
  const { child, finished } = command('fleet', 'diagnose', ...asked);
  const waits = says(child, /waits up to 2 s for the results of 3 hosts/);
  await accepted(await heard, ['web-1', 'web-2', 'web-3']);
  await broker.stop('SIGKILL');
  release();
  await waits;
  const { code, stdout, stderr } = await finished;
  t.equal(code, 20, stderr);
  const document: FleetDocument = JSON.parse(stdout);
  // Whether the broker still handed on that an agent has accepted the job is another matter.
  t.match(document.counts, { roster: 3, answered: 0, late: 0 });
  t.match(stderr, /what came late cannot be read: the broker at 127\.0\.0\.1:\d+ does not answer: /);
  t.match(stderr, `pprobe fleet show ${document.job.id} --server nats://`);
  await broker.start();
  for (;;) {
    const shown = await command('fleet', 'show', document.job.id, '--json').finished;
    if (shown.code === 20 && JSON.parse(shown.stdout).counts.late === 3) break;
    await delay(200);
  }
});
