import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { initFleet } from '../../../src/fleet/nats/init.js';
import { FleetNames } from '../../../src/fleet/nats/names.js';
import { presentAgents } from '../../../src/fleet/nats/roster.js';
import { fleetText } from '../../../src/report/text/fleet.js';
import { validateDocument } from '../../documents/validate.js';
import { address, reply, serve } from '../../probe/dns/server.js';
import { plain } from '../../report/documents.js';
import { agentOf, connection, mute, outcomesOf, run, runningEverywhere, startAgent } from './lab.js';

/** What agents measure, and how they are held back. */

t.test('without an agent there is nobody to ask', async (t) => {
  await t.rejects(run('10.90.0.10:1'), { name: 'CapabilityError', message: 'no agent is there' });
});

t.test('every agent measures, and the reports are compared', async (t) => {
  await Promise.all((['web-1', 'web-2', 'web-3'] as const).map((id) => startAgent(id)));
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

t.test('an agent that says at this moment that it is there is in the list all the same', async (t) => {
  const names = new FleetNames('beating');
  await initFleet(connection, 'beating', 2 ** 20);
  const beat = (): void => connection.publish(names.presence('host-1'), '{}');
  beat();
  await connection.flush();
  const seen = new Set<string>();
  for (let round = 0; round < 200; round += 1) {
    const reading = presentAgents(connection, names, 'beating');
    // At another moment of the reading each time.
    await delay(round % 5);
    beat();
    seen.add((await reading).map(({ agent }) => agent).join());
  }
  t.same([...seen], ['host-1']);
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

t.test('at the deadline an agent sends what it has', async (t) => {
  const { port } = await mute(t);
  const document = await run(`https://10.90.0.10:${port}/`, { deadlineMs: 8000, group: 'edge' });
  t.match(document.counts, { roster: 2, answered: 2 });
  const report = document.results[0]?.report;
  t.match(report, { stopped: { by: 'time-limit' } });
  t.ok(report?.skipped.some(({ step, reason }) => step === 'http' && reason === 'deadline'));
});

t.test('a deadline before the end of the trace: it is told, and the verdict is less certain', async (t) => {
  await agentOf('web-3').end();
  // What is sent to the target is lost, and this agent sends a packet a second: a trace is more than it can do.
  await startAgent('web-3', { limits: { packetsPerSecond: 1 } });
  const options = { trace: true, timeoutMs: 1000 };
  const document = await run('10.91.0.5:443', { deadlineMs: 8000, options });
  t.match(document.counts, { roster: 3, answered: 3 });
  const [whole, , partial] = document.results.map(({ report }) => report);
  t.match(whole?.verdict, { cause: 'tcp.timeout-all', confidence: 'medium' });
  t.match(partial, {
    stopped: { by: 'time-limit' },
    observations: { trace: [{ outcome: 'interrupted' }] },
    verdict: { confidence: 'low' },
  });
  t.notOk(
    partial?.skipped.some(({ step }) => step === 'http'),
    'no request would have been made of it',
  );
  t.match(fleetText(document, plain), /web-3 .*INCONCLUSIVE[\s\S]*stopped after/);
  await agentOf('web-3').end();
  await startAgent('web-3');
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

t.test('a name whose answers change between an allowed and a denied address', async (t) => {
  const { port, addresses, release } = await mute(t);
  release();
  const places = ['10.90.0.10', '127.0.0.1'];
  let answered = 0;
  await serve(
    t,
    (query) => [
      reply(query, {
        answers: query.type === 'A' ? [address(query.name, places[answered++ % 2] ?? '', 0)] : [],
      }),
    ],
    { host: '10.90.0.12', port: 53 },
  );
  const { results } = await run(`https://rebound.example:${port}/`, {
    group: 'edge',
    options: { trace: true },
  });
  t.ok(answered >= 2, 'both answers were given');
  const used = results.flatMap(({ report }) =>
    (report?.observations.tcp ?? []).flatMap(({ attempts }) => attempts.map((each) => each.address)),
  );
  t.notOk([...addresses, ...used].includes('127.0.0.1'), 'no packet to the denied address');
  t.ok(
    results.every(
      ({ reason, report }) =>
        reason === 'address 127.0.0.1' ||
        report?.skipped.some((each) => each.reason === 'refused: address 127.0.0.1') ||
        used.includes('10.90.0.10'),
    ),
    JSON.stringify(results.map(({ reason, report }) => [reason, report?.skipped])),
  );
});

t.test(
  'masks of different agents are the same for the same value, and those of another job are not',
  async (t) => {
    const { port } = await mute(t);
    const masked = async (): Promise<string[]> => {
      const document = await run(`10.90.0.10:${port}`, { group: 'edge', options: { redact: true } });
      t.match(document.comparison, { findings: [{ kind: 'all-reachable' }] });
      t.notMatch(JSON.stringify(document.results), /10\.90\.0\.10/);
      return document.results.map(
        ({ report }) => report?.observations.tcp[0]?.attempts[0]?.address ?? 'none',
      );
    };
    const [first = '', second] = await masked();
    t.not(first, 'none');
    t.equal(second, first);
    t.notMatch(await masked(), [first]);
  },
);

t.test('an agent sends no more packets a second than it may', async (t) => {
  await agentOf('web-3').end();
  await startAgent('web-3', { limits: { packetsPerSecond: 1 } });
  const { port } = await mute(t);
  const { results } = await run(`10.90.0.10:${port}`, { options: { trace: true } });
  const slow = results.find(({ agent }) => agent === 'web-3')?.report;
  const { tcp = [], trace = [] } = slow?.observations ?? {};
  const packets =
    tcp.flatMap(({ attempts }) => attempts).length +
    trace.flatMap(({ hops }) => hops.flatMap(({ probes }) => probes)).length;
  t.ok(packets >= 3, `${packets} packets`);
  const ms = slow?.durationMs ?? 0;
  t.ok(ms >= (packets - 1) * 1000, `${ms} ms for ${packets} packets`);
  await agentOf('web-3').end();
  await startAgent('web-3');
});
