import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import t from 'tap';
import { runAgent } from '../../../src/fleet/agent/agent.js';
import { readAgentConfig } from '../../../src/fleet/agent/agent-config.js';
import { initFleet } from '../../../src/fleet/nats/init.js';
import { jobOf, send } from '../agents.js';
import { makeUser, TestBroker } from '../broker.js';
import { config, directory, key, mute } from './lab.js';
import { listened } from './listened.js';

/** A broker whose address is within the allow-list of its agents. */

t.test('no job makes an agent send anything to its broker but what it says itself', async (t) => {
  const own = join(directory, 'allowed');
  mkdirSync(own);
  const [user, boss] = [makeUser(own, 'site-5'), makeUser(own, 'boss')];
  const place = '10.90.0.11';
  const agents = { 'site-5': user };
  const broker = new TestBroker({ directory: own, fleet: 'allowed', agents, controller: boss, host: place });
  await broker.start();
  t.teardown(() => broker.stop());
  const port = Number(new URL(broker.url).port);
  const connection = await connect({
    servers: `${place}:${port}`,
    authenticator: nkeyAuthenticator(readFileSync(boss.seedFile)),
  });
  t.teardown(() => connection.close());
  await initFleet(connection, 'allowed', 2 ** 20);
  process.env.PPROBE_NATS_NKEY = user.seedFile;
  const ending = new AbortController();
  const { said, hears, lines } = listened();
  const allow = [{ cidr: '10.90.0.10/31' }, { name: '*.example' }];
  const more = { allow, stateDir: join(own, 'state'), connectSpreadMs: 0 };
  const agent = runAgent(
    {
      broker: { server: `nats://broker.example:${port}`, insecure: true, caFile: null },
      fleet: 'allowed',
      id: 'site-5',
      config: readAgentConfig(JSON.stringify({ ...config, ...more })),
    },
    ending.signal,
    said,
  );
  await hears(/is connected/);
  const other = await mute(t);
  const ask = async (target: string, options: object = {}) => {
    const job = jobOf('allowed', target, { options: { ...options, trace: false } });
    const answer = await send(connection, 'pprobe.v1.allowed.job.agent.site-5', JSON.stringify(job), key);
    return { ...answer, job: job.id };
  };
  for (const target of [
    `${place}:${port}`,
    `${place}:${other.port}`,
    `[::ffff:10.90.0.11]:${port}`,
    `broker.example:${port}`,
    `BROKER.example.:${other.port}`,
  ])
    t.match(
      await ask(target),
      { state: 'refused', reason: /^target-not-allowed: .* is the broker$/ },
      target,
    );
  t.match(
    await ask(`10.90.0.10:${other.port}`, { control: `${place}:${port}` }),
    { state: 'refused', reason: /^target-not-allowed/ },
    'as a control',
  );
  // Another name, which the list allows, and which has the address of the broker.
  const { state, job } = await ask(`alias.example:${other.port}`);
  t.equal(state, 'accepted');
  await hears(new RegExp(`job=${job} .*decision=refused.* reason="address 10\\.90\\.0\\.11"`));
  t.equal(other.connections(), 0, 'no packet to the address of the broker');
  const sibling = await ask(`10.90.0.10:${other.port}`);
  await hears(new RegExp(`job=${sibling.job} .*decision=report`));
  t.same([...other.addresses], ['10.90.0.10'], lines().join('\n'));
  ending.abort();
  await agent;
});
