import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { labUnavailable } from './lab.js';
import { packageRoot } from './paths.js';

const program = join(packageRoot, 'build', 'lab', 'main.js');
const skip = (await labUnavailable()) ?? false;

/** Runs `lab up` in a user namespace whose limits forbid further namespaces. Returns its standard error. */
function upUnderLimits(directory: string, ...limits: string[]): string {
  const set = limits.map((limit) => `echo 0 > /proc/sys/user/${limit}`).join('; ');
  const { stderr, status } = spawnSync(
    'unshare',
    ['--user', '--map-root-user', 'sh', '-c', `${set}; "$@"`, 'sh', process.execPath, program, 'up'],
    { encoding: 'utf8', env: { ...process.env, TMPDIR: directory } },
  );
  t.equal(status, 1);
  return stderr;
}

t.test(
  'if namespaces are forbidden, the message names the setting that forbids them, and the command that allows them',
  { skip },
  async (t) => {
    const said = upUnderLimits(t.testdir({}), 'max_net_namespaces', 'max_user_namespaces');
    t.match(
      said,
      /no lab can run here: user namespaces are off \(\/proc\/sys\/user\/max_user_namespaces is 0\)/,
    );
    t.match(said, 'sudo sysctl -w user.max_user_namespaces=10000');
  },
);

t.test('for any other cause, the message has the error of the system', { skip }, async (t) => {
  const said = upUnderLimits(t.testdir({}), 'max_net_namespaces');
  t.match(
    said,
    /no lab can run here: namespaces cannot be set up here: .*unshare failed: No space left on device/,
  );
});
