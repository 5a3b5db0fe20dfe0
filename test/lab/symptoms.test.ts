import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { elapsedMs, nowMs } from '../../src/core/clock.js';
import { accountId, addresses, names, stage } from './facts.js';
import { type Lab, labUnavailable, startLab } from './lab.js';

/** The symptoms of each fault with tools other than pprobe. */

const eniA = Object.values(addresses.eniA);
const eniB = Object.values(addresses.eniB);
const everyEni = [...eniA, ...eniB];

interface Seen {
  connect: Record<string, string>;
  tls: string | null;
  http: { status: number; headers: Record<string, string>; body: unknown } | string | null;
}

async function peer(lab: Lab): Promise<Seen> {
  const input = { addresses: everyEni, name: names.api, path: `/${stage}`, ca: lab.facts.caFile };
  const script = fileURLToPath(new URL('peer.mjs', import.meta.url));
  const { stdout, stderr } = await lab.exec('client', [process.execPath, script, JSON.stringify(input)]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Seen;
}

/** dig's status and the addresses of its answer. */
async function dig(
  lab: Lab,
  ...args: string[]
): Promise<{ status: string | null; data: string[]; text: string }> {
  const argv = ['dig', '+tries=1', '+time=1', '+noall', '+comments', '+answer', ...args];
  const { stdout } = await lab.exec('client', argv);
  const records = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  return {
    status: stdout.match(/status: (\w+)/)?.[1] ?? null,
    data: records.map((line) => line.split(/\s+/).slice(4).join(' ')),
    text: stdout,
  };
}

/** The addresses on the path by `traceroute -T`: `*` for a silent hop, with marks such as `!X`. */
async function traceroute(lab: Lab, address: string, port: number): Promise<string[]> {
  // A fixed wait: the adaptive wait, three round trips of some microseconds, loses answers.
  const argv = ['traceroute', '-n', '-T', '-p', String(port), '-q', '1', '-m', '7', '-w', '3,0,0', address];
  const { stdout } = await lab.exec('client', argv);
  const hops = stdout.trim().split('\n').slice(1);
  return hops.map((line) =>
    line
      .trim()
      .split(/\s+/)
      .slice(1)
      .filter((word) => !/^([\d.]+|ms)$/.test(word) || word.split('.').length === 4)
      .join(' '),
  );
}

function connects(outcomes: Record<string, readonly string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outcomes).flatMap(([outcome, list]) => list.map((address) => [address, outcome])),
  );
}

const unavailable = await labUnavailable();

t.test(
  'each fault has the symptoms that it has in AWS, with other tools',
  { skip: unavailable ?? false },
  async (t) => {
    const lab = await startLab();
    t.teardown(() => lab.stop());
    const digMissing = await missing(lab, 'dig', '-v');
    const tracerouteMissing = await missing(lab, 'traceroute', '--version');

    const broken = (
      fault: string,
      check: (t: Test) => Promise<void>,
      skip: string | false = false,
    ): Promise<unknown> =>
      t.test(fault, { skip }, async (t) => {
        const startMs = nowMs();
        await lab.break(fault);
        t.comment(`broken in ${elapsedMs(startMs).toFixed(0)} ms`);
        await check(t);
      });
    const brokenDns = (fault: string, check: (t: Test) => Promise<void>): Promise<unknown> =>
      broken(fault, check, digMissing);

    await t.test('healthy: private addresses, TLS, an answer from the API', async (t) => {
      const seen = await peer(lab);
      t.strictSame(seen.connect, connects({ open: everyEni }));
      t.equal(seen.tls, 'ok');
      t.match(seen.http, {
        status: 200,
        body: { stage },
        headers: { server: 'Server', 'x-amz-apigw-id': /=$/ },
      });
    });

    await t.test('healthy: names and their addresses', { skip: digMissing }, async (t) => {
      t.strictSame(await addressesOf(lab, names.api), [addresses.eniA.ipv4, addresses.eniB.ipv4]);
      t.strictSame(await addressesOf(lab, names.vpce, 'AAAA'), [addresses.eniA.ipv6, addresses.eniB.ipv6]);
      t.equal((await dig(lab, names.missing)).status, 'NXDOMAIN');
      const large = await dig(lab, '+bufsize=512', names.large, 'TXT');
      t.match(large.text, /Truncated, retrying in TCP mode/);
      t.equal(large.data.length, 12);
      t.strictSame((await dig(lab, '-x', addresses.r2.ipv4)).data, ['r2.transit.example.net.']);
    });

    await t.test(
      'healthy: the path to the public server, open and closed',
      { skip: tracerouteMissing },
      async (t) => {
        const { gateway, r1, r2, r3 } = addresses;
        const way = [gateway, r1, r2, r3, addresses.public];
        const [six, four] = [way.map(({ ipv6 }) => ipv6), way.map(({ ipv4 }) => ipv4)];
        t.strictSame(await traceroute(lab, addresses.public.ipv4, 443), four);
        t.strictSame(await traceroute(lab, addresses.public.ipv6, 443), six);
        t.strictSame(await traceroute(lab, addresses.public.ipv4, 80), four, 'a RST ends the trace, too');
      },
    );

    await brokenDns('private-dns-off', async (t) => {
      t.strictSame(await addressesOf(lab, names.api), [addresses.public.ipv4]);
      t.strictSame(await addressesOf(lab, names.vpce), [addresses.eniA.ipv4, addresses.eniB.ipv4]);
    });
    await brokenDns('wrong-resolver', async (t) => {
      t.strictSame(await addressesOf(lab, names.api), [addresses.public.ipv4]);
      const vpcAnswer = await dig(lab, `@${addresses.resolver.ipv4}`, names.api);
      t.ok(
        vpcAnswer.data.includes(addresses.eniA.ipv4),
        'the resolver of the VPC still has the private addresses',
      );
    });
    await brokenDns('nxdomain', async (t) => {
      t.equal((await dig(lab, names.api)).status, 'NXDOMAIN');
      t.equal((await dig(lab, names.vpce)).status, 'NOERROR');
    });
    await brokenDns('no-data', async (t) => {
      t.match(await dig(lab, names.vpce), { status: 'NOERROR', data: [] });
    });
    await brokenDns('resolver-silent', async (t) => {
      t.match(await dig(lab, names.api), { status: null, text: /no servers could be reached/ });
    });
    await brokenDns('resolver-refuses', async (t) => {
      t.equal((await dig(lab, names.api)).status, 'REFUSED');
    });
    await brokenDns('resolver-servfail', async (t) => {
      t.match(await dig(lab, names.api), { status: 'SERVFAIL', text: /EDE: 22 \(No Reachable Authority\)/ });
    });

    await broken('security-group', async (t) => {
      t.strictSame((await peer(lab)).connect, connects({ timeout: everyEni }));
    });
    await broken('egress', async (t) => {
      t.strictSame((await peer(lab)).connect, connects({ timeout: everyEni }));
    });
    await broken('network-acl', async (t) => {
      t.strictSame((await peer(lab)).connect, connects({ open: eniA, timeout: eniB }));
    });
    await broken('endpoint-refuses', async (t) => {
      t.strictSame((await peer(lab)).connect, connects({ ECONNREFUSED: everyEni }));
    });
    await broken('firewall-prohibits', async (t) => {
      const [four, six] = [
        [addresses.eniA.ipv4, addresses.eniB.ipv4],
        [addresses.eniA.ipv6, addresses.eniB.ipv6],
      ];
      t.strictSame((await peer(lab)).connect, connects({ EHOSTUNREACH: four, EACCES: six }));
    });
    await broken('no-route', async (t) => {
      t.strictSame((await peer(lab)).connect, connects({ ENETUNREACH: everyEni }));
      t.equal(
        (await lab.exec('client', ['getent', 'hosts', names.api])).exitCode,
        0,
        'the resolver is reached',
      );
    });

    await broken('certificate-name', async (t) => {
      t.equal((await peer(lab)).tls, 'ERR_TLS_CERT_ALTNAME_INVALID');
    });
    await broken('certificate-untrusted', async (t) => {
      t.equal((await peer(lab)).tls, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    });
    await broken('certificate-expired', async (t) => {
      t.equal((await peer(lab)).tls, 'CERT_HAS_EXPIRED');
    });

    const denials = {
      'resource-policy-implicit': /because no resource-based policy allows the execute-api:Invoke action$/,
      'resource-policy-explicit': /with an explicit deny in a resource-based policy$/,
      'endpoint-policy-implicit': /because no VPC endpoint policy allows the execute-api:Invoke action$/,
      'endpoint-policy-explicit': /with an explicit deny in a VPC endpoint policy$/,
      'old-denial': /:abc123defg\/prod\/GET\/$/,
    };
    for (const [fault, Message] of Object.entries(denials)) {
      await broken(fault, async (t) => {
        const { http } = await peer(lab);
        t.match(http, {
          status: 403,
          headers: { 'x-amzn-errortype': 'AccessDeniedException' },
          body: { Message },
        });
        t.notMatch(JSON.stringify(http), accountId);
      });
    }
    for (const fault of ['wrong-api', 'missing-stage']) {
      await broken(fault, async (t) => {
        t.match((await peer(lab)).http, {
          status: 403,
          headers: { 'x-amzn-errortype': 'ForbiddenException', 'x-amzn-requestid': /^[0-9a-f-]{36}$/ },
          body: { message: 'Forbidden' },
        });
      });
    }

    // A router checks the TTL before its filter, so the filtering router still answers the probe that expires there.
    const { gateway, r1, r2, r3 } = addresses;
    await broken(
      'path-drop',
      async (t) => {
        const seen = [gateway, r1, r2, r3].map(({ ipv4 }) => ipv4);
        t.strictSame(await traceroute(lab, addresses.public.ipv4, 443), [...seen, '*', '*', '*']);
        t.equal((await traceroute(lab, addresses.public.ipv4, 80)).at(-1), addresses.public.ipv4);
      },
      tracerouteMissing,
    );
    await broken(
      'path-prohibits',
      async (t) => {
        const seen = [gateway, r1, r2];
        const [four, six] = [seen.map(({ ipv4 }) => ipv4), seen.map(({ ipv6 }) => ipv6)];
        t.strictSame(await traceroute(lab, addresses.public.ipv4, 443), [...four, `${r2.ipv4} !X`]);
        t.strictSame(await traceroute(lab, addresses.public.ipv6, 443), [...six, `${r2.ipv6} !X`]);
      },
      tracerouteMissing,
    );

    await t.test('healed: the healthy symptoms again', async (t) => {
      await lab.heal();
      const seen = await peer(lab);
      t.strictSame(seen.connect, connects({ open: everyEni }));
      t.match(seen.http, { status: 200 });
    });
  },
);

async function addressesOf(lab: Lab, name: string, type = 'A'): Promise<string[]> {
  return (await dig(lab, '+short', name, type)).text
    .split('\n')
    .filter((line) => /^[\da-f:.]+$/.test(line) && !line.endsWith('.'));
}

/** Why a tool cannot be run, or false. */
async function missing(lab: Lab, tool: string, versionFlag: string): Promise<string | false> {
  const { exitCode } = await lab.exec('client', [tool, versionFlag]);
  return exitCode === 127 ? `${tool} is not installed` : false;
}
