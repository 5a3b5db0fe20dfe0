import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { availability, namespaceFlags } from '../lab/availability.js';
import { toolEnvironment } from '../lab/tools.js';
import { programArguments } from '../program.js';

const found = await availability();

t.test(
  'pprobe has the addresses that getent has, whatever the habits of the servers are',
  { skip: found.mode === null && found.reason },
  async (t) => {
    if (found.mode === null) return;
    const folder = t.testdir({ 'resolv.conf': '', 'nsswitch.conf': 'hosts: files dns\n' });
    const prepare =
      'ip link set lo up; mount --bind "$1/resolv.conf" /etc/resolv.conf; mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf; shift; exec "$@"';
    const child = programArguments(new URL('dns-programs.ts', import.meta.url));
    const node = [process.execPath, ...child, join(folder, 'resolv.conf')];
    const command = ['sh', '-euc', prepare, 'sh', folder, ...node];
    const { stdout } = await promisify(execFile)('unshare', [...namespaceFlags(found.mode), ...command], {
      env: toolEnvironment,
    });
    const said: Record<string, { getent: string[]; pprobe: string[]; status: string }> = JSON.parse(stdout);
    for (const [habit, { getent, pprobe, status }] of Object.entries(said))
      t.same(pprobe, getent, `${habit}: ${status}`);
    t.ok(Object.keys(said).length > 10);
  },
);
