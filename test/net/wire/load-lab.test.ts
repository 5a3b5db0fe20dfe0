import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { TraceDocument } from '../../../src/documents/trace.js';
import { labUnavailable, startLab } from '../../lab/lab.js';
import { ready } from '../../ready.js';

const built = (file: string): string => pathToFileURL(join(process.cwd(), 'dist', file)).href;
const library = built('index.js');
const unavailable = await labUnavailable();

/** Sends data to every client as fast as possible. */
const fountain = `
const { createServer } = require('node:net');
const water = Buffer.alloc(1 << 16);
createServer((socket) => {
  const pour = () => { while (socket.write(water)); };
  socket.on('error', () => {}).on('drain', pour);
  pour();
}).listen(5001, '::', () => console.log('ready'));
`;

/** Receives that data, and prints a line when it arrives. */
const drinker = (address: string) => `
let octets = 0;
require('node:net').connect(5001, '${address}').on('data', (data) => {
  octets += data.length;
  if (octets - data.length < 1e7 && octets >= 1e7) console.log('ready');
});
`;

/** Connects to a closed port in a loop: RSTs, which the filter of TCP flags passes. */
const knocker = (address: string) => `
import socket
count = 0
while True:
    with socket.socket() as knocking:
        knocking.connect_ex(('${address}', 9))
    count += 1
    if count == 100:
        print('ready', flush=True)
`;

/** A program that traces, and blocks the event loop from \`fromMs\` for \`forMs\`. */
const trace = (address: string, options: object, { fromMs = 0, forMs = 0 } = {}) => `
const { trace } = await import('${library}');
setTimeout(() => {
  const end = performance.now() + ${forMs};
  while (performance.now() < end);
}, ${fromMs});
console.log(JSON.stringify(await trace('${address}', ${JSON.stringify(options)})));
`;

/** A program that reads nothing while so many RSTs come, and then prints how many packets its raw socket kept. */
const standingStill = (resets: number) => `
const { loadLibc } = await import('${built('net/libc/load.js')}');
const { RawIpSocket } = await import('${built('net/libc/raw-ip-socket.js')}');
const { TcpSocket } = await import('${built('net/libc/tcp-socket.js')}');
const libc = await loadLibc();
const raw = new RawIpSocket(libc, 4, 6);
raw.receiveOnlyAnswers();
for (let count = 0; count < ${resets}; count += 1) {
  const socket = new TcpSocket(libc, 4);
  try { socket.connect({ address: '127.0.0.1', port: 9 }); } catch {}
  socket.close();
}
let kept = 0;
while (raw.receive() !== null) kept += 1;
console.log(kept);
`;

t.test('a busy host', { skip: unavailable ?? false }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { addresses } = lab.facts;

  async function traced(program: string): Promise<TraceDocument> {
    const argv = [process.execPath, '--input-type=module', '-e', program];
    const { stdout, stderr } = await lab.exec('client', argv);
    if (stderr !== '') throw new Error(stderr);
    return JSON.parse(stdout);
  }

  t.test('syn: no answer is lost in a flood of other TCP', async (t) => {
    const gateway = addresses.gateway.ipv4;
    const flood = [
      await ready(lab.spawn('vpc', [process.execPath, '-e', fountain])),
      await ready(lab.spawn('client', [process.execPath, '-e', drinker(gateway)])),
      await ready(lab.spawn('client', ['python3', '-c', knocker(gateway)])),
    ];
    // 50 answers from each of five hops.
    for (let run = 0; run < 4; run += 1) {
      const document = await traced(trace(addresses.public.ipv4, { method: 'syn', queries: 10 }));
      t.match(document, { outcome: 'open', destinationTtl: 5 });
      const probes = document.hops.flatMap((hop) => hop.probes);
      t.equal(probes.length, 50);
      t.same(
        probes.filter(({ reply, sent }) => reply === 'none' || sent > 1),
        [],
      );
    }
    t.ok(
      flood.every(({ exitCode }) => exitCode === null),
      'it flowed to the end',
    );
    for (const child of flood) child.kill();
  });

  const skip = lab.mode === 'user' && 'root of a user namespace has the buffers of every user';
  t.test('syn: what comes while the process does not run is kept', { skip }, async (t) => {
    const resets = 3000;
    const argv = [process.execPath, '--input-type=module', '-e', standingStill(resets)];
    t.match(await lab.exec('client', argv), { stdout: `${resets}\n`, stderr: '' });
  });

  t.test('connect: a SYN that the kernel retransmitted while the loop was busy is not a probe', async (t) => {
    await lab.break('security-group');
    const target = addresses.eniA.ipv4;
    // The kernel retransmits after a second, with the TTL for the ACK, and the first router answers that.
    const document = await traced(
      trace(target, { method: 'connect', waitMs: 900 }, { fromMs: 100, forMs: 1200 }),
    );
    await lab.heal();
    t.match(document, { outcome: 'filtered', stoppedBy: 'gap-limit' });
    const [first, ...beyond] = document.hops.map(({ probes }) => new Set(probes.map(({ from }) => from)));
    t.ok(first?.has(addresses.gateway.ipv4));
    t.same(
      beyond.map((addresses) => [...addresses]),
      [[null], [null], [null], [null], [null]],
    );
  });
});
