import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { TraceDocument } from '../../../src/documents/trace.js';
import { loadRawSocket } from '../../../src/net/wire/raw-socket.js';
import { labUnavailable, startLab } from '../../lab/lab.js';

const program = [process.execPath, join(process.cwd(), 'bin/pprobe.js')];
const unavailable = await labUnavailable();

/** A server on the public host that prints a line for each accepted connection. */
const acceptor = `
const { createServer } = require('node:net');
createServer((socket) => { console.log('accepted'); socket.on('error', () => {}); }).listen(8443, '::', () => console.log('ready'));
`;

/** Only the library has an option for what `syn` sends through. */
function traceThrough(packets: string, address: string): string {
  return traceWith({ method: 'syn', packets }, address);
}

/** A program that prints the document of a trace with these options. */
function traceWith(options: object, address: string): string {
  const library = pathToFileURL(join(process.cwd(), 'dist/index.js')).href;
  return `import('${library}')
    .then(({ trace }) => trace('${address}', ${JSON.stringify(options)}))
    .then((document) => console.log(JSON.stringify(document)));`;
}

const isRawSocketBuilt = await loadRawSocket().then(
  () => true,
  () => false,
);

t.test('real wires on real kernels', { skip: unavailable ?? false }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { addresses } = lab.facts;

  async function trace(address: string, args: string[], uid?: number) {
    const argv = [...program, 'trace', address, '--json', ...args];
    const { stdout, stderr, exitCode } = await lab.exec('client', argv, uid === undefined ? {} : { uid });
    return {
      document: JSON.parse(stdout) as TraceDocument & { error?: { missing: string; remedy: string } },
      stderr,
      exitCode,
    };
  }

  for (const method of ['syn', 'connect']) {
    for (const family of ['ipv4', 'ipv6'] as const) {
      t.test(`${method}, ${family}: half-open: the application never sees a connection`, async (t) => {
        const child = lab.spawn('public', [process.execPath, '-e', acceptor]);
        let said = '';
        const stdout = child.stdout?.setEncoding('utf8').on('data', (words: string) => {
          said += words;
        });
        const heard = async (word: string) => {
          while (stdout && !said.includes(word)) await once(stdout, 'data');
        };
        await heard('ready');
        const { document } = await trace(addresses.public[family], ['--method', method, '-p', '8443']);
        t.equal(document.outcome, 'open');
        // An ordinary connection after the trace: connections of the trace would have been accepted before it.
        await lab.exec('client', [...program, 'tcp', addresses.public[family], '8443']);
        await heard('accepted');
        // Its port is that of the next test.
        const ended = once(child, 'exit');
        child.kill();
        await ended;
        t.same(said.trim().split('\n'), ['ready', 'accepted']);
      });
    }
  }

  for (const packets of ['libc', 'raw-socket']) {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const reason = packets === 'raw-socket' && !isRawSocketBuilt && 'raw-socket is not built for this Node';
      t.test(`syn, through ${packets}, ${family}: the same path`, { skip: reason }, async (t) => {
        const argv = [process.execPath, '-e', traceThrough(packets, addresses.public[family])];
        const { stdout, stderr } = await lab.exec('client', argv);
        t.equal(stderr, '');
        const document = JSON.parse(stdout) as TraceDocument;
        t.match(document, { method: 'syn', outcome: 'open', destinationTtl: 5, discarded: {} });
        const routers = [addresses.gateway, addresses.r1, addresses.r2, addresses.r3, addresses.public];
        t.same(
          document.hops.map(({ probes }) => [...new Set(probes.map(({ from }) => from))].join()),
          routers.map((router) => router[family]),
        );
      });
    }
  }

  t.test('loopback: the own SYN is not taken for the answer', async (t) => {
    const { document } = await trace('127.0.0.1', ['--method', 'syn', '-p', '9']);
    t.match(document, { outcome: 'closed', destinationTtl: 1 });
    t.equal(document.hops.length, 1);
  });

  t.test('no route: the first hop has the errno of this host', async (t) => {
    await lab.break('no-route');
    const { document, exitCode } = await trace(addresses.eniA.ipv4, []);
    await lab.heal();
    t.match(document, {
      outcome: 'unreachable',
      hops: [{ probes: [{ reply: 'send-error', errno: 'ENETUNREACH' }] }],
    });
    t.equal(exitCode, 14);
  });

  for (const method of ['syn', 'connect']) {
    for (const family of ['ipv4', 'ipv6'] as const) {
      t.test(`${method}, ${family}: further details of replies`, async (t) => {
        const { document } = await trace(addresses.public[family], ['--method', method]);
        const routers = document.hops
          .slice(0, -1)
          .flatMap(({ ttl, probes }) => probes.map((probe) => ({ ttl, ...probe })));
        t.ok(routers.length > 0);
        for (const { ttl, replyTtl, backwardHops } of routers)
          t.same({ replyTtl, backwardHops }, { replyTtl: 65 - ttl, backwardHops: ttl });
        const synAck = { windowScale: Number, sackPermitted: true, timestamps: true, ecn: false };
        const details = method === 'syn' ? { ...synAck, mss: Number, window: Number } : synAck;
        for (const probe of document.hops.at(-1)?.probes ?? [])
          t.match(probe, { synAck: details, sent: 1, duplicates: 0 });
      });

      t.test(`${method}, ${family}: one 5-tuple finds the same path, every probe answered`, async (t) => {
        const argv = [process.execPath, '-e', traceWith({ method, paris: true }, addresses.public[family])];
        const document = JSON.parse((await lab.exec('client', argv)).stdout) as TraceDocument;
        t.match(document, { method, outcome: 'open', destinationTtl: 5 });
        t.notOk(document.hops.some(({ probes }) => probes.some(({ reply }) => reply === 'none')));
      });
    }
  }

  t.test('a silent neighbour is an error of this host, not a silent hop', async (t) => {
    const setUp = `
      ip link add near type veth peer name far && ip link set far up && ip link set near up
      ip address add 192.0.2.1/24 dev near && ip -6 address add 2001:db8:2::1/64 dev near nodad
      for family in ipv4 ipv6; do
        echo 1 > /proc/sys/net/$family/neigh/near/mcast_solicit
        echo 100 > /proc/sys/net/$family/neigh/near/retrans_time_ms
      done`;
    t.equal((await lab.exec('client', ['sh', '-ec', setUp])).stderr, '');
    for (const method of ['syn', 'connect']) {
      for (const address of ['192.0.2.99', '2001:db8:2::99']) {
        const { document } = await trace(address, ['--method', method]);
        t.match(document, { outcome: 'unreachable', destinationTtl: null }, `${method} ${address}`);
        t.match(document.hops[0]?.probes[0], { reply: 'send-error', errno: 'EHOSTUNREACH' });
      }
    }
    const slowly =
      'for family in ipv4 ipv6; do echo 9000 > /proc/sys/net/$family/neigh/near/retrans_time_ms; done';
    await lab.exec('client', ['sh', '-ec', slowly]);
    for (const address of ['192.0.2.98', '2001:db8:2::98']) {
      const { document } = await trace(address, []);
      t.match(
        document,
        { outcome: 'unreachable' },
        `${address}: reported before neighbour discovery has failed`,
      );
      t.match(document.hops, [{ probes: [{ reply: 'send-error', errno: 'EHOSTUNREACH' }] }]);
    }
    await lab.exec('client', ['ip', 'link', 'delete', 'near']);
  });

  const skip = lab.mode === 'user' && 'uid 0 is the only one in a user namespace';
  t.test('--method syn without CAP_NET_RAW: exit 3 and the command that grants it', { skip }, async (t) => {
    const { document, stderr, exitCode } = await trace(addresses.public.ipv4, ['--method', 'syn'], 65534);
    t.equal(exitCode, 3);
    t.equal(document.error?.missing, 'CAP_NET_RAW');
    t.match(stderr, 'setcap cap_net_raw+ep');
  });

  t.test(
    'under sudo, sockets opened as root still trace after root privileges are dropped',
    { skip },
    async (t) => {
      const tellUser = `data:text/javascript,${encodeURIComponent(
        "process.on('exit', () => console.error(process.getuid(), process.getgid(), process.getgroups().join()))",
      )}`;
      const argv = ['env', 'SUDO_UID=65534', 'SUDO_GID=65533', process.execPath, '--import', tellUser];
      const command = [
        ...argv,
        ...program.slice(1),
        'trace',
        addresses.public.ipv4,
        '--json',
        '--method',
        'syn',
      ];
      const { stdout, stderr } = await lab.exec('client', command);
      t.match(JSON.parse(stdout), { method: 'syn', outcome: 'open', destinationTtl: 5 });
      t.equal(stderr, '65534 65533 65533\n');
    },
  );

  t.test('auto without CAP_NET_RAW uses the engine that does not need it', { skip }, async (t) => {
    const { document, exitCode } = await trace(addresses.public.ipv4, [], 65534);
    t.equal(exitCode, 0);
    t.match(document, { method: 'connect', outcome: 'open', destinationTtl: 5 });
  });
});
