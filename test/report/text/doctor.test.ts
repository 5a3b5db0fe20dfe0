import { test } from 'tap';
import type { DoctorAws, DoctorDocument } from '../../../src/documents/doctor.js';
import { doctorText } from '../../../src/report/text/doctor.js';
import { doctorDocument, plain } from '../documents.js';
import { lines } from '../lines.js';

test('what the host has and lacks, with the command that adds it on a line of its own', async (t) => {
  t.equal(
    doctorText(doctorDocument(), plain),
    lines(
      "✓ nameservers      10.0.0.2 (the VPC's resolver), 10.9.9.9",
      '✗ trace, syn       raw SYN packets: not available',
      '✓ trace, connect   ordinary sockets, no privileges needed; this method is the',
      '                   default here',
      '✓ system           linux 6.18.44 x64, Node 20.20.2',
      '✓ authorities      142 of the system (/etc/ssl/certs/ca-certificates.crt), 146',
      '                   of Node',
      '✓ netlink          routes and addresses can be read',
      '· limits           1024 open files, source ports 32768 to 60999',
      '· privileges       user id 1000, CAP_NET_RAW no, CAP_NET_ADMIN no',
      '✓ start            compiled code is kept in',
      '                   /home/ops/.cache/pprobe/start/doctor.code',
      '',
      '! trace --method syn: Raw sockets need CAP_NET_RAW.',
      '  sudo setcap cap_net_raw+ep node',
      '',
      'All commands work here; trace has one of its two methods, and needs one only.',
    ),
  );
});

test('a host without nameservers', async (t) => {
  const text = doctorText(doctorDocument({ nameservers: [], problems: [] }), plain);
  t.match(text, '✗ nameservers      none\n');
  t.match(text, 'Names cannot be resolved here; addresses can still be probed.\n');
});

test('a host that cannot trace can still diagnose', async (t) => {
  const engines = doctorDocument().engines.map((engine) => ({ ...engine, available: false, reason: 'no' }));
  t.match(doctorText(doctorDocument({ engines }), plain), /DNS, TCP, TLS and HTTP work here; trace does not/);
});

test('where compiled code is, or why there is none', async (t) => {
  const path = '/home/ops/.cache/pprobe/start/doctor.code';
  const text = (compiledCode: DoctorDocument['compiledCode']) =>
    doctorText(doctorDocument({ compiledCode }), { ...plain, columns: 200 });
  t.match(text({ use: 'shipped', path, problem: null }), `compiled code came with the program: ${path}\n`);
  t.match(text({ use: 'none', path, problem: null }), `keeps it in ${path}; the next starts faster\n`);
  const problem = '/home/ops/.cache belongs to another user';
  t.match(text({ use: 'none', path: null, problem }), `so commands start slower: ${problem}\n`);
  t.notMatch(text(null), 'compiled');
});

test('privileges that the system does not report are unknown, not absent', async (t) => {
  const privileges = { uid: null, capNetRaw: null, capNetAdmin: null };
  const text = doctorText(doctorDocument({ privileges }), plain);
  t.match(text, 'user id unknown, CAP_NET_RAW unknown, CAP_NET_ADMIN unknown');
});

test('"everything works" stands beside no failed line and no remark', async (t) => {
  const available = doctorDocument().engines.map((engine) => ({ ...engine, available: true, reason: null }));
  const whole: Partial<DoctorDocument> = { engines: available, problems: [] };
  t.match(doctorText(doctorDocument(whole), plain), /Everything works here\.\n$/);
  const lacking: Partial<DoctorDocument>[] = [
    { nameservers: [] },
    { engines: doctorDocument().engines },
    { problems: [{ text: 'Node 18.20.4 is too old: pprobe needs Node 20.19 or later', remedy: null }] },
    { netlink: false, problems: [{ text: 'AF_NETLINK is refused', remedy: null }] },
    { netlink: false },
    { refusedSockets: [{ protocol: 'udp', family: 6, errno: 'EAFNOSUPPORT' }] },
    { refusedSockets: [{ protocol: 'tcp', family: 4, errno: 'EPERM' }] },
    { kernel: { release: '5.4.0', supported: false } },
    { authorities: [{ store: 'system', path: '/no/such', count: 0, problem: 'ENOENT' }] },
  ];
  for (const changes of lacking) {
    const text = doctorText(doctorDocument({ ...whole, ...changes }), plain);
    t.notMatch(text, 'Everything works', JSON.stringify(changes));
  }
});

test('what AWS refuses, or a service that is not reachable, is no command that works', async (t) => {
  const engines = doctorDocument().engines.map((engine) => ({ ...engine, available: true, reason: null }));
  const whole: DoctorAws = {
    credentials: { source: 'environment', expiresAt: null },
    region: 'eu-central-1',
    account: '123456789012',
    principal: 'assumed-role/reader',
    problem: null,
    endpoints: [{ service: 'ec2', reachable: true, text: null }],
    calls: [{ service: 'ec2', action: 'DescribeSubnets', permission: null, status: 'allowed', text: null }],
  };
  const told = (aws: DoctorAws): string => doctorText(doctorDocument({ engines, problems: [], aws }), plain);
  t.match(told(whole), /Everything works here\.\n$/);
  for (const changes of [
    { problem: 'no credentials were found', credentials: null },
    { endpoints: [{ service: 'ec2', reachable: false, text: 'ETIMEDOUT' }], calls: [] },
    {
      calls: [{ service: 'ec2', action: 'DescribeSubnets', permission: null, status: 'denied', text: null }],
    },
  ] satisfies Partial<DoctorAws>[])
    t.match(
      told({ ...whole, ...changes }),
      /All commands but those that ask AWS work here; see the lines above\.\n$/,
    );
});

test('without sockets for IPv4, not all commands work', async (t) => {
  const refusedSockets: DoctorDocument['refusedSockets'] = [{ protocol: 'tcp', family: 4, errno: 'EPERM' }];
  const text = doctorText(doctorDocument({ refusedSockets, problems: [] }), plain);
  t.match(text, '✗ sockets          refused: TCP over IPv4 (EPERM)\n');
  t.match(text, /What needs the refused sockets does not work here/);
});
