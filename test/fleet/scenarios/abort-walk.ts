import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { anyOf } from '../../../src/core/deadline.js';
import { runAgent } from '../../../src/fleet/agent/agent.js';
import { readAgentConfig } from '../../../src/fleet/agent/agent-config.js';
import { AgentState } from '../../../src/fleet/agent/agent-state.js';
import { runFleet } from '../../../src/fleet/controller.js';
import { connectBroker } from '../../../src/fleet/nats/connection.js';
import { FleetNames } from '../../../src/fleet/nats/names.js';
import { NatsCarrier } from '../../../src/fleet/nats/nats-carrier.js';
import { presentAgents } from '../../../src/fleet/nats/roster.js';
import { readPrivateKey } from '../../../src/fleet/signature.js';
import { validateDocument } from '../../documents/validate.js';
import { type Signals, walk } from '../../observe/abort-walk.js';
import { jobOf, signed } from '../agents.js';
import {
  agentOf,
  broker,
  config,
  connection,
  controllerUser,
  directory,
  fleet,
  key,
  startAgent,
  users,
} from './lab.js';

/** An agent and a job are ended at every moment at which their code runs. */

const target = '10.90.0.10:1';

t.test('an agent that is ended at any moment', async (t) => {
  await agentOf('web-3').end();
  const names = new FleetNames(fleet);
  const stateDir = join(directory, 'walked');
  mkdirSync(stateDir);
  process.env.PPROBE_NATS_NKEY = users['web-3'].seedFile;
  t.teardown(() => delete process.env.PPROBE_NATS_NKEY);
  const plan = {
    broker: { server: broker.url, insecure: false, caFile: null },
    fleet,
    id: 'web-3',
    config: readAgentConfig(JSON.stringify({ ...config, stateDir, connectSpreadMs: 0 })),
  };
  const lines: string[] = [];
  const probe = async ({ stop }: Signals) => {
    lines.length = 0;
    const done = new AbortController();
    const note = (line: string): void => {
      lines.push(line);
      if (/is connected/.test(line)) {
        const job = Buffer.from(JSON.stringify(jobOf(fleet, target, { options: { trace: false } })));
        connection.publish('pprobe.v1.core.job.agent.web-3', job, { headers: signed(job, key) });
      }
      if (/decision=/.test(line)) done.abort();
    };
    await runAgent(plan, anyOf(stop, done.signal), note);
    return {
      agents: await presentAgents(connection, names, fleet),
      waiting: new AgentState(stateDir, fleet, 'web-3', () => {}).pending(),
    };
  };
  const checked = (result: unknown): string[] => {
    const { agents, waiting } = result as Awaited<ReturnType<typeof probe>>;
    return [
      ...agents.filter(({ agent }) => agent === 'web-3').map(() => 'the bucket still has it'),
      ...waiting.map(({ job }) => `the result of ${job} is not delivered`),
      ...lines.filter((line) => /a bug in pprobe/.test(line)),
    ];
  };
  await walk(t, 'leaves nothing, and delivers what it has measured', probe, { checked, isAbortable: false });
  await startAgent('web-3');
});

t.test('a job that is interrupted at any moment', async (t) => {
  const environment = { PPROBE_NATS_NKEY: controllerUser.seedFile };
  const signer = readPrivateKey(readFileSync(key.file, 'utf8'), '--key');
  const probe = async ({ stop = new AbortController().signal }: Signals) => {
    const own = await connectBroker(
      { server: broker.url, insecure: false, caFile: null },
      { name: 'walk', inboxPrefix: null, spreadMs: 0 },
      environment,
    );
    const plan = { fleet, group: 'edge', key: signer, isLargeMeant: false, requestedBy: null };
    const carrier = new NatsCarrier(own, plan);
    const request = { check: 'diagnose', target, deadlineMs: 60_000, options: { trace: false } } as const;
    try {
      return await runFleet(carrier, { ...request, stop, whereEmpty: 'no agent is there' });
    } finally {
      await carrier.close();
    }
  };
  const checked = (result: unknown): string[] => {
    const { counts } = result as Awaited<ReturnType<typeof probe>>;
    return [...validateDocument(result).map(String), ...(counts.roster === 2 ? [] : ['a host is missing'])];
  };
  await walk(t, 'ends with a valid document', probe, { checked, isAbortable: false });
});
