import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { connectAddresses } from '../../../src/probe/tcp/connect-addresses.js';

/**
 * A program for a network namespace: listens on every port given as JSON, connects to each with SYNs of further sockets, and
 * prints the attempts, the connections that the server saw, and how many sockets still connect.
 */
interface Cell {
  port: number;
  address?: string;
  furtherSynsAtMs: number[];
  /** When silence counts; absent: never. */
  afterMs?: number;
  source?: string;
}

const cells: Cell[] = JSON.parse(process.argv[2] ?? '[]');
const accepted = new Map<number, number>();
await Promise.all(
  cells.map(
    ({ port }) =>
      new Promise<void>((resolve) => {
        const server = createServer((socket) => {
          accepted.set(port, (accepted.get(port) ?? 0) + 1);
          socket.on('error', () => {}).resume();
        });
        server.listen(port, '0.0.0.0', resolve);
      }),
  ),
);
const attempts = [];
for (const { port, address = '127.0.0.1', source, furtherSynsAtMs, afterMs } of cells) {
  const silence = { furtherSynsAtMs, countsAfterMs: () => afterMs ?? Number.POSITIVE_INFINITY };
  const options = { source, silence, watchMs: 1, timeoutMs: 60_000 };
  const document = await connectAddresses(
    { host: 'a', port, addresses: [address], resolution: null },
    options,
  );
  attempts.push(...document.attempts);
}
const connections = cells.map(({ port }) => accepted.get(port) ?? 0);
process.stdout.write(JSON.stringify({ attempts, connections, connecting: connecting() }));
process.exit(0);

/** The number of sockets of this namespace in SYN_SENT, state 2 in /proc/net/tcp (proc(5)). */
function connecting(): number {
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return lines.filter((line) => line.trim().split(/ +/)[3] === '02').length;
}
