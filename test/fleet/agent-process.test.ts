import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import t, { type Test } from 'tap';
import { AgentProcess, type ControllerKey, jobOf, makeControllerKey, send } from './agents.js';
import { makeUser, TestBroker } from './broker.js';

const fleet = 'core';

/** One broker for all tests of the file, with the agents `web-1` to `web-3`. */
// tap removes the directory before it calls what is registered after it, and the broker would still write there.
t.teardown(async () => {
  await connection.close();
  await broker.stop();
});
const directory = t.testdir({});
const users = {
  'web-1': { ...makeUser(directory, 'web-1'), groups: ['edge'] },
  'web-2': makeUser(directory, 'web-2'),
  'web-3': makeUser(directory, 'web-3'),
};
const controller = makeUser(directory, 'controller-user');
const key: ControllerKey = makeControllerKey(directory);
const broker = new TestBroker({ directory, fleet, agents: users, controller });
let connection: NatsConnection;

t.before(async () => {
  await broker.start();
  connection = await connect({
    servers: broker.url.replace('nats://', ''),
    authenticator: nkeyAuthenticator(readFileSync(controller.seedFile)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: `PPROBE_RESULTS_${fleet}`,
    subjects: [`pprobe.v1.${fleet}.result.*.*`],
    max_msgs_per_subject: 1,
    discard: 'new',
    discard_new_per_subject: true,
    max_msg_size: 512 * 1024,
    duplicate_window: 120_000_000_000,
  });
  await new Kvm(connection).create(`PPROBE_AGENTS_${fleet}`, { ttl: 30_000, history: 1 });
});

function startAgent(t: Test, id: keyof typeof users, config: object): AgentProcess {
  const own = join(directory, `${id}-${randomUUID()}`);
  mkdirSync(own);
  const place = { directory: own, server: broker.url, fleet, id, seedFile: users[id].seedFile };
  const agent = new AgentProcess({ ...place, config });
  t.teardown(() => agent.end('SIGKILL'));
  return agent;
}
const subjectOf = (id: string): string => `pprobe.v1.${fleet}.job.agent.${id}`;

t.test('an agent without keys or without targets announces itself and refuses', async (t) => {
  const bare = startAgent(t, 'web-1', {});
  const keyed = startAgent(t, 'web-2', { keys: [key.publicPem] });
  await Promise.all([bare.says(/is connected/), keyed.says(/is connected/)]);
  const job = JSON.stringify(jobOf(fleet, '10.0.0.1:443'));
  t.match(await send(connection, subjectOf('web-1'), job, key), {
    state: 'refused',
    agent: 'web-1',
    reason: /^bad-signature/,
  });
  t.match(await send(connection, subjectOf('web-2'), job, key), {
    state: 'refused',
    agent: 'web-2',
    reason: /^no-policy/,
  });
  const bucket = await new Kvm(connection).open(`PPROBE_AGENTS_${fleet}`);
  t.match((await bucket.get('web-1'))?.json(), { seq: 1, checks: ['diagnose', 'dns', 'tcp', 'trace'] });
  t.equal(await bare.end(), 0, 'SIGTERM is no failure');
  t.equal((await bucket.get('web-1'))?.operation ?? 'DEL', 'DEL', 'an agent that ends takes its name back');
});
