import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import t from 'tap';
import type { FleetDocument } from '../../../src/documents/fleet.js';
import { parseReport } from '../../../src/documents/saved-report.js';
import { fleetText } from '../../../src/report/text/fleet.js';
import { samples } from '../../documents/samples.js';
import { plain } from '../../report/documents.js';
import { AgentProcess, jobOf, makeControllerKey, send } from '../agents.js';
import {
  agentOf,
  broker,
  command,
  config,
  connectAs,
  connection,
  directory,
  evil,
  fleet,
  key,
  mute,
  outcomesOf,
  refusalOf,
  run,
  runningEverywhere,
  subjectOf,
  users,
} from './lab.js';

/** What is forged, repeated, hostile or not permitted. */

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
      '[64:ff9b::169.254.169.254]',
      '[64:ff9b:1::7f00:1]',
      '[2002:a9fe:a9fe::1]',
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
  // A subject of its own: the stream has nothing against it but its size.
  const large = `pprobe.v1.${fleet}.result.${randomUUID()}.evil`;
  await t.rejects(jetstream(own).publish(large, Buffer.alloc(600_000), { msgID: 'c' }), {
    name: 'JetStreamApiError',
    message: /message size exceeds maximum allowed/,
  });
  t.equal((await jetstream(own).publish(large, Buffer.alloc(500_000), { msgID: 'c' })).duplicate, false);
});

t.test(
  'two processes with one id: the first result stays, and the second is told as a conflict',
  async (t) => {
    const own = join(directory, 'twin');
    mkdirSync(own);
    const { seedFile, groups } = users['web-1'];
    const place = { directory: own, server: broker.url, fleet, id: 'web-1', seedFile };
    const twin = new AgentProcess({ ...place, config: { ...config, groups } });
    t.teardown(() => twin.end('SIGKILL'));
    await twin.says(/is connected/);
    const { port } = await mute(t);
    const document = await run(`10.90.0.10:${port}`, { group: 'edge' });
    t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered' });
    const conflict = new RegExp(`job=${document.job.id} conflict: `);
    await Promise.race([twin.says(conflict), agentOf('web-1').says(conflict)]);
  },
);

/** A report whose host has this name. */
function named(hostname: string): object {
  return { ...samples.report, vantage: { ...samples.report.vantage, hostname } };
}

/** A report of a trace with so many hops. */
function withHops(count: number): object {
  const { observations } = samples.report;
  const [hop] = samples.trace.hops;
  const trace = { ...samples.trace, hops: Array.from({ length: count }, () => ({ ...hop, probes: [] })) };
  return { ...samples.report, observations: { ...observations, trace: [trace] } };
}

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
    [(job) => result(job, { report: named('h'.repeat(200_000)) }), /not a report/],
    [(job) => result(job, { report: withHops(50_000) }), /not a report/],
    [(job) => result(job, { agent: '\u001b[2J\u009b31m' }), /says it is from/],
  ];
  // With an ordinary name and few hops, these are reports.
  for (const report of [named('web-9'), withHops(3)])
    t.equal(parseReport(JSON.stringify(report)).kind, 'report');
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
    const row = document.results.find(({ agent }) => agent === 'evil');
    t.match(row?.reason, reason);
    const text = fleetText(document, plain);
    t.ok(text.length < 20_000, 'no hostile text in its whole length');
    t.notOk(/\p{Cc}/u.test(text.replaceAll('\n', '')), 'no control character is printed');
  }
});

t.test('an agent that claims to be another host is told as itself, and its claim as a claim', async (t) => {
  const { port } = await mute(t);
  const own = await connectAs(evil, '_INBOX_evil');
  t.teardown(() => own.close());
  const document = await withScripted(own, `10.90.0.10:${port}`, (job) =>
    result(job, { report: { ...named('web-1'), reportId: undefined } }),
  );
  t.match(outcomesOf(document), { evil: 'answered', 'web-1': 'answered', 'web-2': 'answered' });
  const labels = document.comparison?.reports.map(({ label }) => label) ?? [];
  t.ok(labels.includes('evil (claims web-1)'), labels.join());
  t.equal(labels.filter((label) => label.startsWith('web-1')).length, 1, 'the other one stays itself');
  t.match(fleetText(document, plain), /^ +evil \(claims web-1\)/m);
});

t.test(
  'agents of other versions: what is older is read, what is newer is named, and neither holds up the others',
  async (t) => {
    const { port } = await mute(t);
    const own = await connectAs(evil, '_INBOX_evil');
    t.teardown(() => own.close());
    const { reportId, gates, ...old } = samples.report;
    const older = { ...old, tool: { name: 'pprobe', version: '0.1.0' } };
    const first = await withScripted(own, `10.90.0.10:${port}`, (job) => result(job, { report: older }));
    t.match(outcomesOf(first), { evil: 'answered', 'web-1': 'answered' });
    const later = { ...samples.report, version: 2 };
    const second = await withScripted(own, `10.90.0.10:${port}`, (job) => result(job, { report: later }));
    t.match(outcomesOf(second), { evil: 'invalid', 'web-1': 'answered' });
    t.match(fleetText(second, plain), /invalid +evil: not a report: it is of version 2, .*upgrade/s);
    t.notOk(
      second.comparison?.reports.some(({ label }) => label.startsWith('evil')),
      'it is not compared',
    );
    const third = await withScripted(own, `10.90.0.10:${port}`, (job) => result(job, { version: 2 }));
    t.match(third.results.find(({ agent }) => agent === 'evil')?.reason, 'version 2; upgrade the controller');
    const fourth = await withScripted(own, `10.90.0.10:${port}`, null);
    t.match(
      fourth.results.find(({ agent }) => agent === 'evil'),
      { outcome: 'refused', reason: 'unknown-check: "diagnose"' },
    );
    const { stdout } = await command('fleet', 'agents').finished;
    t.match(stdout, /evil/, 'an agent that says nothing of itself is in the list');
  },
);

t.test('SIGTERM ends an agent when its job is over', async (t) => {
  const { port } = await mute(t);
  const { document: running } = await runningEverywhere(`https://10.90.0.10:${port}/`, {
    group: 'edge',
    deadlineMs: 30_000,
  });
  t.equal(await agentOf('web-1').end(), 0);
  t.match((await running).counts, { roster: 2, answered: 2 });
});

/** A job for the fleet with an agent that answers it with this result, or, with null, that it does not know the check. */
async function withScripted(
  own: NatsConnection,
  target: string,
  body: ((job: string) => Buffer) | null,
): Promise<FleetDocument> {
  const listening = own.subscribe(`pprobe.v1.${fleet}.job.all`, {
    callback: (_error, message) => {
      const { id }: { id: string } = message.json();
      const state = body === null ? 'refused' : 'accepted';
      message.respond(JSON.stringify({ state, agent: 'evil', reason: 'unknown-check: "diagnose"' }));
      if (body !== null)
        void jetstream(own).publish(`pprobe.v1.${fleet}.result.${id}.evil`, body(id), {
          msgID: `${id}/evil`,
        });
    },
  });
  // As old as an agent can be: it says nothing of itself.
  own.publish(`$KV.PPROBE_AGENTS_${fleet}.evil`, '{}');
  await own.flush();
  const document = await run(target);
  listening.unsubscribe();
  return document;
}

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
