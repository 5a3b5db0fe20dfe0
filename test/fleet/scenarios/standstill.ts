import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import t from 'tap';
import { runAgent } from '../../../src/fleet/agent/agent.js';
import { readAgentConfig } from '../../../src/fleet/agent/agent-config.js';
import { initFleet } from '../../../src/fleet/nats/init.js';
import { FleetNames } from '../../../src/fleet/nats/names.js';
import { presentAgents } from '../../../src/fleet/nats/roster.js';
import { jobOf, send } from '../agents.js';
import { makeUser, TestBroker } from '../broker.js';
import {
  broker,
  config,
  connectAs,
  connection,
  controllerUser,
  directory,
  fleet,
  key,
  mute,
  outcomesOf,
  run,
} from './lab.js';
import { listened } from './listened.js';

/** Who stands still longer than others wait: the broker, and a program that reads results beside the collector. */

t.test('a broker that stands still until it has forgotten its agents finds them again', async (t) => {
  const own = join(directory, 'frozen');
  mkdirSync(own);
  const [user, boss] = [makeUser(own, 'site-9'), makeUser(own, 'boss')];
  const frozen = new TestBroker({
    directory: own,
    fleet: 'frozen',
    agents: { 'site-9': user },
    controller: boss,
  });
  await frozen.start();
  t.teardown(() => frozen.stop());
  const asController = () =>
    connect({
      servers: frozen.url.replace('nats://', ''),
      authenticator: nkeyAuthenticator(readFileSync(boss.seedFile)),
    });
  const before = await asController();
  t.teardown(() => before.close());
  const times = { everyMs: 300, ttlMs: 900 };
  await initFleet(before, 'frozen', 2 ** 20, times);
  process.env.PPROBE_NATS_NKEY = user.seedFile;
  const ending = new AbortController();
  const { said, hears } = listened();
  const plan = {
    broker: { server: frozen.url, insecure: false, caFile: null },
    fleet: 'frozen',
    id: 'site-9',
    config: readAgentConfig(JSON.stringify({ ...config, stateDir: join(own, 'state'), connectSpreadMs: 0 })),
    times: { everyMs: times.everyMs, pingMs: 200 },
  };
  const agent = runAgent(plan, ending.signal, said);
  await hears(/is connected/);
  frozen.freeze();
  await hears(/the broker is away; trying again/);
  // Longer than the bucket keeps an entry.
  await delay(2 * times.ttlMs);
  frozen.thaw();
  await hears(/the broker was away/);
  const after = await asController();
  t.teardown(() => after.close());
  while ((await presentAgents(after, new FleetNames('frozen'), 'frozen')).length === 0) await delay(50);
  t.same(
    (await presentAgents(after, new FleetNames('frozen'), 'frozen')).map(({ agent }) => agent),
    ['site-9'],
  );
  const { port } = await mute(t);
  const job = jobOf('frozen', `10.90.0.10:${port}`);
  const subject = 'pprobe.v1.frozen.job.agent.site-9';
  t.match(await send(after, subject, JSON.stringify(job), key), { state: 'accepted' }, 'it hears jobs again');
  await hears(new RegExp(`job=${job.id} .*decision=report`));
  ending.abort();
  await agent;
  const { state } = await (await jetstreamManager(after)).streams.info('PPROBE_RESULTS_frozen');
  t.equal(state.messages, 1, 'the result is stored once');
});

t.test('a broker that stands still from the roster on: nobody is asked after the deadline', async (t) => {
  const { port } = await mute(t);
  const asked: string[] = [];
  const listening = connection.subscribe(`pprobe.v1.${fleet}.job.>`, {
    callback: (_error, { subject }) => void asked.push(subject),
  });
  await connection.flush();
  let isStopped = false;
  const document = await run(`10.90.0.10:${port}`, {
    deadlineMs: 2000,
    onChange: () => {
      if (!isStopped) broker.freeze();
      isStopped = true;
    },
  });
  t.match(document.counts, { roster: 3, silent: 3 });
  broker.thaw();
  await connection.flush();
  listening.unsubscribe();
  t.same(asked, []);
});

t.test('a reader of the stream that stands still holds up nobody', async (t) => {
  const sockets: Socket[] = [];
  const collect = (message: unknown): void => {
    sockets.push((message as { socket: Socket }).socket);
  };
  subscribe('net.client.socket', collect);
  const dashboard = await connectAs(controllerUser);
  unsubscribe('net.client.socket', collect);
  const deliver_subject = 'dashboard.all';
  dashboard.subscribe(deliver_subject, { callback: () => {} });
  await dashboard.flush();
  const manager = await jetstreamManager(connection);
  const stream = `PPROBE_RESULTS_${fleet}`;
  const consumer = { deliver_subject, ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All };
  const { name } = await manager.consumers.add(stream, consumer);
  for (const socket of sockets) socket.pause();
  // More than the buffers of the kernel between the broker and the reader hold.
  const filler = Buffer.alloc(400_000);
  for (let count = 0; count < 100; count += 1)
    await jetstream(connection).publish(`pprobe.v1.${fleet}.result.filler-${count}.none`, filler);
  const { delivered } = await manager.consumers.info(stream, name);
  t.ok(delivered.stream_seq > 0, 'the broker sends to the reader');
  const { port } = await mute(t);
  const notes: string[] = [];
  const document = await run(`10.90.0.10:${port}`, { notes });
  t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered', 'web-3': 'answered' });
  t.same(notes, [], 'the collector notices nothing');
  await manager.consumers.delete(stream, name);
  await manager.streams.purge(stream, { filter: `pprobe.v1.${fleet}.result.*.none` });
  for (const socket of sockets) socket.destroy();
  await dashboard.close();
});
