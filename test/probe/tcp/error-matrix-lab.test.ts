import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { TcpAttempt, TcpDocument } from '../../../src/documents/tcp.js';
import { validateDocument } from '../../documents/validate.js';
import { availability, type LabMode, namespaceFlags } from '../../lab/availability.js';
import { toolEnvironment } from '../../lab/tools.js';
import { matrixNetwork } from './matrix-network.js';
import { type Cell, causes } from './matrix-rows.js';

const found = await availability();

/** Neighbour discovery gives up after three seconds, on this host and on the router. */
const timeoutMs = 3600;

async function connectThere(mode: LabMode, cells: readonly Cell[], sockets: string): Promise<TcpDocument[]> {
  const script = fileURLToPath(new URL('./connect-here.ts', import.meta.url));
  const targets = cells.map(({ address, port = 443, source }) => ({ address, port, source }));
  const program = [...process.execArgv, script, JSON.stringify({ targets, options: { timeoutMs, sockets } })];
  const { stdout } = await promisify(execFile)(
    'unshare',
    [...namespaceFlags(mode), 'sh', '-euc', matrixNetwork, 'sh', process.execPath, ...program],
    { env: toolEnvironment },
  );
  return JSON.parse(stdout);
}

const rows = causes.flatMap(({ name, v4, v6 }) =>
  [v4, v6].flatMap((cell) => (cell === undefined ? [] : [{ name, cell }])),
);
const cells = rows.map(({ cell }) => cell);

function told({ status, cause, errno, local, from, icmp, neighbour }: TcpAttempt) {
  return { status, cause, errno, local, from, icmp, neighbour };
}

function line(name: string, { address, port, status, ...rest }: TcpAttempt): string {
  const { cause, icmp, from, errno, durationMs } = rest;
  const sent = icmp ? `ICMP ${icmp.type}/${icmp.code} from ${from}` : (from ?? rest.neighbour ?? '-');
  const parts = [
    name.padEnd(46),
    `${address} ${port}`.padEnd(15),
    status.padEnd(12),
    String(cause).padEnd(18),
  ];
  return [...parts, sent.padEnd(22), String(errno).padEnd(13), `${durationMs} ms`].join(' ');
}

/** Both engines wait at the same time, in networks of their own. */
const { mode } = found;
const measured =
  mode === null ? null : Promise.all(['libc', 'node'].map((sockets) => connectThere(mode, cells, sockets)));

test('what firewalls, routes and neighbours do to connect(2), each named for what it is', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  const [documents = []] = (await measured) ?? [];
  for (const [index, { name, cell }] of rows.entries()) {
    const document = documents[index];
    const attempt = document?.attempts[0];
    if (attempt === undefined) throw new Error(`no attempt for ${name}`);
    t.comment(line(name, attempt));
    t.same(validateDocument(document), []);
    t.same(told(attempt), cell.told, `${name}: ${cell.address} ${cell.port ?? 443}`);
  }
});

test('through node:net: the same but for what only the error queue tells', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  const [, documents = []] = (await measured) ?? [];
  for (const [index, { name, cell }] of rows.entries()) {
    const attempt = documents[index]?.attempts[0];
    t.same(validateDocument(documents[index]), []);
    t.equal(attempt?.status, cell.node ?? cell.told.status, `${name}: ${cell.address} ${cell.port ?? 443}`);
    t.equal(attempt?.errno, cell.told.errno);
    t.equal(attempt?.icmp, null);
  }
});
