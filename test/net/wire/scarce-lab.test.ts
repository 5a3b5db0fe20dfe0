import { join } from 'node:path';
import t from 'tap';
import type { TraceDocument } from '../../../src/documents/trace.js';
import { TunPath, tunUnavailable } from '../../tun/tun.js';

const program = [process.execPath, join(process.cwd(), 'bin/pprobe.js')];
const target = '203.0.113.10';

t.test('a host that is short of local ports', { skip: tunUnavailable() ?? false }, async (t) => {
  const path = await TunPath.start({
    clients: ['10.0.1.10'],
    paths: {
      [target]: {
        hops: [1, 2, 3, 4, 5, 6, 7].map((each) => ({ address: `100.64.0.${each}`, rttMs: 4 * each })),
        end: { rttMs: 32, answer: 'syn-ack' },
      },
    },
  });
  t.teardown(() => path.stop());

  async function trace(...args: string[]): Promise<{ document: TraceDocument; exitCode: number | null }> {
    const { stdout, exitCode } = await path.exec([...program, 'trace', target, '--json', ...args]);
    return { document: JSON.parse(stdout) as TraceDocument, exitCode };
  }

  for (const method of ['syn', 'connect']) {
    await path.exec(['sysctl', '-qw', 'net.ipv4.ip_local_port_range=50000 50009']);
    const few = await trace('--method', method);
    t.match(few, { exitCode: 0, document: { outcome: 'open', destinationTtl: 8 } }, `${method}: ten ports`);
    const errnos = few.document.hops.flatMap(({ probes }) => probes.map(({ errno }) => errno));
    t.same(new Set(errnos), new Set([null]), `${method}: every probe was sent in the end`);
  }

  await path.exec(['sysctl', '-qw', 'net.ipv4.ip_local_port_range=50000 50000']);
  const holder = `require('net').createServer().listen(50000, '0.0.0.0', () => {
    const { spawnSync } = require('child_process');
    const { stdout, status } = spawnSync(process.execPath, process.argv.slice(1), { encoding: 'utf8' });
    console.log(JSON.stringify({ stdout, status }));
    process.exit();
  })`;
  for (const method of ['syn', 'connect']) {
    const argv = [join(process.cwd(), 'bin/pprobe.js'), 'trace', target, '--json', '--method', method];
    const { stdout } = await path.exec([process.execPath, '-e', holder, ...argv]);
    const { stdout: text, status } = JSON.parse(stdout) as { stdout: string; status: number };
    t.equal(status, 3, `${method}: no port at all`);
    t.match(text, /[Nn]o local port/, 'the reason is this host');
  }
});

t.test('a gateway that does not answer ARP', { skip: tunUnavailable() ?? false }, async (t) => {
  const path = await TunPath.start({ clients: ['10.0.1.10'], paths: {} });
  t.teardown(() => path.stop());
  await path.exec([
    'sh',
    '-ec',
    `ip link add va type veth peer name vb; ip link set va up; ip link set vb up
    ip address add 10.9.0.2/24 dev va; ip route add 198.51.100.0/24 via 10.9.0.1`,
  ]);
  for (const method of ['syn', 'connect', 'syn', 'connect', 'syn']) {
    const { exitCode, stdout } = await path.exec([
      ...program,
      'trace',
      '198.51.100.7',
      '--json',
      '--method',
      method,
    ]);
    t.equal(exitCode, 14, `${method}: the same each time`);
    t.match(JSON.parse(stdout), { outcome: 'unreachable', unsent: 'silent-neighbour' });
  }
});
