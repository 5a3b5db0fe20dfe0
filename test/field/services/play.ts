import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { decode } from 'dns-packet';
import { Semaphore } from '../../../src/core/semaphore.js';
import { createAuthority } from '../../lab/certificate/certificate.js';
import {
  type Asked,
  address,
  type Behaviour,
  cname,
  framed,
  type Response,
  reply,
  soa,
} from '../../probe/dns/server.js';
import { allCases } from './all.js';
import type { FieldCase, Played, Printed, WebServer } from './case.js';

/**
 * Runs among the servers of network.ts: starts those of every case, runs the commands of the cases on the client, several
 * at a time, and prints what they printed as JSON. Arguments: the program to run, and the identifiers of the cases (default: all).
 */
const [program = '', ...only] = process.argv.slice(2);
const cases = allCases.filter(({ id }) => only.length === 0 || only.includes(id));
const run = promisify(execFile);
const directory = mkdtempSync('/run/field-');

const period = {
  validFrom: new Date(Date.now() - 86_400_000),
  validTo: new Date(Date.now() + 25 * 86_400_000),
};
const authorities = {
  test: await createAuthority('Field Test CA'),
  'Amazon RSA 2048 M02': await createAuthority('Amazon RSA 2048 M02'),
};
const between = await authorities.test.certify('Field Issuing CA');
const caFile = join(directory, 'ca.pem');
writeFileSync(
  caFile,
  Object.values(authorities)
    .map(({ certificate }) => certificate)
    .join('\n'),
);
const store = join(directory, 'store');
mkdirSync(store);
const hash = await run('openssl', ['x509', '-hash', '-noout', '-in', caFile]).then(
  ({ stdout }) => stdout.trim(),
  () => 'none',
);
writeFileSync(join(store, `${hash}.0`), authorities.test.certificate);

/** The resolver of a case: an address for each, so that no case hears of another. */
const resolverOf = ({ id }: FieldCase): string => {
  const at = allCases.findIndex((each) => each.id === id);
  return `10.61.${Math.floor(at / 200)}.${(at % 200) + 1}`;
};

await silence(cases.flatMap(({ silent = [] }) => silent));
const started = new Set<string>();
for (const each of cases) {
  const { zone, resolvers = {}, web = [] } = each;
  if (zone !== undefined)
    await serveDns(resolverOf(each), typeof zone === 'function' ? zone : answerFrom(zone));
  for (const [at, behave] of Object.entries(resolvers)) await serveDns(at, behave);
  for (const server of web) {
    const at = `${server.address} ${server.port ?? 443}`;
    if (!started.has(at)) await serveWeb(server);
    started.add(at);
  }
}

const slots = new Semaphore(5);
const played = await Promise.all(
  cases.map(async (each) => {
    await slots.acquire();
    return play(each).finally(() => slots.release());
  }),
);
await new Promise((written) => process.stdout.write(JSON.stringify(played), written));
process.exit(0);

async function play(given: FieldCase): Promise<Played> {
  const startMs = performance.now();
  const own = join(directory, given.id);
  mkdirSync(own);
  const isDiagnosis = given.args[0] === 'diagnose' && !given.args.includes('--help');
  const saved = join(own, 'report.json');
  const fill = (text: string): string =>
    text.replace(/\{(ca|resolver|store|pem)\}/g, (_, word: string) =>
      word === 'ca'
        ? caFile
        : word === 'store'
          ? store
          : word === 'pem'
            ? readFileSync(caFile, 'utf8')
            : resolverOf(given),
    );
  const files = Object.entries({ '/etc/resolv.conf': 'nameserver {resolver}\n', ...given.files }).map(
    ([path, text], index) => {
      const source = join(own, String(index));
      writeFileSync(source, fill(text));
      return { path, source };
    },
  );
  const env = Object.fromEntries(
    Object.entries({ PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', HOME: own, ...given.env }).map(
      ([name, value]) => [name, fill(value)],
    ),
  );
  const inside = (argv: readonly string[]) => onClient(argv.map(fill), files, env);
  const pprobe = await inside([
    process.execPath,
    program,
    ...given.args,
    ...(isDiagnosis && !given.args.includes('--save') ? ['--save', saved] : []),
  ]);
  const peers: (Printed | null)[] = [];
  for (const { argv } of given.peers ?? []) {
    const [tool = ''] = argv;
    const exists = await run('sh', ['-c', 'command -v "$1"', 'sh', tool]).then(
      () => true,
      () => false,
    );
    peers.push(exists ? await inside(argv) : null);
  }
  return {
    id: given.id,
    pprobe,
    report: isDiagnosis ? readIfThere(saved) : null,
    peers,
    durationMs: performance.now() - startMs,
  };
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Runs a command on the client, which sees each of `files` in place of its own. */
async function onClient(
  argv: readonly string[],
  files: readonly { path: string; source: string }[],
  env: Record<string, string>,
): Promise<Printed> {
  const script = [
    ...files.flatMap(({ path, source }) => [
      `mkdir -p '${dirname(path)}'; [ -e '${path}' ] || : >'${path}'`,
      `mount --bind '${source}' '${path}'`,
    ]),
    'exec "$@"',
  ].join('\n');
  const child = spawn(
    'nsenter',
    ['--net=/run/netns/client', '--', 'unshare', '--mount', 'sh', '-euc', script, 'sh', ...argv],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const [exitCode] = await once(child, 'close');
  clearTimeout(limit);
  return { exitCode, ...printed };
}

async function silence(addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  const rules = addresses.map((each) => `${each.includes(':') ? 'ip6' : 'ip'} daddr ${each} drop;`).join(' ');
  await run('nft', [`table inet silent { chain input { type filter hook input priority 0; ${rules} }; }`]);
}

function answerFrom(zone: Readonly<Record<string, readonly string[]>>): Behaviour {
  return (asked) => {
    const name = asked.name.toLowerCase();
    const answers = [];
    let current = name;
    for (let [entry] = zone[current] ?? []; entry?.startsWith('alias '); [entry] = zone[current] ?? []) {
      const target = entry.slice('alias '.length);
      answers.push(cname(current, target));
      current = target;
    }
    const found = zone[current];
    if (found === undefined) return [reply(asked, { answers, rcode: 3, authorities: [soa('test')] })];
    const own = found.filter((each) => each.includes(':') === (asked.type === 'AAAA'));
    const addresses =
      asked.type === 'A' || asked.type === 'AAAA' ? own.map((each) => address(current, each)) : [];
    return [
      reply(asked, {
        answers: [...answers, ...addresses],
        authorities: addresses.length === 0 ? [soa('test')] : [],
      }),
    ];
  };
}

async function serveDns(at: string, behave: Behaviour): Promise<void> {
  const respond = (responses: Response[], send: (packet: Buffer) => void): void => {
    for (const response of responses) {
      if (Buffer.isBuffer(response)) send(response);
      else setTimeout(() => send(response.packet), response.afterMs);
    }
  };
  const socket = createSocket(at.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (raw, from) => {
    respond(behave(read(raw, 'udp'), null), (packet) => socket.send(packet, from.port, from.address));
  });
  socket.bind(53, at);
  const stream = createServer((connection) => {
    connection.on('error', () => connection.destroy());
    connection.once('data', (octets) => {
      respond(behave(read(octets.subarray(2), 'tcp'), connection), (packet) =>
        connection.write(framed(packet)),
      );
    });
  });
  stream.listen(53, at);
  await Promise.all([once(socket, 'listening'), once(stream, 'listening')]);
}

function read(raw: Buffer, transport: Asked['transport']): Asked {
  const { id = 0, questions = [], additionals = [] } = decode(raw);
  const edns = additionals.some(({ type }) => type === 'OPT');
  return { transport, id, name: questions[0]?.name ?? '', type: questions[0]?.type ?? '', edns, raw };
}

async function serveWeb({
  address: host,
  port = 443,
  names,
  issuer = 'test',
  answer,
}: WebServer): Promise<void> {
  const authority = issuer === 'intermediate' ? between : authorities[issuer];
  const { certificate: cert, key } = await authority.issue({ names, ...period });
  const server = createTlsServer({ cert, key }, (socket) => {
    let received = '';
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text2 = answer(received.slice(0, end));
      received = '';
      if (text2 !== null) socket.end(text2);
    });
  });
  server.on('tlsClientError', () => {});
  server.listen(port, host);
  await once(server, 'listening');
}
