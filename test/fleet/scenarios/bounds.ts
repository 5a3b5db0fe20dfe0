import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import { initFleet } from '../../../src/fleet/nats/init.js';
import { NatsCarrier } from '../../../src/fleet/nats/nats-carrier.js';
import { readPrivateKey } from '../../../src/fleet/signature.js';
import { AgentProcess, jobOf, send } from '../agents.js';
import { broker, config, connectAs, connection, controllerUser, directory, key, mute } from './lab.js';

/** More agents than a job is for by mistake, and more results than the stream has room for. */

t.test('more than 50 agents must be meant, and begin within 10 ms for each of them', async (t) => {
  const fleet = 'crowd';
  await initFleet(connection, fleet, 2 ** 20);
  for (let index = 0; index < 51; index += 1)
    connection.publish(`$KV.PPROBE_AGENTS_${fleet}.host-${index}`, '{}');
  await connection.flush();
  const signer = readPrivateKey(readFileSync(key.file, 'utf8'), '--key');
  const carrierOf = async (isLargeMeant: boolean): Promise<NatsCarrier> =>
    new NatsCarrier(await connectAs(controllerUser), {
      fleet,
      group: null,
      key: signer,
      isLargeMeant,
      requestedBy: null,
    });
  const unmeant = await carrierOf(false);
  await t.rejects(unmeant.roster(), {
    name: 'InvalidInputError',
    message: /^--yes: missing; the job goes to 51 agents, more than 50/,
  });
  await unmeant.close();
  const heard = connection.subscribe(`pprobe.v1.${fleet}.job.all`, { max: 1 });
  await connection.flush();
  const meant = await carrierOf(true);
  const roster = await meant.roster();
  t.equal(roster.length, 51);
  const nobody = { asked() {}, accepted() {}, delivered() {}, note() {} };
  const issuedAt = new Date().toISOString();
  const job = { id: 'crowd-1', check: 'diagnose' as const, target: '10.90.0.10:1', issuedAt };
  const done = meant.start({ ...job, deadlineMs: 60_000, options: {} }, roster, nobody);
  for await (const message of heard)
    t.match(message.json(), { id: 'crowd-1', spreadMs: 510, startAfterMs: 0 });
  meant.cancel('deadline');
  await done;
  await meant.close();
});

t.test('a stream that is full: the result stays on disk, which is said once, and comes later', async (t) => {
  const fleet = 'full';
  const id = 'full-1';
  await initFleet(connection, fleet, 64 * 1024);
  const stream = `PPROBE_RESULTS_${fleet}`;
  await jetstream(connection).publish(`pprobe.v1.${fleet}.result.filler.none`, Buffer.alloc(64_500));
  const own = join(directory, fleet);
  mkdirSync(own);
  const place = { directory: own, server: broker.url, fleet, id, seedFile: controllerUser.seedFile, config };
  const agent = new AgentProcess(place);
  t.teardown(() => agent.end('SIGKILL'));
  await agent.says(/is connected/);
  const { port } = await mute(t);
  const job = jobOf(fleet, `10.90.0.10:${port}`, { options: { trace: false } });
  await send(connection, `pprobe.v1.${fleet}.job.agent.${id}`, JSON.stringify(job), key);
  const told = new RegExp(
    `job=${job.id} the result is not delivered and stays on disk: maximum bytes exceeded`,
  );
  await agent.says(told);
  const waiting = join(own, 'state', `${fleet}.${id}`, 'results');
  t.same(readdirSync(waiting), [`${job.id}.gz`]);
  t.equal(await agent.end(), 0);
  t.match(agent.said, /ended after 1 job; 1 result kept for the next start/);
  const { streams } = await jetstreamManager(connection);
  await streams.purge(stream);
  const again = new AgentProcess(place);
  t.teardown(() => again.end('SIGKILL'));
  await again.says(/is connected/);
  while (readdirSync(waiting).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const { state } = await streams.info(stream, { subjects_filter: '>' });
  t.same(Object.keys(state.subjects ?? {}), [`pprobe.v1.${fleet}.result.${job.id}.${id}`]);
  t.equal(await again.end(), 0);
});
