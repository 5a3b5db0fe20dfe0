import t from 'tap';
import { CapabilityError, InvalidInputError } from '../../src/core/errors.js';
import { skippedOf, startBranches } from '../../src/observe/branches.js';
import { type ObserveOptions, observe } from '../../src/observe/observe.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { listen, listenSilently, openSockets } from '../probe/tcp/listeners.js';

const reason = new Error('enough');

t.test('an abort in the middle of a connection, and of a handshake, leaves no socket', async (t) => {
  const silent = await listenSilently(t);
  const mute = await listen(t, (socket) => socket.resume());
  for (const { port } of [silent, mute]) {
    const abort = new AbortController();
    const running = observe(parseTarget(`https://127.0.0.1:${port}/`), {
      signal: abort.signal,
      trace: false,
      dns: { servers: ['127.0.0.1'] },
      onProgress(message) {
        // Told before the work begins; by then it has begun.
        if (/handshake|connecting/.test(message)) setImmediate(() => abort.abort(reason));
      },
    });
    await t.rejects(running, reason);
  }
  // What is left is the listeners' side of connections that are being closed.
  t.ok((await openSockets()).length <= 2);
  await t.rejects(observe(parseTarget('127.0.0.1:1'), { signal: AbortSignal.abort(reason) }), reason);
});

t.test('an error of a callback ends the measurements and comes out once, with no socket left', async (t) => {
  const { port } = await listenSilently(t);
  // What looks like a limit of this host is none where the caller's own code throws it.
  const errors = [
    new Error('of the caller'),
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }),
    new CapabilityError('screen', 'the caller has no screen'),
  ];
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', onUnhandled);
  for (const error of errors) {
    let calls = 0;
    const fail = (): never => {
      calls += 1;
      throw error;
    };
    const failAt = (word: RegExp) => (text: string) => void (word.test(text) && fail());
    const callbacks: ObserveOptions[] = [
      { onProgress: failAt(/resolving/) },
      { onProgress: failAt(/connecting/) },
      { onEnds: fail },
      { permit: (address) => address !== '127.0.0.1' || fail() },
    ];
    for (const callback of callbacks) {
      calls = 0;
      const before = (await openSockets()).length;
      const running = observe(`127.0.0.1:${port}`, {
        imds: false,
        timeoutMs: 60_000,
        control: { host: '127.0.0.1', port },
        dns: { timeoutMs: 60_000 },
        ...callback,
      });
      const ended = await running.then(
        () => 'no error',
        (thrown: unknown) => thrown,
      );
      t.equal(ended, error, `${Object.keys(callback)}: ${error.message}`);
      t.equal(calls, 1);
      t.ok((await openSockets()).length <= before + 4, 'only the ends of the listener');
    }
  }
  await new Promise(setImmediate);
  process.off('unhandledRejection', onUnhandled);
  t.same(unhandled, []);
});

t.test('a stop in the middle keeps what was measured, and leaves no socket', async (t) => {
  const { port } = await listenSilently(t);
  const stop = new AbortController();
  const { observations } = await observe(parseTarget(`127.0.0.1:${port}`), {
    stop: stop.signal,
    trace: false,
    onProgress: (message) => void (/connecting/.test(message) && setImmediate(() => stop.abort())),
  });
  t.match(observations.tcp, [{ attempts: [{ status: 'error', errno: 'ECANCELED' }] }]);
});

t.test('an InvalidInputError of one branch ends the others at once', async (t) => {
  const branches = startBranches(undefined, undefined);
  const { signals } = branches;
  const other = branches.run(
    'tcp',
    () =>
      new Promise((_, reject) => {
        signals.signal.addEventListener('abort', () => reject(signals.signal.reason));
      }),
  );
  await branches.run('dns', async () => {
    throw new InvalidInputError('host', 'host: bad');
  });
  await other;
  t.throws(() => branches.throwIfFailed(), { code: 'invalid-input' });
});

t.test('what this host cannot do is skipped once and ends no other step', async (t) => {
  const branches = startBranches(undefined, undefined);
  const lacking = async () => {
    throw new CapabilityError('koffi', 'koffi is missing', 'npm install koffi');
  };
  const outcomes = [
    ...(await Promise.all([branches.run('trace', lacking), branches.run('trace', lacking)])),
    await branches.run('tcp', async () => {
      throw Object.assign(new Error('socket EMFILE'), { code: 'EMFILE', syscall: 'socket' });
    }),
  ];
  branches.throwIfFailed();
  t.same(skippedOf(outcomes), [
    { step: 'trace', reason: 'koffi is missing', missing: 'koffi', remedy: 'npm install koffi' },
    { step: 'tcp', reason: 'socket EMFILE (EMFILE)' },
  ]);
});

t.test('the caller’s signals get one listener each', async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const abort = new AbortController();
  const { port } = await listen(t, (socket) => socket.end());
  for (let time = 0; time < 12; time += 1) {
    await observe(parseTarget(`127.0.0.1:${port}`), {
      signal: abort.signal,
      stop: abort.signal,
      trace: false,
    });
  }
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  t.same(warnings, []);
});
