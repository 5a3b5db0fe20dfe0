import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import t, { type Test } from 'tap';
import { exitCodeOf, exitCodes } from '../../src/documents/terms/exit-code.js';
import {
  connect,
  type DiagnoseOptions,
  diagnose,
  explain,
  observe,
  type ReportDocument,
  resolve,
  trace,
} from '../../src/index.js';
import { validateDocument } from '../documents/validate.js';
import { address, reply, serve } from '../probe/dns/server.js';
import { listen, listenSilently } from '../probe/tcp/listeners.js';
import { authorityPem, identities, serverName } from '../probe/tls/certificates.js';
import { listenTls } from '../probe/tls/servers.js';

/** As AbortSignal.timeout() aborts. */
function timeLimit(): DOMException {
  return new DOMException('the time is over', 'TimeoutError');
}

/** Diagnoses until the measurement tells progress that matches. */
function diagnoseUntil(line: RegExp, target: string, options: DiagnoseOptions): Promise<ReportDocument> {
  const stop = new AbortController();
  return diagnose(target, {
    trace: false,
    ...options,
    stop: stop.signal,
    onProgress: (message) => void (line.test(message) && setImmediate(() => stop.abort(timeLimit()))),
  });
}

function answering(t: Test) {
  return serve(t, (asked) => [
    reply(asked, { answers: asked.type === 'A' ? [address(serverName, '127.0.0.1')] : [] }),
  ]);
}

t.test(
  'a stop in each phase gives a report with the phases before it, and no verdict on what was cut off',
  async (t) => {
    const silentResolver = await serve(t, () => []);
    const resolver = await answering(t);
    const closedToAll = await listenSilently(t);
    const mute = await listen(t, (socket) => socket.resume());
    const noAnswer = await listenTls(t, identities.valid, (socket) => socket.resume());
    const url = (port: number) => `https://${serverName}:${port}/prod`;
    const cases: [phase: string, until: RegExp, port: number, servers: string[], open: boolean][] = [
      ['dns', /resolving/, 443, [silentResolver.text], false],
      ['tcp', /connecting/, closedToAll.port, [resolver.text], false],
      ['tls', /TLS handshake/, mute.port, [resolver.text], true],
      ['http', /requesting/, noAnswer.port, [resolver.text], true],
    ];
    for (const [phase, until, port, servers, isOpen] of cases) {
      const report = await diagnoseUntil(until, url(port), {
        dns: { servers, timeoutMs: 60_000 },
        ca: authorityPem,
        timeoutMs: 60_000,
      });
      t.same(validateDocument(report), [], phase);
      t.match(report.stopped, { by: 'time-limit' }, phase);
      t.ok((report.stopped?.afterMs ?? Number.NaN) <= report.durationMs, phase);
      t.match(report.verdict, { class: 'inconclusive', cause: 'none' }, phase);
      t.match(report.verdict.summary, /stopped/, phase);
      t.equal(exitCodeOf(report), exitCodes.inconclusive, phase);
      t.equal(
        report.observations.tcp.some(({ status }) => status === 'open'),
        isOpen,
        phase,
      );
      const again = explain(JSON.stringify(report));
      t.same(again.stopped, report.stopped, phase);
      t.equal(again.verdict.summary, report.verdict.summary, phase);
    }
  },
);

t.test('a stop after the end changes nothing; a stop before the start measures nothing', async (t) => {
  const { port } = await listen(t, (socket) => socket.destroy());
  const stop = new AbortController();
  const done = await diagnose(`127.0.0.1:${port}`, { stop: stop.signal, timeoutMs: 60_000 });
  stop.abort(timeLimit());
  t.equal(done.stopped, undefined);
  t.not(done.verdict.class, 'inconclusive');
  const nothing = await diagnose(`127.0.0.1:${port}`, { stop: AbortSignal.abort() });
  t.match(nothing, { stopped: { by: 'request' }, verdict: { class: 'inconclusive' } });
});

t.test('observe, connect, resolve and trace end with what they know, and `signal` rejects', async (t) => {
  const { port } = await listenSilently(t);
  const resolver = await serve(t, () => []);
  const stop = new AbortController();
  const limits = { stop: stop.signal };
  const servers = [resolver.text];
  let attempts = 0;
  const onAttempt = () => {
    attempts += 1;
  };
  subscribe('pprobe:tcp:attempt', onAttempt);
  t.teardown(() => unsubscribe('pprobe:tcp:attempt', onAttempt));
  const ending = Promise.all([
    observe(`127.0.0.1:${port}`, { ...limits, timeoutMs: 60_000, trace: false }),
    connect('127.0.0.1', port, { ...limits, timeoutMs: 60_000 }),
    resolve('a.test', { ...limits, servers, timeoutMs: 60_000 }),
    trace('a.test', { ...limits, port, dns: { servers, timeoutMs: 60_000 } }),
  ]);
  // All four wait for an answer: two for a SYN-ACK, two for replies to A and AAAA.
  while (attempts < 2 || resolver.asked.length < 4) await new Promise(setImmediate);
  stop.abort(timeLimit());
  const [observed, connected, resolved, traced] = await ending;
  t.match(observed, { stopped: { by: 'time-limit' }, observations: { tcp: [{ status: 'error' }] } });
  t.match(connected, { stopped: { by: 'time-limit' }, status: 'error', attempts: [{ errno: 'ECANCELED' }] });
  t.match(resolved, { status: 'error' });
  t.match(traced, { stopped: { by: 'time-limit' }, outcome: 'interrupted', stoppedBy: 'abort' });
  for (const document of [connected, resolved, traced]) {
    t.same(validateDocument(document), []);
  }
  t.same([connected, traced].map(exitCodeOf), [exitCodes.inconclusive, exitCodes.inconclusive]);
  const signal = AbortSignal.abort(new Error('enough'));
  await t.rejects(connect('127.0.0.1', port, { signal }), /enough/);
  await t.rejects(diagnose(`127.0.0.1:${port}`, { signal }), /enough/);
});
