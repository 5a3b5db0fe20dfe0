import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import t, { type Test } from 'tap';
import type { FleetDocument, FleetOutcome } from '../../../src/documents/fleet.js';
import type { JobOptions } from '../../../src/fleet/carrier.js';
import { runFleet } from '../../../src/fleet/controller.js';
import { initFleet } from '../../../src/fleet/nats/init.js';
import { NatsCarrier } from '../../../src/fleet/nats/nats-carrier.js';
import { readPrivateKey } from '../../../src/fleet/signature.js';
import { type Running, start } from '../../cli/pprobe.js';
import { AgentProcess, makeControllerKey, send } from '../agents.js';
import { type BrokerUser, makeUser, TestBroker } from '../broker.js';

/** One broker and three agents, which serve all scenarios. Used inside the namespaces of nats-lab.test.ts. */
export const fleet = 'core';
// tap removes the directory before it calls what is registered after it, and the broker would still write there.
t.teardown(async () => {
  await Promise.all([...agents.values()].map((agent) => agent.end('SIGKILL')));
  await connection.close();
  await broker.stop();
});
export const directory = t.testdir({});
export const users = {
  'web-1': { ...makeUser(directory, 'web-1'), groups: ['edge'] },
  'web-2': { ...makeUser(directory, 'web-2'), groups: ['edge'] },
  'web-3': makeUser(directory, 'web-3'),
};
export type Id = keyof typeof users;
/** Speaks for itself: the tests send what an agent would not. */
export const evil: BrokerUser = makeUser(directory, 'evil');
export const controllerUser = makeUser(directory, 'controller-user');
export const key = makeControllerKey(directory);
const signer = readPrivateKey(readFileSync(key.file, 'utf8'), '--key');
/** Leaf nodes of the broker connect here: the namespace has no other server. */
export const leafPlace = '127.0.0.1:7422';
export const broker = new TestBroker({
  directory,
  fleet,
  agents: { ...users, evil },
  controller: controllerUser,
  more: `leafnodes { listen: "${leafPlace}", authorization { user: leaf, password: leaf } }`,
});
const agents = new Map<Id, AgentProcess>();
/** With all rights. */
export let connection: NatsConnection;

export function connectAs(user: BrokerUser, inboxPrefix?: string): Promise<NatsConnection> {
  return connect({
    servers: broker.url.replace('nats://', ''),
    authenticator: nkeyAuthenticator(readFileSync(user.seedFile)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  });
}

export const config = {
  keys: [key.publicPem],
  allow: [
    { cidr: '10.90.0.10/31' },
    { cidr: '10.91.0.0/24' },
    { name: 'two.example' },
    { name: 'rebound.example' },
  ],
  limits: { jobsPerMinute: 1000 },
};

/** Starts an agent of the fleet, or starts it again. `more`: members of its configuration. `within`: a command that runs it. */
export async function startAgent(
  id: Id,
  more: object = {},
  within: readonly string[] = [],
): Promise<AgentProcess> {
  const own = join(directory, `${id}-${randomUUID()}`);
  mkdirSync(own);
  const { seedFile } = users[id];
  const groups = 'groups' in users[id] ? users[id].groups : [];
  const stateDir = join(directory, 'state');
  const place = { directory: own, server: broker.url, fleet, id, seedFile, within };
  const agent = new AgentProcess({ ...place, config: { ...config, groups, stateDir, ...more } });
  agents.set(id, agent);
  await agent.says(/is connected/);
  return agent;
}

export function agentOf(id: Id): AgentProcess {
  const agent = agents.get(id);
  if (agent === undefined) throw new Error(`${id} was not started`);
  return agent;
}

/** A server that accepts connections and does nothing with them: a TLS handshake with it lasts seconds. */
export interface Mute {
  port: number;
  connections(): number;
  /** The addresses of this host that were connected to. */
  addresses: Set<string>;
  /** The first connection is there. */
  opened: Promise<void>;
  /** Resolves when so many connections were made. */
  reached(count: number): Promise<void>;
  /** From now on every connection is closed at once, those that are there, too: whoever waits goes on. */
  release(): void;
}

export async function mute(t: Test): Promise<Mute> {
  const sockets = new Set<Socket>();
  const addresses = new Set<string>();
  const waiting = new Set<() => void>();
  let connections = 0;
  let isOpen = true;
  const server = createServer((socket) => {
    connections += 1;
    addresses.add(socket.localAddress ?? '');
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.resume();
    if (!isOpen) socket.destroy();
    for (const look of waiting) look();
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const reached = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (connections < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const release = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  t.teardown(() => {
    release();
    server.close();
  });
  const place = server.address();
  const port = typeof place === 'object' && place !== null ? place.port : 0;
  return { port, connections: () => connections, addresses, opened: reached(1), reached, release };
}

/** A command of the built program, as the controller's user. */
export function command(...words: string[]): Running {
  return start([...words, '--server', broker.url, '--fleet', fleet], {
    HOME: directory,
    PPROBE_NATS_NKEY: controllerUser.seedFile,
  });
}

export interface RunPlan {
  group?: string;
  deadlineMs?: number;
  options?: JobOptions;
  stop?: AbortSignal;
  onChange?: (states: ReadonlyMap<string, string>) => void;
  notes?: string[];
}

/** The id of the next job that is sent. */
export async function nextJob(): Promise<string> {
  const heard = connection.subscribe(`pprobe.v1.${fleet}.job.>`, { max: 1 });
  for await (const message of heard) return message.json<{ id: string }>().id;
  throw new Error('no job was sent');
}

/**
 * A job that has reached every agent of its roster: each has accepted it. That one of them has opened a connection says
 * nothing of the others, and to kill or to cut off one that has not been asked is another scenario.
 */
export async function runningEverywhere(
  target: string,
  plan: RunPlan,
): Promise<{ document: Promise<FleetDocument>; job: string }> {
  const heard = nextJob();
  await connection.flush();
  let reached = (): void => {};
  const everywhere = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const document = run(target, {
    ...plan,
    onChange: (states) => {
      plan.onChange?.(states);
      if ([...states.values()].every((state) => state === 'accepted')) reached();
    },
  });
  await Promise.race([everywhere, document]);
  return { document, job: await heard };
}

export async function run(target: string, plan: RunPlan = {}): Promise<FleetDocument> {
  const { group = null, deadlineMs = 60_000, options = {}, stop = new AbortController().signal } = plan;
  const own = await connectAs(controllerUser);
  const carrier = new NatsCarrier(own, { fleet, group, key: signer, isLargeMeant: false, requestedBy: null });
  try {
    return await runFleet(carrier, {
      check: 'diagnose',
      target,
      deadlineMs,
      options: { trace: false, ...options },
      stop,
      whereEmpty: 'no agent is there',
      onChange: (members) => plan.onChange?.(new Map(members.map(({ agent, state }) => [agent, state]))),
      note: (line) => plan.notes?.push(line),
    });
  } finally {
    await carrier.close();
  }
}

export function outcomesOf({ results }: FleetDocument): Record<string, FleetOutcome> {
  return Object.fromEntries(results.map(({ agent, outcome }) => [agent, outcome]));
}

export const subjectOf = (id: Id): string => `pprobe.v1.${fleet}.job.agent.${id}`;
export const refusalOf = async (job: object): Promise<string> =>
  (await send(connection, subjectOf('web-1'), JSON.stringify(job), key)).reason ?? 'accepted';

t.before(async () => {
  await broker.start();
  connection = await connectAs(controllerUser);
  const made = await initFleet(connection, fleet);
  t.match(made, { stream: 'PPROBE_RESULTS_core', bucket: 'PPROBE_AGENTS_core', made: true });
  t.match(await initFleet(connection, fleet), { made: false }, 'again, it changes nothing');
});
