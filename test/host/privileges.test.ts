import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { parseCapabilitySets, readPrivileges } from '../../src/host/privileges.js';

t.test('capabilities are read from their bits', async (t) => {
  const folder = t.testdir({
    root: 'Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n',
    user: 'CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n',
    raw: 'CapPrm:\t0000000000002000\nCapEff:\t0000000000002000\n',
    waiting: 'CapPrm:\t0000000000002000\nCapEff:\t0000000000001000\n',
  });
  t.match(await readPrivileges(join(folder, 'root')), {
    capNetRaw: true,
    capNetAdmin: true,
    capNetRawPermitted: true,
  });
  t.match(await readPrivileges(join(folder, 'user')), { capNetRaw: false, capNetAdmin: false });
  t.match(await readPrivileges(join(folder, 'raw')), { capNetRaw: true, capNetAdmin: false });
  t.match(await readPrivileges(join(folder, 'waiting')), {
    capNetRaw: false,
    capNetRawPermitted: true,
    capNetAdmin: true,
  });
});

t.test('where there is no /proc, what may be done is unknown, not denied', async (t) => {
  const privileges = await readPrivileges(join(t.testdir({}), 'status'));
  t.match(privileges, { capNetRaw: null, capNetAdmin: null, capNetRawPermitted: null });
  t.equal(privileges.uid, process.geteuid?.() ?? null);
});

t.test('any text is read, none throws', async () => {
  const text = fc
    .tuple(fc.string(), fc.string())
    .map(([first, second]) => `CapEff:${first}\nCapPrm: ${second}`);
  fc.assert(
    fc.property(text, (status) => {
      const sets = parseCapabilitySets(status);
      return sets === null || sets.effective >= 0n;
    }),
    { numRuns: 2000 },
  );
});

t.test('on Linux this process knows its own', { skip: process.platform !== 'linux' }, async (t) => {
  t.type((await readPrivileges()).capNetRaw, 'boolean');
});
