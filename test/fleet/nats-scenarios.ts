import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import t, { type Test } from 'tap';
import type { FleetDocument, FleetOutcome } from '../../src/documents/fleet.js';
import type { JobOptions } from '../../src/fleet/carrier.js';
import { runFleet } from '../../src/fleet/controller.js';
import { initFleet } from '../../src/fleet/nats/init.js';
import { withLateResults } from '../../src/fleet/nats/late-results.js';
import { NatsCarrier } from '../../src/fleet/nats/nats-carrier.js';
import { readPrivateKey } from '../../src/fleet/signature.js';
import { validateDocument } from '../documents/validate.js';
import { AgentProcess, jobOf, makeControllerKey, send } from './agents.js';
import { type BrokerUser, makeUser, TestBroker } from './broker.js';

/** Run inside the namespaces of nats-lab.test.ts. One broker and three agents serve all scenarios, in this order. */

const fleet = 'core';
const directory = t.testdir({});
const users = {
  'web-1': { ...makeUser(directory, 'web-1'), groups: ['edge'] },
  'web-2': { ...makeUser(directory, 'web-2'), groups: ['edge'] },
  'web-3': makeUser(directory, 'web-3'),
};
type Id = keyof typeof users;
/** Speaks for itself: the tests send what an agent would not. */
const evil: BrokerUser = makeUser(directory, 'evil');
const controllerUser = makeUser(directory, 'controller-user');
const key = makeControllerKey(directory);
const signer = readPrivateKey(readFileSync(key.file, 'utf8'), '--key');
const broker = new TestBroker({ directory, fleet, agents: { ...users, evil }, controller: controllerUser });
const agents = new Map<Id, AgentProcess>();
let connection: NatsConnection;

function connectAs(user: BrokerUser, inboxPrefix?: string): Promise<NatsConnection> {
  return connect({
    servers: broker.url.replace('nats://', ''),
    authenticator: nkeyAuthenticator(readFileSync(user.seedFile)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  });
}

const config = {
  keys: [key.publicPem],
  allow: [{ cidr: '10.90.0.10/31' }, { name: 'two.example' }],
  limits: { jobsPerMinute: 1000 },
};

async function startAgent(id: Id): Promise<AgentProcess> {
  const own = join(directory, `${id}-${randomUUID()}`);
  mkdirSync(own);
  const { seedFile } = users[id];
  const groups = 'groups' in users[id] ? users[id].groups : [];
  const stateDir = join(directory, 'state');
  const place = { directory: own, server: broker.url, fleet, id, seedFile };
  const agent = new AgentProcess({ ...place, config: { ...config, groups, stateDir } });
  agents.set(id, agent);
  await agent.says(/is connected/);
  return agent;
}

function agentOf(id: Id): AgentProcess {
  const agent = agents.get(id);
  if (agent === undefined) throw new Error(`${id} was not started`);
  return agent;
}

/** A server that counts connections and does nothing with them: a TLS handshake with it lasts seconds. */
async function mute(t: Test): Promise<{ port: number; connections: () => number; opened: Promise<void> }> {
  const sockets = new Set<Socket>();
  let first = (): void => {};
  const opened = new Promise<void>((resolve) => {
    first = resolve;
  });
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.resume();
    first();
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const place = server.address();
  const port = typeof place === 'object' && place !== null ? place.port : 0;
  return { port, connections: () => connections, opened };
}

interface RunPlan {
  group?: string;
  deadlineMs?: number;
  options?: JobOptions;
  stop?: AbortSignal;
  onChange?: (states: ReadonlyMap<string, string>) => void;
  notes?: string[];
}

/**
 * A job that has reached every agent of its roster: each has accepted it. That one of them has opened a connection says
 * nothing of the others, and to kill or to cut off one that has not been asked is another scenario.
 */
async function runningEverywhere(
  target: string,
  plan: RunPlan,
): Promise<{ document: Promise<FleetDocument> }> {
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
  return { document };
}

async function run(target: string, plan: RunPlan = {}): Promise<FleetDocument> {
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

function outcomesOf({ results }: FleetDocument): Record<string, FleetOutcome> {
  return Object.fromEntries(results.map(({ agent, outcome }) => [agent, outcome]));
}

const subjectOf = (id: Id): string => `pprobe.v1.${fleet}.job.agent.${id}`;
const refusalOf = async (job: object): Promise<string> =>
  (await send(connection, subjectOf('web-1'), JSON.stringify(job), key)).reason ?? 'accepted';

t.before(async () => {
  await broker.start();
  connection = await connectAs(controllerUser);
  const made = await initFleet(connection, fleet);
  t.match(made, { stream: 'PPROBE_RESULTS_core', bucket: 'PPROBE_AGENTS_core', made: true });
  t.match(await initFleet(connection, fleet), { made: false }, 'again, it changes nothing');
});
t.teardown(async () => {
  await Promise.all([...agents.values()].map((agent) => agent.end('SIGKILL')));
  await connection.close();
  await broker.stop();
});

t.test('without an agent there is nobody to ask', async (t) => {
  await t.rejects(run('10.90.0.10:1'), { name: 'CapabilityError', message: 'no agent is there' });
});

t.test('every agent measures, and the reports are compared', async (t) => {
  await Promise.all((['web-1', 'web-2', 'web-3'] as const).map(startAgent));
  const { port, connections } = await mute(t);
  const document = await run(`10.90.0.10:${port}`);
  t.same(validateDocument(document), []);
  t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered', 'web-3': 'answered' });
  t.equal(connections() >= 3, true);
  t.match(document.results[0]?.clock, { offsetMinMs: Number, offsetMaxMs: Number });
  t.match(document.comparison, { findings: [{ kind: 'all-reachable' }] });
  t.match(document.comparison?.reports[0]?.label, /^web-1 \(claims /, 'a hostname is what an agent claims');
  t.same(
    (await run(`10.90.0.10:${port}`, { group: 'edge' })).roster.map(({ agent }) => agent),
    ['web-1', 'web-2'],
  );
});

t.test('a job that is not to be run is refused with its reason, and nothing is sent', async (t) => {
  const { port, connections } = await mute(t);
  const target = `10.90.0.10:${port}`;
  const other = makeControllerKey(directory, 'other');
  const job = jobOf(fleet, target);
  const body = JSON.stringify(job);
  const forged = [
    await send(connection, subjectOf('web-1'), body, other),
    await send(connection, subjectOf('web-1'), body, other, { key: key.id }),
    await send(connection, subjectOf('web-1'), body, key, { signature: '' }),
    await send(connection, subjectOf('web-1'), body, key, { key: '' }),
    await send(connection, subjectOf('web-1'), `${body} `, key, { signature: `${'A'.repeat(86)}==` }),
  ];
  for (const { state, reason } of forged)
    t.match({ state, reason }, { state: 'refused', reason: /^bad-signature/ });
  const hour = 3_600_000;
  const shifted = (byMs: number, forMs: number): object => ({
    ...jobOf(fleet, target),
    issuedAt: new Date(Date.now() + byMs).toISOString(),
    notAfter: new Date(Date.now() + byMs + forMs).toISOString(),
  });
  const cases: [job: object, reason: RegExp][] = [
    ...[
      '169.254.169.254',
      '[::ffff:a9fe:a9fe]',
      '0xa9fea9fe',
      'localhost',
      '127.0.0.1',
      '10.90.0.12',
      'other.example',
    ].map((host): [object, RegExp] => [jobOf(fleet, `${host}:${port}`), /^target-not-allowed/]),
    [jobOf(fleet, '-x; rm'), /^options/],
    [jobOf(fleet, target, { options: { caFile: '/etc/passwd' } }), /^options: .*caFile/],
    [jobOf(fleet, target, { options: { headers: ['a: b'] } }), /^options/],
    [jobOf(fleet, target, { options: { control: '169.254.169.254:80' } }), /^target-not-allowed/],
    [jobOf(fleet, target, { check: 'shell' }), /^unknown-check/],
    [jobOf(fleet, target, { version: 2 }), /^options: version/],
    [jobOf('other', target), /^options: fleet/],
    [jobOf(fleet, target, { reason: 'x'.repeat(9000) }), /^options/],
    [shifted(-60_000, 30_000), /^expired/],
    [shifted(-hour, 60_000), /^clock: .*ahead/],
    [shifted(hour, 60_000), /^clock: .*behind/],
  ];
  for (const [wrong, reason] of cases)
    t.match(await refusalOf(wrong), reason, JSON.stringify(wrong).slice(0, 200));
  t.equal(connections(), 0, 'no packet to the target');
  t.equal(await refusalOf(job), 'accepted', 'the same job, signed');
  t.match(await refusalOf(job), /^repeated/);
  t.equal(
    agentOf('web-1').said.match(/refused bad-signature/g)?.length,
    1,
    'one line for all that are forged',
  );
});

t.test('an address that is denied is not touched, and the allowed one of the same name is', async (t) => {
  const { port } = await mute(t);
  const { results } = await run(`two.example:${port}`, { group: 'edge' });
  const report = results[0]?.report;
  t.same(
    report?.observations.tcp.flatMap(({ attempts }) => attempts.map(({ address }) => address)),
    ['10.90.0.10'],
  );
  t.match(
    report?.skipped.filter(({ step }) => step === 'tcp'),
    [{ step: 'tcp', reason: 'refused: address 127.0.0.1' }],
  );
});

t.test('an agent that is killed while it works is named, and the others are compared', async (t) => {
  const { port } = await mute(t);
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, { deadlineMs: 6000 });
  await agentOf('web-3').end('SIGKILL');
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
  const document = await run(`10.90.0.10:${port}`, { deadlineMs: 2500 });
  t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered', 'web-3': 'silent' });
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
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, { deadlineMs: 5000 });
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

t.test('at the deadline an agent sends what it has', async (t) => {
  const { port } = await mute(t);
  const document = await run(`https://10.90.0.10:${port}/`, { deadlineMs: 4000, group: 'edge' });
  t.match(document.counts, { roster: 2, answered: 2 });
  const report = document.results[0]?.report;
  t.match(report, { stopped: { by: 'time-limit' } });
  t.ok(report?.skipped.some(({ step, reason }) => step === 'http' && reason === 'deadline'));
});

t.test('an interrupt cancels the job, and the agents send what they have', async (t) => {
  const { port, opened } = await mute(t);
  const stop = new AbortController();
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, {
    stop: stop.signal,
    group: 'edge',
  });
  await opened;
  stop.abort();
  const document = await running;
  t.match(document.counts, { roster: 2, answered: 2 });
  t.match(document.results[0]?.report, { stopped: { by: 'request' } });
});

t.test('an agent has the rights of its own subjects and no others', async (t) => {
  const own = await connectAs(evil, '_INBOX_evil');
  t.teardown(() => own.close());
  const refused = async (subject: string): Promise<unknown> =>
    new Promise((resolve) => {
      own.subscribe(subject, { callback: (error) => resolve(error?.name) });
    });
  for (const subject of [
    `pprobe.v1.${fleet}.result.>`,
    '_INBOX.>',
    '_INBOX_web-1.>',
    `$KV.PPROBE_AGENTS_${fleet}.>`,
  ])
    t.equal(await refused(subject), 'PermissionViolationError', subject);
  for (const subject of [`pprobe.v1.${fleet}.result.j.web-1`, `pprobe.v1.${fleet}.job.all`, '$JS.API.INFO'])
    await t.rejects(own.request(subject, '', { timeout: 5000 }), { name: /Error$/ }, subject);
});

t.test('the stream keeps the first result of an agent', async (t) => {
  const own = await connectAs(evil, '_INBOX_evil');
  t.teardown(() => own.close());
  const subject = `pprobe.v1.${fleet}.result.${randomUUID()}.evil`;
  const first = await jetstream(own).publish(subject, 'first', { msgID: 'a' });
  t.equal(first.duplicate, false);
  t.equal((await jetstream(own).publish(subject, 'first', { msgID: 'a' })).duplicate, true);
  await t.rejects(jetstream(own).publish(subject, 'other', { msgID: 'b' }), {
    message: /per subject exceeded/,
  });
  await t.rejects(
    jetstream(own).publish(`${subject.slice(0, -5)}.evil`.replace('..', '.'), Buffer.alloc(600_000), {
      msgID: 'c',
    }),
  );
});

t.test('what a hostile agent sends is invalid, and the others are compared', async (t) => {
  const { port } = await mute(t);
  const own = await connectAs(evil, '_INBOX_evil');
  t.teardown(() => own.close());
  const bodies: [body: (job: string) => Buffer, reason: RegExp][] = [
    [() => gzipSync(Buffer.alloc(200_000_000)), /more than 4194304 octets/],
    [() => Buffer.from('no gzip'), /not gzip/],
    [() => gzipSync('{}'), /not a result/],
    [(job) => result(job, { agent: 'web-1' }), /says it is from "web-1"/],
    [(job) => result(job, { report: { kind: 'report', version: 1 } }), /not a report/],
    [(job) => result(job, { report: { kind: 'report', version: 2 } }), /upgrade/],
  ];
  let next = 0;
  own.subscribe(`pprobe.v1.${fleet}.job.all`, {
    callback: (_error, message) => {
      const { id }: { id: string } = message.json();
      const lie = { state: 'refused', agent: 'web-1', reason: 'busy: not at all' };
      message.respond(JSON.stringify(lie));
      message.respond(JSON.stringify({ state: 'accepted', agent: 'evil', reason: null }));
      const [body] = bodies[next++] ?? [() => Buffer.alloc(0)];
      void jetstream(own).publish(`pprobe.v1.${fleet}.result.${id}.evil`, body(id), { msgID: `${id}/evil` });
    },
  });
  for (const [, reason] of bodies) {
    own.publish(`$KV.PPROBE_AGENTS_${fleet}.evil`, '{"groups":["\\u001b[31m"],"host":7}');
    await own.flush();
    const document = await run(`10.90.0.10:${port}`);
    t.match(outcomesOf(document), {
      evil: 'invalid',
      'web-1': 'answered',
      'web-2': 'answered',
      'web-3': 'answered',
    });
    t.match(document.results.find(({ agent }) => agent === 'evil')?.reason, reason);
  }
});

t.test('SIGTERM ends an agent when its job is over', async (t) => {
  const { port } = await mute(t);
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, {
    group: 'edge',
    deadlineMs: 30_000,
  });
  t.equal(await agentOf('web-1').end(), 0);
  t.match((await running).counts, { roster: 2, answered: 2 });
});

/** The message of a result, with members of its own. */
function result(job: string, more: object): Buffer {
  const at = new Date().toISOString();
  const times = { receivedAt: at, startedAt: at, finishedAt: at, monotonicMs: 1 };
  return gzipSync(
    JSON.stringify({
      kind: 'fleet-result',
      version: 1,
      job,
      agent: 'evil',
      outcome: 'report',
      ...times,
      ...more,
    }),
  );
}
