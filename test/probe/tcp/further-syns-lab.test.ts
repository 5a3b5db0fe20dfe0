import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { TcpAttempt } from '../../../src/documents/tcp.js';
import { availability, namespaceFlags } from '../../lab/availability.js';
import { toolEnvironment } from '../../lab/tools.js';
import { programArguments } from '../../program.js';

const found = await availability();
const unavailable = found.mode === null ? found.reason : false;

/** The first SYN to ports 2001 and 2002 is dropped, all of those to 2003; this host's own firewall drops those to 2004. */
const network = `
ip link set lo up
nft -f - <<'END'
table ip lossy {
  chain input {
    type filter hook input priority 0;
    tcp dport { 2001, 2002 } tcp flags & (syn | ack) == syn numgen inc mod 1000 == 0 drop
    tcp dport 2003 drop
  }
  chain output { type filter hook output priority 0; tcp dport 2004 drop; }
}
END
`;

interface Printed {
  attempts: TcpAttempt[];
  connections: number[];
  connecting: number;
}

async function connectThere(cells: readonly object[], setUp = ''): Promise<Printed> {
  const script = programArguments(new URL('./further-syns-here.ts', import.meta.url));
  const program = [process.execPath, ...script, JSON.stringify(cells)];
  const { stdout } = await promisify(execFile)(
    'unshare',
    [
      ...namespaceFlags(found.mode ?? 'root'),
      'sh',
      '-euc',
      `${network}${setUp}\nexec "$@"`,
      'sh',
      ...program,
    ],
    { env: toolEnvironment },
  );
  return JSON.parse(stdout);
}

test('SYNs of further sockets', { skip: unavailable }, async (t) => {
  const { attempts, connections, connecting } = await connectThere([
    { port: 2001, furtherSynsAtMs: [150, 60_000] },
    { port: 2003, furtherSynsAtMs: [50, 100], afterMs: 200 },
    { port: 2004, furtherSynsAtMs: [50], afterMs: 100 },
    { port: 2005, furtherSynsAtMs: [60_000] },
    { port: 2006, furtherSynsAtMs: [0], source: '127.0.0.7' },
  ]);
  const [lost, silent, own, open, bound] = attempts;
  t.match(lost, { status: 'open', retransmits: 1, firstSynLost: true }, 'the second SYN is answered');
  t.ok((lost?.durationMs ?? 0) >= 150, 'its time counts from the first SYN');
  t.match(silent, { status: 'timeout', errno: null, cause: 'silence' });
  t.ok((silent?.retransmits ?? 0) >= 3, "the SYNs of further sockets and the kernel's second one count");
  t.match(own, { status: 'denied', cause: 'local-firewall' }, 'known from the retransmission alone');
  t.match(open, { status: 'open', retransmits: 0, firstSynLost: false });
  t.match(bound, { status: 'open', localAddress: '127.0.0.7' });
  t.same(connections, [1, 0, 0, 1, 1], 'the server sees one connection each');
  t.equal(connecting, 0, 'no socket is left');
});

test('no port for a later SYN costs nothing', { skip: unavailable }, async (t) => {
  const ports = 'echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range';
  const cells = [{ port: 2003, furtherSynsAtMs: [20, 40], afterMs: 60 }];
  const { attempts, connecting } = await connectThere(cells, ports);
  t.match(attempts, [{ status: 'timeout', errno: null, cause: 'silence', localPort: 40000 }]);
  t.equal(connecting, 0, 'no socket is left');
});
