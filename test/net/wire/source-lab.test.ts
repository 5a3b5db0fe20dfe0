import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { labUnavailable, startLab } from '../../lab/lab.js';

const program = [process.execPath, join(process.cwd(), 'bin/pprobe.js')];
const library = pathToFileURL(join(process.cwd(), 'dist/index.js')).href;
const unavailable = await labUnavailable();

/** Invalid sources and targets, and the message for each. */
const mistakes: [args: string[], message: RegExp][] = [
  [
    ['trace', '203.0.113.10', '--source', '192.0.2.77'],
    /source: 192\.0\.2\.77 is not an address of this host; give/,
  ],
  [
    ['trace', '203.0.113.10', '--source', '::1'],
    /source: ::1 is IPv6 and cannot reach 203\.0\.113\.10; give an IPv4/,
  ],
  [
    ['trace', '203.0.113.10', '--source', '10.0.1'],
    /--source: "10\.0\.1" is not an IPv4 address of four decimal numbers/,
  ],
  [
    ['trace', '2001:db8:113::10', '--source', 'fe80::9'],
    /--source: "fe80::9" is link-local and means another host on each link; add the interface/,
  ],
  [
    ['trace', 'fe80::1'],
    /host: "fe80::1" is link-local and means another host on each link; add the interface/,
  ],
  [['trace', 'fe80::1%eth9'], /host: "fe80::1%eth9" names an interface that this host does not have/],
  [['tcp', 'fe80::1%eth9'], /host: "fe80::1%eth9" names an interface that this host does not have/],
  [['diagnose', 'fe80::1%eth9'], /target: "fe80::1%eth9" names an interface that this host does not have/],
  [
    ['diagnose', '203.0.113.10', '--source', '192.0.2.77'],
    /source: 192\.0\.2\.77 is not an address of this host/,
  ],
];

/** A program that prints the result of each way to use the library with each of these sources. */
const libraryProgram = `
  const { trace, watchTrace, diagnose, InvalidInputError } = await import('${library}');
  const target = '203.0.113.10';
  const print = async (what, promise) => {
    const error = await promise.then(() => null, (each) => each);
    console.log(what, error instanceof InvalidInputError, error?.argument);
  };
  for (const source of ['192.0.2.77', '::1', 'nonsense']) {
    for (const method of ['syn', 'connect', 'auto']) await print(method, trace(target, { source, method }));
    await print('iterating', (async () => { for await (const hop of trace(target, { source })) console.log(hop); })());
    await print('watching', watchTrace(target, { source }).next());
    await print('diagnosing', diagnose(target, { source }));
  }`;

t.test('the address to send from', { skip: unavailable ?? false }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { addresses } = lab.facts;

  async function run(args: string[]) {
    const { stdout, stderr, exitCode } = await lab.exec('client', [...program, ...args, '--json']);
    return { document: JSON.parse(stdout), stderr, exitCode };
  }

  async function linkLocal(namespace: 'client' | 'vpc', device: string): Promise<string> {
    const { stdout } = await lab.exec(namespace, ['ip', '-6', 'address', 'show', 'dev', device]);
    return /fe80::\S+(?=\/64)/.exec(stdout)?.[0] ?? '';
  }

  const second = { ipv4: '10.0.1.77', ipv6: 'fd10:0:0:1::77' };
  await lab.exec('client', ['ip', 'address', 'add', `${second.ipv4}/24`, 'dev', 'eth0']);
  await lab.exec('client', ['ip', '-6', 'address', 'add', `${second.ipv6}/64`, 'dev', 'eth0', 'nodad']);
  const own = await linkLocal('client', 'eth0');
  const router = await linkLocal('vpc', 'to-client');

  for (const method of ['syn', 'connect']) {
    for (const family of ['ipv4', 'ipv6'] as const) {
      t.test(`${method}, ${family}: the whole path from each of two source addresses`, async (t) => {
        // One of the two is not the kernel's choice.
        for (const source of [addresses.client[family], second[family]]) {
          const target = addresses.public[family];
          const { document } = await run(['trace', target, '--method', method, '--source', source]);
          t.match(document, { source, outcome: 'open', destinationTtl: 5, discarded: {} });
          const probes: { nat: boolean }[] = document.hops.flatMap((hop: { probes: unknown }) => hop.probes);
          t.notOk(
            probes.some(({ nat }) => nat),
            'routers quote what was sent',
          );
        }
      });
    }

    t.test(`${method}: a neighbour by its link-local address and zone`, async (t) => {
      for (const more of [[], ['--paris'], ['--source', `${own}%eth0`]]) {
        const { document } = await run(['trace', `${router}%eth0`, '--method', method, ...more]);
        t.match(document, { source: own, outcome: 'closed', destinationTtl: 1, hops: [{ ttl: 1 }] });
        t.match(document.hops[0].probes[0], { reply: 'rst', from: router });
      }
    });
  }

  t.test('an invalid source or target: exit 2 and a message that names the fix', async (t) => {
    const told = await Promise.all(
      mistakes.map(async ([args, message]) => ({ args: args.join(' '), message, ...(await run(args)) })),
    );
    for (const { args, message, document, stderr, exitCode } of told) {
      t.equal(exitCode, 2, args);
      t.match(document, { kind: 'error', error: { code: 'invalid-input' } }, args);
      t.match(stderr, message, args);
    }
  });

  t.test('in the library: InvalidInputError, from the promise and from the iteration', async (t) => {
    const argv = [process.execPath, '--input-type=module', '-e', libraryProgram];
    const { stdout, stderr } = await lab.exec('client', argv);
    t.equal(stderr, '');
    const ways = ['syn', 'connect', 'auto', 'iterating', 'watching', 'diagnosing'];
    const refusals = ways.map((way) => `${way} true source`);
    t.strictSame(stdout.trim().split('\n'), [...refusals, ...refusals, ...refusals]);
  });

  const skip = lab.mode === 'user' && 'uid 0 is the only one in a user namespace';
  t.test(
    'under sudo, the sockets for the source are open before root privileges are dropped',
    { skip },
    async (t) => {
      const source = addresses.client.ipv6;
      const sudo = ['env', 'SUDO_UID=65534', 'SUDO_GID=65533'];
      const args = ['trace', addresses.public.ipv6, '--method', 'syn', '--json', '--source', source];
      const { stdout, stderr } = await lab.exec('client', [...sudo, ...program, ...args]);
      t.equal(stderr, '');
      t.match(JSON.parse(stdout), { method: 'syn', source, outcome: 'open' });
    },
  );
});
