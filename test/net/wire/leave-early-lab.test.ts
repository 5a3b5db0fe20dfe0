import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { labUnavailable, startLab } from '../../lab/lab.js';

const unavailable = await labUnavailable();

t.test('no socket stays open, however a trace is ended', { skip: unavailable ?? false }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { addresses } = lab.facts;
  const library = pathToFileURL(join(process.cwd(), 'dist/index.js')).href;
  // Also a network that drops everything: there, traces are ended while probes are in flight.
  await lab.break('security-group');
  for (const [what, { ipv4 }] of Object.entries({ quick: addresses.public, silent: addresses.eniA })) {
    for (const method of ['syn', 'connect']) {
      const argv = [process.execPath, 'test/net/wire/leave-early.mjs', library, ipv4, method, what];
      const { stdout, stderr } = await lab.exec('client', argv);
      t.equal(stderr, '');
      const left = JSON.parse(stdout || '{}') as Record<string, number>;
      t.equal(Object.keys(left).length, 9);
      for (const [way, count] of Object.entries(left)) t.equal(count, 0, `${what}, ${method}: ${way}`);
    }
  }
});
