import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { TcpAttempt, TcpCause, TcpDocument } from '../../../src/documents/tcp.js';
import { validateDocument } from '../../documents/validate.js';
import { availability, type LabMode, namespaceFlags } from '../../lab/availability.js';
import { toolEnvironment } from '../../lab/tools.js';
import { programArguments } from '../../program.js';
import { matrixNetwork } from './matrix-network.js';
import { type Cell, causes } from './matrix-rows.js';

const found = await availability();

/** Longer than neighbour discovery, which fails after three seconds on this host and on the router. */
const timeoutMs = 3600;

async function connectThere(mode: LabMode, cells: readonly Cell[], sockets: string): Promise<TcpDocument[]> {
  const script = programArguments(new URL('./connect-here.ts', import.meta.url));
  const targets = cells.map(({ address, port = 443, source }) => ({ address, port, source }));
  const program = [...script, JSON.stringify({ targets, options: { timeoutMs, sockets } })];
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

function compared({ status, cause, errno, local, from, icmp, neighbour }: TcpAttempt) {
  return { status, cause, errno, local, from, icmp, neighbour };
}

/** node:net does not distinguish a RST or a rejecting route from an ICMP error, so the cause of these errnos is unknown. */
function nodeCause({ expected }: Cell): TcpCause | null {
  const { cause, errno, local, icmp } = expected;
  if (errno === null) return cause === 'syn-ack' ? cause : 'silence';
  if (errno === 'ECONNREFUSED' || errno === 'EACCES' || icmp !== null) return null;
  return local ? (cause ?? null) : null;
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

/** Both kinds of sockets are tried at the same time, in separate networks. */
const { mode } = found;
const measured =
  mode === null ? null : Promise.all(['libc', 'node'].map((sockets) => connectThere(mode, cells, sockets)));

test('the cause of each failed connection through libc: firewalls, routes, neighbours', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  const [documents = []] = (await measured) ?? [];
  for (const [index, { name, cell }] of rows.entries()) {
    const document = documents[index];
    const attempt = document?.attempts[0];
    if (attempt === undefined) throw new Error(`no attempt for ${name}`);
    t.comment(line(name, attempt));
    t.same(validateDocument(document), []);
    t.same(compared(attempt), cell.expected, `${name}: ${cell.address} ${cell.port ?? 443}`);
  }
});

test('through node:net: the same without what only the error queue reports', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  const [, documents = []] = (await measured) ?? [];
  for (const [index, { name, cell }] of rows.entries()) {
    const attempt = documents[index]?.attempts[0];
    t.same(validateDocument(documents[index]), []);
    t.equal(
      attempt?.status,
      cell.node ?? cell.expected.status,
      `${name}: ${cell.address} ${cell.port ?? 443}`,
    );
    t.equal(attempt?.errno, cell.expected.errno);
    t.equal(attempt?.icmp, null);
    t.equal(attempt?.cause, nodeCause(cell), `${name}: cause`);
  }
});
