import type { Fault } from './fault.js';
import { silentNetwork } from './interrupts.js';
import { dns, silent } from './peers.js';

const part = 'limits of this host';

/** Shell code inside a silent network. */
const inNetwork = (code: string): string => silentNetwork.replace('exec "$@"\' sh', `${code}; exec "$@"' sh`);

const few = (args: readonly string[], more: Partial<Fault> = {}): Fault => ({
  id: `descriptors-${args[0]}`,
  part,
  fault: 'hardly any descriptors: ulimit -n 24',
  args: [...args, '--json'],
  shell: 'ulimit -n 24; exec "$@"',
  peer: silent,
  code: [0, 3],
  costly: true,
  ...more,
});

const noPort = (args: readonly string[], code: readonly number[], more: Partial<Fault> = {}): Fault => ({
  id: `ports-${args[0]}`,
  part,
  fault: 'no free local port',
  args: [...args, '--json'],
  shell: inNetwork('sysctl -qw net.ipv4.ip_local_reserved_ports=1024-65535'),
  root: true,
  code,
  says: /port/,
  never: /EWOULDBLOCK/,
  costly: true,
  ...more,
});

const goes = (what: 'link' | 'address', args: readonly string[], more: Partial<Fault> = {}): Fault => ({
  id: `${what}-goes-${args[0]}`,
  part,
  fault:
    what === 'link'
      ? 'the interface is removed during the measurement'
      : 'the address of the interface is removed',
  args: [...args, '--json'],
  shell: inNetwork(
    `(sleep 1; ip ${what === 'link' ? 'link del d0' : 'address del 10.77.0.1/24 dev d0'}) >&- 2>&- &`.replace(
      ' &',
      ' & true',
    ),
  ),
  root: true,
  code: [3, 11, 14],
  never: /last link answers|Start the DNS/,
  costly: true,
  ...more,
});

const refuseToSend =
  'nft add table ip t; nft "add chain ip t o { type filter hook output priority 0; }"; nft add rule ip t o ip daddr 10.77.0.2 drop';

/** Three computations that occupy the thread pool for about a second each. */
const busyPool = `import { pbkdf2 } from 'node:crypto'; for (let i = 0; i < 3; i++) pbkdf2('a', 'b', 300_000, 64, 'sha512', () => {});`;

const awsTarget = 'https://abc123defg.execute-api.us-east-1.amazonaws.com/prod';
const awsEnvironment = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
};

export const thisHost: readonly Fault[] = [
  ...[
    ['serve', '--listen', '127.0.0.1:0'],
    ['fleet', 'diagnose', '127.0.0.1:CLOSED', '--via', 'ssh', '--hosts', '127.0.0.1'],
    ['agent', '--server', 'tls://127.0.0.1:CLOSED', '--fleet', 'f'],
  ].map((args) =>
    few(args, {
      args,
      fault: 'fewer descriptors than modules: ulimit -n 64',
      shell: 'ulimit -n 64; exec "$@"',
      code: [3],
      says: /cannot load its modules: .*ulimit -n 1024/,
    }),
  ),
  few(['dns', '--file', '-', '--server', '127.0.0.1#PORT', '--timeout', '60000'], {
    peer: dns,
    input: 'a.example\nb.example\nc.example\n',
    says: /"kind":"dns"/,
  }),
  few(['tcp', '127.0.0.1', 'PORT'], { document: 'tcp' }),
  few(['trace', '127.0.0.1', '-p', 'PORT'], { document: 'trace' }),
  few(['collect', awsTarget, '--server', '127.0.0.1#CLOSED'], {
    document: 'error',
    code: [3],
    env: awsEnvironment,
    shell: 'ulimit -n 21; exec "$@" --no-imds --source 10.0.0.1',
    says: /does not run on this host: .*EMFILE/,
    never: /time for reading|bug/,
  }),
  few(['doctor'], { document: 'doctor', never: /npm install koffi/ }),
  few(['diagnose', '127.0.0.1:PORT', '--no-trace'], { document: 'report' }),
  few(['dns', 'localhost', '127.0.0.1#PORT', '--timeout', '60000', '--system'], {
    id: 'descriptors-getent',
    peer: dns,
    document: 'error',
    says: /EMFILE/,
    shell: 'ulimit -n 20; exec "$@"',
  }),
  noPort(['dns', 'a.example', '10.77.0.2', '--timeout', '500'], [3], { document: 'dns' }),
  noPort(['tcp', '10.77.0.2', '443', '--timeout', '500'], [3], { document: 'tcp' }),
  noPort(['trace', '10.77.0.2', '-p', '443', '--method', 'connect', '--max-ttl', '3'], [3], {
    document: 'error',
  }),
  noPort(['diagnose', '10.77.0.2:443', '--timeout', '500', '--no-trace'], [3], {
    document: 'report',
    says: /local\.no-port/,
  }),
  noPort(['fleet', 'agents', '--server', 'nats://127.0.0.1:900', '--fleet', 'f'], [3], {
    document: 'error',
    says: /this host cannot connect .*port left/,
    never: /bug|does not answer/,
  }),
  noPort(['collect', awsTarget, '--source', '10.0.0.1', '--no-imds', '--server', '127.0.0.1#9'], [3], {
    document: 'facts',
    env: { ...awsEnvironment, AWS_ENDPOINT_URL: 'http://127.0.0.1:900' },
    says: /no local port left/,
    never: /as one of AWS/,
  }),
  ...(['dns', 'diagnose'] as const).map(
    (command): Fault => ({
      id: `no-route-to-resolver-${command}`,
      part,
      fault: 'this host has no route to the resolver',
      args:
        command === 'dns'
          ? ['dns', 'a.example', '10.9.9.9', '--timeout', '500', '--json']
          : ['diagnose', 'a.example:443', '--server', '10.9.9.9', '--timeout', '500', '--no-trace', '--json'],
      shell: 'exec unshare --net sh -c \'ip link set lo up; exec "$@"\' sh "$@"',
      root: true,
      code: [3, 10, 14],
      document: command === 'dns' ? 'dns' : 'report',
      says: /ENETUNREACH|no route/,
      never: /Start the DNS/,
      ...(command === 'dns' ? {} : { costly: true }),
    }),
  ),
  goes('link', ['tcp', '10.77.0.2', '443', '--timeout', '3000'], { document: 'tcp' }),
  goes('link', ['trace', '10.77.0.2', '-p', '443', '--wait', '1000'], { document: 'trace' }),
  goes('link', ['diagnose', '10.77.0.2:443', '--timeout', '3000'], { document: 'report' }),
  goes('address', ['tcp', '10.77.0.2', '443', '--timeout', '3000'], { document: 'tcp' }),
  goes('address', ['trace', '10.77.0.2', '-p', '443', '--wait', '1000'], { document: 'trace' }),
  goes('address', ['diagnose', '10.77.0.2:443', '--timeout', '3000'], { document: 'report' }),
  // nf_conntrack_max is that of the host and cannot be set in a namespace. A full table gives what a rule that drops gives: EPERM of
  // sendto(2).
  ...(
    [
      ['dns', ['dns', 'a.example', '10.77.0.2', '--timeout', '500', '--tries', '1'], 'dns', /EPERM/],
      // The kernel keeps EPERM of a SYN from connect(2) and sends it again (tcp_connect() in tcp_output.c): only a raw send, as in
      // trace and diagnose, sees it.
      ['tcp', ['tcp', '10.77.0.2', '443', '--timeout', '500'], 'tcp', /"status": "timeout"/],
      ['trace', ['trace', '10.77.0.2', '-p', '443', '--max-ttl', '3', '--wait', '500'], 'trace', /EPERM/],
    ] as const
  ).map(
    ([command, args, document, says]): Fault => ({
      id: `firewall-here-${command}`,
      part,
      fault: 'this host refuses to send, as with a full table of connections (EPERM)',
      args: [...args, '--json'],
      shell: inNetwork(refuseToSend),
      root: true,
      code: command === 'tcp' ? [11] : command === 'dns' ? [3, 10] : [3, 12],
      document,
      says,
      never: /"outcome": "filtered"|last link answers|Start the DNS/,
      costly: true,
    }),
  ),
  {
    id: 'firewall-here',
    part,
    fault: 'this host refuses to send, as with a full table of connections (EPERM)',
    args: ['diagnose', '10.77.0.2:443', '--timeout', '500', '--json'],
    shell: inNetwork(refuseToSend),
    root: true,
    code: [3, 12],
    document: 'report',
    says: /local\.firewall[\s\S]*nf_conntrack/,
    costly: true,
  },
  // Node itself needs nine and its pool four: native-notes/unprivileged.md. The kernel counts the threads of
  // a user, so each of these has a user that nobody else has: two run at the same time.
  ...[12, 16].map(
    (threads): Fault => ({
      id: `threads-${threads}`,
      part,
      fault: `a user who may have ${threads} threads`,
      args: ['diagnose', '127.0.0.1:PORT', '--no-trace', '--json'],
      shell: `exec setpriv --reuid ${61_700 + threads} --regid ${61_700 + threads} --clear-groups prlimit --nproc=${threads} "$@"`,
      peer: silent,
      root: true,
      code: [0, 3],
      document: 'report',
      costly: true,
    }),
  ),
  {
    id: 'busy-pool',
    part,
    fault: 'one thread in the pool of Node, and it is busy',
    args: ['diagnose', 'localhost:PORT', '-4', '--no-trace', '--json'],
    env: {
      UV_THREADPOOL_SIZE: '1',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(busyPool)}`,
    },
    peer: silent,
    code: [0],
    document: 'report',
    says: /"reachable"/,
    costly: true,
  },
  ...(['<&-', '>&-', '2>&-', '<&- >&- 2>&-'] as const).map(
    (closed): Fault => ({
      id: `closed ${closed}`,
      part,
      fault: `a standard stream is closed: ${closed}`,
      args: ['tcp', '127.0.0.1', 'PORT', '--json'],
      shell: `exec "$@" ${closed}`,
      peer: silent,
      code: [0],
      ...(closed.includes('>&-') && closed !== '2>&-' ? {} : { document: 'tcp' }),
      costly: true,
    }),
  ),
  {
    id: 'closed-input-file',
    part,
    fault: 'standard input is closed, and the names should come from it',
    args: ['dns', '--file', '-', '--server', '127.0.0.1#9', '--json'],
    shell: 'exec "$@" <&-',
    code: [0, 2, 3],
    costly: true,
  },
];
