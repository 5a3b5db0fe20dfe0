import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { TcpDocument, TcpStatus } from '../../../src/probe/tcp/types.js';
import { availability, type LabMode, namespaceFlags } from '../../lab/availability.js';
import { toolEnvironment } from '../../lab/tools.js';
import { validateDocument } from '../../schema/validate.js';

const found = await availability();

/**
 * A host whose firewall rejects in every way there is, and whose routes lead nowhere in every way there is.
 */
const setUp = `
ip link set lo up
ip route add unreachable 10.9.1.0/24
ip route add prohibit 10.9.2.0/24
ip route add blackhole 10.9.3.0/24
ip -6 route add prohibit fd09:2::/64
nft 'table inet firewall { chain input { type filter hook input priority 0;
  tcp dport 101 reject with icmpx type admin-prohibited
  tcp dport 102 reject with icmpx type host-unreachable
  tcp dport 103 reject with icmpx type port-unreachable
  tcp dport 104 reject with tcp reset
}; }'
exec "$@"
`;

async function connectThere(
  mode: LabMode,
  targets: { port: number; addresses: string[] }[],
): Promise<TcpDocument[]> {
  const script = fileURLToPath(new URL('./connect-here.ts', import.meta.url));
  const program = [process.execPath, ...process.execArgv, script, JSON.stringify(targets)];
  const { stdout } = await promisify(execFile)(
    'unshare',
    [...namespaceFlags(mode), 'sh', '-euc', setUp, 'sh', ...program],
    { env: toolEnvironment },
  );
  return JSON.parse(stdout);
}

test('what firewalls and routes do to connect(2), on a real kernel', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  if (found.mode === null) return;
  const rows: [port: number, address: string, status: TcpStatus, errno: string, local: boolean][] = [
    [101, '127.0.0.1', 'unreachable', 'EHOSTUNREACH', false],
    [101, '::1', 'prohibited', 'EACCES', false],
    [102, '127.0.0.1', 'unreachable', 'EHOSTUNREACH', false],
    [102, '::1', 'unreachable', 'EHOSTUNREACH', false],
    [103, '127.0.0.1', 'refused', 'ECONNREFUSED', false],
    [103, '::1', 'refused', 'ECONNREFUSED', false],
    [104, '127.0.0.1', 'refused', 'ECONNREFUSED', false],
    [104, '::1', 'refused', 'ECONNREFUSED', false],
    [443, '10.9.9.1', 'unreachable', 'ENETUNREACH', true],
    [443, '10.9.1.1', 'unreachable', 'EHOSTUNREACH', true],
    [443, '10.9.2.1', 'denied', 'EACCES', true],
    [443, '10.9.3.1', 'unreachable', 'EINVAL', true],
    [443, 'fd09:9::1', 'unreachable', 'ENETUNREACH', true],
    [443, 'fd09:2::1', 'denied', 'EACCES', true],
    [443, 'fe80::1', 'unreachable', 'EINVAL', true],
  ];
  const ports = [...new Set(rows.map(([port]) => port))];
  const documents = await connectThere(
    found.mode,
    ports.map((port) => ({ port, addresses: rows.filter((row) => row[0] === port).map((row) => row[1]) })),
  );
  for (const document of documents) t.same(validateDocument(document), []);
  const attempts = documents.flatMap((document) => document.attempts);
  for (const [port, address, status, errno, local] of rows) {
    const attempt = attempts.find((each) => each.port === port && each.address === address);
    t.match(attempt, { status, errno, local }, `${address} ${port}`);
    t.equal(attempt?.localPort === null, local, 'where nothing was sent no port was taken');
  }
});
