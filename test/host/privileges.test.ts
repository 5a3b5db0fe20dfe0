import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { parseCapabilitySets, readPrivileges, sudoInvoker } from '../../src/host/privileges.js';
import { runs } from '../runs.js';

t.test('capabilities are parsed from the bits of the sets', async (t) => {
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

t.test('without /proc the privileges are unknown, not denied', async (t) => {
  const privileges = await readPrivileges(join(t.testdir({}), 'status'));
  t.match(privileges, { capNetRaw: null, capNetAdmin: null, capNetRawPermitted: null });
  t.equal(privileges.uid, process.geteuid?.() ?? null);
});

t.test('no text makes the parser throw', async () => {
  const text = fc
    .tuple(fc.string(), fc.string())
    .map(([first, second]) => `CapEff:${first}\nCapPrm: ${second}`);
  fc.assert(
    fc.property(text, (status) => {
      const sets = parseCapabilitySets(status);
      return sets === null || sets.effective >= 0n;
    }),
    { numRuns: runs(2000) },
  );
});

t.test('on Linux the privileges are known', { skip: process.platform !== 'linux' }, async (t) => {
  t.type((await readPrivileges()).capNetRaw, 'boolean');
});

t.test('the invoker of sudo is the user in its variables', async (t) => {
  t.same(sudoInvoker({ SUDO_UID: '1000', SUDO_GID: '1001' }), { uid: 1000, gid: 1001 });
  t.equal(sudoInvoker({}), null);
  t.equal(sudoInvoker({ SUDO_UID: '1000' }), null, 'one variable is not enough');
  t.equal(sudoInvoker({ SUDO_UID: '0', SUDO_GID: '0' }), null, 'root itself ran it');
  t.equal(sudoInvoker({ SUDO_UID: '-1', SUDO_GID: '0' }), null);
  t.equal(sudoInvoker({ SUDO_UID: '1e3', SUDO_GID: '0' }), null);
  t.equal(sudoInvoker({ SUDO_UID: '4294967295', SUDO_GID: '5' }), null, 'setuid(2) reserves -1');
});
