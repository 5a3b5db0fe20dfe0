import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import type { FleetDocument } from '../../../src/documents/fleet.js';
import { withLateResults } from '../../../src/fleet/nats/late-results.js';
import { validateDocument } from '../../documents/validate.js';
import { AgentProcess } from '../agents.js';
import { makeUser, TestBroker } from '../broker.js';
import {
  agentOf,
  broker,
  command,
  config,
  connection,
  directory,
  fleet,
  key,
  leafPlace,
  mute,
  nextJob,
  outcomesOf,
  run,
  runningEverywhere,
  startAgent,
} from './lab.js';

/** Agents, brokers and disks that fail while a job runs. */

t.test('an agent that is killed while it works is named, and the others are compared', async (t) => {
  const { port, release } = await mute(t);
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, { deadlineMs: 8000 });
  await agentOf('web-3').end('SIGKILL');
  release();
  const document = await running;
  t.equal(outcomesOf(document)['web-3'], 'no-answer');
  t.match(document.counts, { roster: 3, answered: 2, 'no-answer': 1 });
  const back = await startAgent('web-3');
  t.notMatch(back.said, new RegExp(document.job.id), 'it begins nothing of the old job');
  t.same(await withLateResults(connection, fleet, document).then(({ counts }) => counts), document.counts);
});

t.test('an agent that stood still does not run a job whose time is over', async (t) => {
  const { port, connections } = await mute(t);
  agentOf('web-3').child.kill('SIGSTOP');
  const document = await run(`10.90.0.10:${port}`, { deadlineMs: 5000 });
  t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered', 'web-3': 'silent' });
  t.match(document.roster[2], { agent: 'web-3', seenAt: /^20.*Z$/ }, 'when the broker heard of it');
  const before = connections();
  await delay(2500);
  agentOf('web-3').child.kill('SIGCONT');
  await agentOf('web-3').says(/reason="expired: this agent stood still/);
  t.equal(connections(), before, 'nothing was sent');
});

t.test('the broker is killed during a job and comes back: no result is lost', async (t) => {
  const { port } = await mute(t);
  const notes: string[] = [];
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, {
    notes,
    deadlineMs: 30_000,
  });
  await broker.stop('SIGKILL');
  await delay(500);
  await broker.start();
  t.match((await running).counts, { roster: 3, answered: 3 });
  t.ok(
    notes.some((line) => /^the broker was away \d+\.\d s$/.test(line)),
    notes.join('; '),
  );
});

t.test('the broker is away until the deadline: the results stay on disk, and come late', async (t) => {
  const { port } = await mute(t);
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, { deadlineMs: 8000 });
  await broker.stop('SIGKILL');
  const document = await running;
  t.match(document.counts, { roster: 3, answered: 0, 'no-answer': 3 });
  const file = join(directory, 'state', `${fleet}.web-2`, 'results', `${document.job.id}.gz`);
  while (!existsSync(file)) await delay(50);
  await agentOf('web-2').end('SIGKILL');
  await broker.start();
  await startAgent('web-2');
  for (;;) {
    const again = await withLateResults(connection, fleet, document);
    t.same(validateDocument(again), []);
    if (again.counts.late === 3) break;
    await delay(100);
  }
  t.same(readdirSync(join(directory, 'state', `${fleet}.web-2`, 'results')), [], 'and are kept no longer');
});

t.test('a broker that stands still during a job: the results are repeated until it runs again', async (t) => {
  const { port, release } = await mute(t);
  const { document: running, job } = await runningEverywhere(`https://10.90.0.10:${port}/`, {});
  broker.freeze();
  release();
  const measured = new RegExp(`job=${job} .*decision=report`);
  await Promise.all((['web-1', 'web-2', 'web-3'] as const).map((id) => agentOf(id).says(measured)));
  const { code, stderr } = await command('fleet', 'agents').finished;
  t.equal(code, 3, stderr);
  t.match(stderr, /the broker at 127\.0\.0\.1:\d+ does not answer/);
  broker.thaw();
  t.match((await running).counts, { roster: 3, answered: 3 });
});

t.test(
  'a hub that is killed behind a leaf node that lives: the result is repeated until it is back',
  async (t) => {
    const own = join(directory, 'leaf');
    mkdirSync(own);
    const user = makeUser(own, 'site-1');
    const monitor = '127.0.0.1:8222';
    const leaf = new TestBroker({
      directory: own,
      fleet,
      agents: { 'site-1': { ...user, groups: ['site'] } },
      controller: makeUser(own, 'nobody'),
      hub: `nats-leaf://leaf:leaf@${leafPlace}`,
      more: `http: "${monitor}"`,
    });
    await leaf.start();
    t.teardown(() => leaf.stop());
    const place = { directory: own, server: leaf.url, fleet, id: 'site-1', seedFile: user.seedFile };
    const agent = new AgentProcess({ ...place, config: { ...config, groups: ['site'] } });
    t.teardown(() => agent.end('SIGKILL'));
    const bucket = await new Kvm(connection).open(`PPROBE_AGENTS_${fleet}`);
    while ((await bucket.get('site-1')) === null) await delay(50);
    const { port, release } = await mute(t);
    const { document: running, job } = await runningEverywhere(`https://10.90.0.10:${port}/`, {
      group: 'site',
    });
    await broker.stop('SIGKILL');
    release();
    await agent.says(new RegExp(`job=${job} .*decision=report`));
    const sent = async (): Promise<number> => {
      const said: unknown = await (await fetch(`http://${monitor}/connz`)).json();
      const { connections } = said as { connections: { in_msgs: number }[] };
      return connections[0]?.in_msgs ?? 0;
    };
    // One of them may be an entry of the bucket.
    const before = await sent();
    while ((await sent()) < before + 3) await delay(50);
    await broker.start();
    const document = await running;
    t.match(document.counts, { roster: 1, answered: 1 });
    t.notMatch(
      agent.said,
      /not delivered|not enabled|stays on disk/,
      'no fault of the configuration is told',
    );
    t.equal(await agent.end(), 0, 'it takes its name back');
  },
);

t.test('a disk that is full is told once, and the result comes all the same', async (t) => {
  const stateDir = join(directory, 'small');
  mkdirSync(stateDir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', stateDir]);
  // The directory of the test cannot be removed around it.
  t.teardown(() => execFileSync('umount', ['-l', stateDir]));
  await agentOf('web-3').end();
  const agent = await startAgent('web-3', { stateDir });
  t.throws(() => writeFileSync(join(stateDir, 'filler'), Buffer.alloc(100_000)), { code: 'ENOSPC' });
  const { port } = await mute(t);
  for (const _time of [1, 2]) t.equal(outcomesOf(await run(`10.90.0.10:${port}`))['web-3'], 'answered');
  t.equal(
    agent.said.match(/stateDir: ENOSPC.*results are lost where this process ends/g)?.length,
    1,
    agent.said,
  );
  await agent.end();
  await startAgent('web-3');
});

t.test('--wait waits on for an agent that stood still, and shows its report as late', async (t) => {
  const { port, opened, release } = await mute(t);
  const words = ['--via', 'nats', '--key', key.file, '--no-trace', '--deadline', '15s', '--wait', '60s'];
  const heard = nextJob();
  await connection.flush();
  const asked = ['fleet', 'diagnose', `https://10.90.0.10:${port}/`, ...words, '--json'];
  const { child, finished } = command(...asked);
  let said = '';
  const waits = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
      if (/waits up to 60 s for the results of 1 host/.test(said)) resolve();
    });
  });
  const job = await heard;
  // web-3 has written the job down when it accepts it, before it runs it.
  const seen = join(directory, 'state', `${fleet}.web-3`, 'seen.json');
  while (!readFileSync(seen, 'utf8').includes(job)) await delay(20);
  agentOf('web-3').child.kill('SIGSTOP');
  await opened;
  release();
  await waits;
  agentOf('web-3').child.kill('SIGCONT');
  const { stdout, stderr, code } = await finished;
  const document: FleetDocument = JSON.parse(stdout);
  t.match(stderr, `pprobe fleet show ${document.job.id} --server nats://`);
  t.match(stderr, ` --fleet ${fleet}\n`);
  t.same(validateDocument(document), []);
  t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered', 'web-3': 'late' });
  const shown = await command('fleet', 'show', document.job.id).finished;
  t.match(shown.stdout, /2 of 3 hosts answered; 1 late/);
  t.equal(shown.code, code, 'what is late decides nothing');
});
