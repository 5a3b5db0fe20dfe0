import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { labUnavailable, startLab } from '../../lab/lab.js';

const unavailable = await labUnavailable();

t.test('however a trace is left, no socket stays open', { skip: unavailable ?? false }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { addresses } = lab.facts;
  const library = pathToFileURL(join(process.cwd(), 'dist/index.js')).href;
  // A closed network as well as an open one: there, everything is left while probes are under way.
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
