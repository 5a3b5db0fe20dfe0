import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { readConfiguration } from '../../src/aws/read-configuration.js';
import type { OpenSession } from '../../src/aws/session.js';
import { diagnose } from '../../src/diagnose/diagnose.js';
import { type ReadFacts, startReading } from '../../src/diagnose/reading.js';
import type { KnownEnds } from '../../src/documents/known-ends.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { closedTcpPort } from '../closed-port.js';
import { VirtualClock } from '../simulation/virtual-clock.js';
import { factsOf } from './configuration/vpc.js';

/** Options that keep a diagnosis on loopback and short. */
const quick = { trace: false, http: false, imds: false } as const;

test('reading begins with the packets, is told the addresses, and its facts are in the report', async (t) => {
  let seen: KnownEnds | null = null;
  const readFacts: ReadFacts = async (_target, ends) => {
    seen = await ends;
    return factsOf();
  };
  const report = await diagnose(`127.0.0.1:${await closedTcpPort()}`, {
    ...quick,
    readFacts,
    source: '127.0.0.1',
  });
  t.same(seen, { addresses: ['127.0.0.1'], own: ['127.0.0.1'], identities: [] });
  t.match(report.observations.configuration, { kind: 'facts', account: '123456789012' });
});

test('reading that does not end is ended after the packets, with what is known', async (t) => {
  const readFacts: ReadFacts = (_target, _ends, stop) =>
    new Promise((resolve) => stop.addEventListener('abort', () => resolve(factsOf({}, { ec2: {} }))));
  const report = await diagnose(`127.0.0.1:${await closedTcpPort()}`, { ...quick, readFacts });
  t.equal(report.verdict.cause, 'tcp.refused');
  t.same(report.observations.configuration?.ec2, {});
});

test('reading that makes progress goes on, and a step has an end', async (t) => {
  const waitMs = 2500;
  const waits: ReadFacts = async (_target, _ends, stop, requests, onProgress) => {
    await requests;
    onProgress(waitMs);
    await sleep(waitMs);
    return stop.aborted ? null : factsOf();
  };
  const port = await closedTcpPort();
  const report = await diagnose(`127.0.0.1:${port}`, { ...quick, readFacts: waits });
  t.equal(report.observations.configuration?.kind, 'facts');
  const isStuck: ReadFacts = async (_target, _ends, stop, requests, onProgress) => {
    await requests;
    onProgress(1e9);
    await new Promise((resolve) => stop.addEventListener('abort', resolve));
    return null;
  };
  const stuck = await diagnose(`127.0.0.1:${port}`, { ...quick, readFacts: isStuck });
  t.equal(stuck.verdict.cause, 'tcp.refused');
});

test('a reader that ignores its stop signal, or always makes progress, does not hold the report', async (t) => {
  const port = await closedTcpPort();
  const deaf: ReadFacts = () => new Promise(() => {});
  const stopped = new AbortController();
  stopped.abort();
  const busy: ReadFacts = async (_target, _ends, _stop, requests, onProgress) => {
    await requests;
    const timer = setInterval(() => onProgress(1000), 200);
    timer.unref();
    t.teardown(() => clearInterval(timer));
    return new Promise(() => {});
  };
  const reports = await Promise.all([
    diagnose(`127.0.0.1:${port}`, { ...quick, readFacts: deaf }),
    diagnose(`127.0.0.1:${port}`, { ...quick, readFacts: deaf, stop: stopped.signal }),
    diagnose(`127.0.0.1:${port}`, { ...quick, readFacts: busy }),
  ]);
  const [ended, , lively] = reports;
  for (const { observations } of reports) t.equal(observations.configuration, null);
  for (const report of [ended, lively]) t.equal(report?.verdict.cause, 'tcp.refused');
});

test('where nothing can be read, the report is that of the packets', async (t) => {
  const report = await diagnose(`127.0.0.1:${await closedTcpPort()}`, {
    ...quick,
    readFacts: async () => null,
  });
  t.equal(report.observations.configuration, null);
  t.equal(report.verdict.cause, 'tcp.refused');
});

test('a fault of the reader is an error, and a wrong option ends reading', async (t) => {
  const port = await closedTcpPort();
  await t.rejects(
    diagnose(`127.0.0.1:${port}`, { ...quick, readFacts: () => Promise.reject(new Error('a bug')) }),
    { message: 'a bug' },
  );
  let isOver = false;
  const readFacts: ReadFacts = async (_target, ends, stop) => {
    await ends;
    isOver = stop.aborted;
    return null;
  };
  await t.rejects(diagnose('127.0.0.1:9', { ...quick, readFacts, ca: 'no certificate' }));
  t.ok(isOver);
});

/** AWS that accepts every call, and answers none until the session is closed. */
const silentAws: OpenSession = ({ region }) => {
  const ended = { code: 'SessionClosed', httpStatus: null, contentType: null, message: '' };
  const closed = new AbortController();
  const over = new Promise<void>((resolve) => closed.signal.addEventListener('abort', () => resolve()));
  return {
    ready: Promise.resolve(),
    prepare: async () => ({ credentials: { source: 'a test', expiresMs: null }, region }),
    call: () => over.then(() => ({ failure: ended })),
    close: () => closed.abort(),
  };
};

test('a silent AWS costs at most two seconds after the last packet, whenever that comes', async (t) => {
  const target = parseTarget('https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod');
  for (const packetsMs of [0, 20, 1500, 5000]) {
    const clock = new VirtualClock();
    const readFacts: ReadFacts = async (each, ends, stop, _requests, onProgress) => {
      const options = { open: silentAws, stop, onProgress, timeoutMs: 600_000 };
      return (await readConfiguration(each, ends, options)).facts;
    };
    const reading = startReading(readFacts, target, undefined, clock);
    reading.onEnds(Promise.resolve({ addresses: ['10.0.1.5'], own: [], identities: [] }));
    await clock.runUntil(new Promise<void>((resolve) => void clock.after(packetsMs, resolve)));
    const facts = await clock.runUntil(reading.finish([]));
    t.ok(clock.now() - packetsMs <= 2000, `${clock.now()} ms, and the packets took ${packetsMs}`);
    t.ok((facts?.calls.length ?? 0) > 2, 'what was asked is told');
    t.ok(facts?.calls.every(({ status }) => status === 'silent'));
  }
});
