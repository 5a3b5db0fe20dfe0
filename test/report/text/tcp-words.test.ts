import { test } from 'tap';
import type { TcpAttempt } from '../../../src/documents/tcp.js';
import { attemptWords, tcpLine, tcpText } from '../../../src/report/text/tcp.js';
import { plain, tcpAttempt, tcpDocument } from '../documents.js';

const icmp = (type: number, code: number) => ({ type, code });

const rows: [attempt: Partial<TcpAttempt>, words: string][] = [
  [{ status: 'open', cause: 'syn-ack' }, 'accepts connections'],
  [
    { status: 'open', cause: 'syn-ack', retransmits: 1, firstSynLost: true },
    'SYN 1 was not answered, a later one was: packets are lost',
  ],
  [
    { status: 'open', cause: 'syn-ack', retransmits: 1, firstSynLost: false, durationMs: 1310 },
    'SYN 1 was answered late, after 1310.0 ms: the round trip is long',
  ],
  [
    { status: 'open', cause: 'syn-ack', retransmits: 2, firstSynLost: null },
    'the answer came after 3 SYNs; it is not known which one it answers',
  ],
  [
    { status: 'open', cause: 'syn-ack', banner: null, afterOpen: { end: 'closed', afterMs: 3 } },
    'accepts connections; the other end closed it after 3.0 ms without a word',
  ],
  [
    { status: 'open', cause: 'syn-ack', afterOpen: { end: 'reset', afterMs: 0 } },
    'the other end reset it at once',
  ],
  [
    { status: 'open', cause: 'syn-ack', address: '10.0.1.5', localAddress: '10.0.9.15', window: 65483 },
    'accepts connections; this host itself did: the address is its own, or a rule redirects',
  ],
  [{ status: 'open', cause: 'syn-ack', banner: 'SSH-2.0\u001b[31m' }, 'sends "SSH-2.0'],
  [{ status: 'open', cause: 'syn-ack', banner: null }, 'sends no banner'],
  [{ status: 'refused', cause: 'rst', errno: 'ECONNREFUSED' }, 'a reset came back: nothing listens'],
  [
    { status: 'reset', cause: 'rst-after-syn-ack', errno: 'ECONNRESET' },
    'accepted and reset at once: look at the proxy',
  ],
  [{ status: 'timeout', cause: 'silence', retransmits: 2 }, 'nothing came back to 3 SYNs'],
  [{ status: 'timeout', cause: 'silence', retransmits: 0 }, 'nothing came back'],
  [
    { status: 'prohibited', cause: 'icmp', errno: 'EHOSTUNREACH', from: '10.0.0.1', icmp: icmp(3, 13) },
    '10.0.0.1 reports communication administratively prohibited: a filter rejects it (ICMP 3/13) (EHOSTUNREACH)',
  ],
  [
    { address: 'fd00::1', status: 'prohibited', cause: 'icmp', from: 'fd00::9', icmp: icmp(1, 5) },
    'fd00::9 reports source address failed ingress or egress policy: a filter rejects it (ICMP 1/5)',
  ],
  [
    { status: 'refused', cause: 'icmp', from: '10.0.1.23', icmp: icmp(3, 3) },
    'the target itself reports port unreachable: a firewall rejects',
  ],
  [
    { status: 'unreachable', cause: 'icmp', from: '10.0.0.1', icmp: icmp(11, 0) },
    'a routing loop; see `pprobe trace`',
  ],
  [
    { status: 'unreachable', cause: 'icmp', from: '10.0.0.1', icmp: icmp(3, 99) },
    '10.0.0.1 reports an error (ICMP 3/99)',
  ],
  [
    { status: 'unreachable', cause: 'silent-neighbour', neighbour: '10.0.1.23' },
    'no host on this link answers for the address',
  ],
  [
    { status: 'unreachable', cause: 'silent-neighbour', neighbour: '10.0.1.1' },
    'the gateway 10.0.1.1 does not answer',
  ],
  [
    { status: 'unreachable', cause: 'no-route', errno: 'ENETUNREACH' },
    'this host has no route to it: see `ip route get`',
  ],
  [{ status: 'denied', cause: 'prohibit-route', errno: 'EACCES' }, 'a route of type prohibit on this host'],
  [
    { status: 'denied', cause: 'local-firewall', icmp: icmp(3, 3) },
    "this host's own firewall rejects it: see `nft list ruleset`",
  ],
  [
    { status: 'denied', cause: 'local-firewall' },
    "this host's own firewall drops it: see `nft list ruleset`",
  ],
  [
    { status: 'denied', cause: 'local-policy', errno: 'EPERM' },
    'a security module, or a seccomp or BPF filter',
  ],
  [{ status: 'unreachable', cause: 'zone-missing', errno: 'EINVAL' }, 'give ADDRESS%INTERFACE'],
  [{ status: 'error', cause: 'no-ports', errno: 'EADDRNOTAVAIL' }, 'sysctl net.ipv4.ip_local_port_range'],
  [{ status: 'error', cause: 'no-descriptors', errno: 'EMFILE' }, 'see `ulimit -n`'],
  [{ status: 'error', cause: 'canceled', errno: 'ECANCELED' }, 'interrupted before an answer came'],
  [{ status: 'error', cause: 'source-family', errno: 'EAFNOSUPPORT' }, 'of another family than --source'],
];

test('every result has words, with what to look at where that is known', async (t) => {
  for (const [attempt, words] of rows) {
    const said = attemptWords(tcpAttempt(attempt));
    t.ok(said.includes(words), said);
    t.notMatch(said, /undefined|null|\u001b/);
  }
});

test('statistics as ping prints them, without times where nothing answered; times below 0.1 ms are not 0.0', async (t) => {
  const known = {
    sent: 3,
    answered: 2,
    open: 2,
    lossPercent: 33.333,
    minMs: 0.02,
    avgMs: 0.5,
    maxMs: 1,
    mdevMs: 0.4,
  };
  const silent = {
    sent: 2,
    answered: 0,
    open: 0,
    lossPercent: 100,
    minMs: null,
    avgMs: null,
    maxMs: null,
    mdevMs: null,
  };
  const text = tcpText(
    tcpDocument({
      attempts: [tcpAttempt({ durationMs: 0.02 })],
      statistics: [
        { address: '10.0.1.23', ...known },
        { address: '10.0.1.24', ...silent },
      ],
    }),
    plain,
  );
  t.match(text, '10.0.1.23  open  0.02 ms');
  t.match(
    text,
    '--- 10.0.1.23 ---\n3 sent, 2 answered, 2 open, 33.3% loss\nrtt min/avg/max/mdev = 0.020/0.500/1.000/0.400 ms\n',
  );
  t.ok(text.endsWith('--- 10.0.1.24 ---\n2 sent, 0 answered, 0 open, 100% loss\n'));
});

test('one line per target of many: the reason is given unless it is open', async (t) => {
  t.equal(tcpLine(tcpDocument(), plain), '✓ api.example.com 443  open  1.2 ms');
  const silent = tcpAttempt({ address: '10.0.1.24', status: 'timeout' });
  const some = tcpDocument({ attempts: [tcpAttempt(), silent] });
  t.equal(tcpLine(some, plain), '✓ api.example.com 443  open on 1 of 2 addresses  1.2 ms');
  const none = tcpDocument({ status: 'error', attempts: [] });
  t.match(tcpLine(none, plain), 'api.example.com 443  error  the name gave no address');
  t.notMatch(tcpLine(tcpDocument({ host: 'a\u001b[2Jb' }), plain), '\u001b');
});
