import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { labUnavailable } from '../lab/lab.js';
import { newHome, program } from './homes.js';

const run = promisify(execFile);
const unavailable = await labUnavailable();

/** What is done to the home directory, in a mount namespace of its own: the shell's `$home` is its path. */
const fileSystems: readonly (readonly [name: string, mount: string])[] = [
  ['is read-only', 'mount -t tmpfs -o size=1m none "$home" && mount -o remount,ro "$home"'],
  ['has no room for the code', 'mount -t tmpfs -o size=16k none "$home"'],
  [
    'has no room at all',
    'mount -t tmpfs -o size=16k none "$home" && ! head -c 64k /dev/zero >"$home/all" 2>/dev/null',
  ],
  ['has no inode left', 'mount -t tmpfs -o nr_inodes=2 none "$home" && touch "$home/last"'],
  ['allows no execution', 'mount -t tmpfs -o noexec none "$home"'],
];

for (const [name, mount] of fileSystems) {
  t.test(
    `a home that ${name}: a run prints what it always prints`,
    { skip: unavailable ?? false },
    async (t) => {
      const { home, remove } = newHome();
      t.teardown(remove);
      const usual = await run(process.execPath, [program, '--help']);
      const script = `${mount} && "$node" "$program" --help && "$node" "$program" --help`;
      const env = { PATH: process.env.PATH, HOME: home, home, node: process.execPath, program };
      const { stdout, stderr } = await run('unshare', ['-m', 'sh', '-c', script], { env });
      t.equal(stdout, usual.stdout + usual.stdout);
      t.equal(stderr, '');
    },
  );
}
