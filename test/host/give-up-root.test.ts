import t from 'tap';
import { sudoInvoker } from '../../src/host/privileges.js';

t.test('the user behind sudo is who its variables name', async (t) => {
  t.same(sudoInvoker({ SUDO_UID: '1000', SUDO_GID: '1001' }), { uid: 1000, gid: 1001 });
  t.equal(sudoInvoker({}), null);
  t.equal(sudoInvoker({ SUDO_UID: '1000' }), null, 'half of it is nobody');
  t.equal(sudoInvoker({ SUDO_UID: '0', SUDO_GID: '0' }), null, 'root itself ran it');
  t.equal(sudoInvoker({ SUDO_UID: '-1', SUDO_GID: '0' }), null);
  t.equal(sudoInvoker({ SUDO_UID: '1e3', SUDO_GID: '0' }), null);
  t.equal(
    sudoInvoker({ SUDO_UID: '4294967295', SUDO_GID: '5' }),
    null,
    '-1 would change nothing (setuid(2))',
  );
});
