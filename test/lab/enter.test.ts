import t from 'tap';
import { enterCommand } from './enter.js';

t.test('enterCommand: the directory and the user, with exec only', async (t) => {
  const command = enterCommand({ pid: 42, mode: 'root' }, 'client', ['id', '-u'], {
    cwd: '/tmp',
    uid: 65534,
  });
  t.strictSame(command, [
    'nsenter',
    '--target=42',
    '--mount',
    '--net=/proc/42/root/run/netns/client',
    'env',
    '--chdir=/tmp',
    'setpriv',
    '--pdeathsig=KILL',
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    '--inh-caps=-all',
    '--',
    'id',
    '-u',
  ]);
});

t.test(
  'in a user namespace a command runs as root of the namespace, and another user is refused',
  async (t) => {
    const keeper = { pid: 42, mode: 'user' } as const;
    t.strictSame(enterCommand(keeper, 'vpc', ['true']).slice(0, 6), [
      'nsenter',
      '--target=42',
      '--user',
      '--preserve-credentials',
      '--mount',
      '--net=/proc/42/root/run/netns/vpc',
    ]);
    t.throws(() => enterCommand(keeper, 'vpc', ['true'], { uid: 65534 }), {
      message: /uid 65534 does not exist: start it as root/,
    });
  },
);
