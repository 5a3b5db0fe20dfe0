import { test } from 'tap';
import { tcpText } from '../../../src/report/text/tcp.js';
import { dnsDocument, plain, tcpAttempt, tcpDocument } from '../documents.js';
import { lines } from '../lines.js';

test('one open address', async (t) => {
  t.equal(
    tcpText(tcpDocument(), plain),
    lines('api.example.com port 443: open', '  ✓ 10.0.1.23  open  1.2 ms  accepts connections'),
  );
});

test('addresses that differ: an aligned line each, errno in words, and the share in the first line', async (t) => {
  const attempts = [
    tcpAttempt(),
    tcpAttempt({ address: '10.0.22.101', status: 'timeout', durationMs: 3000.1 }),
    tcpAttempt({
      address: 'fd00::1',
      status: 'unreachable',
      errno: 'ENETUNREACH',
      local: true,
      durationMs: 0.2,
    }),
    tcpAttempt({ address: '10.0.3.3', status: 'refused', errno: 'ECONNREFUSED' }),
  ];
  t.equal(
    tcpText(tcpDocument({ attempts }), plain),
    lines(
      'api.example.com port 443: open on 1 of 4 addresses',
      '  ✓ 10.0.1.23    open            1.2 ms  accepts connections',
      '  ✗ 10.0.22.101  timeout      3000.1 ms  nothing came back',
      '  ✗ fd00::1      unreachable     0.2 ms  no route to that network; this host',
      '                                         sent nothing (ENETUNREACH)',
      '  ✗ 10.0.3.3     refused         1.2 ms  a reset, or an ICMP port unreachable,',
      '                                         came back (ECONNREFUSED)',
    ),
  );
});

test('a name without addresses shows what DNS said instead of an empty table', async (t) => {
  const resolution = dnsDocument({ status: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], records: [] });
  t.equal(
    tcpText(tcpDocument({ status: 'error', attempts: [], resolution }), plain),
    lines(
      'api.example.com port 443: error',
      'The name gave no address to connect to:',
      '',
      '✗ api.example.com  A, AAAA',
      '  there is no such name (NXDOMAIN)',
      '  from 10.0.0.2 over UDP, 3.2 ms',
    ),
  );
});

test('an errno without words of its own has the words of its status', async (t) => {
  const attempts = [tcpAttempt({ status: 'error', errno: 'EWHATEVER' })];
  t.match(
    tcpText(tcpDocument({ status: 'error', attempts }), plain),
    'the attempt could not be made (EWHATEVER)',
  );
});

test('--verbose: the local end of each connection, and how the name was resolved', async (t) => {
  const text = tcpText(tcpDocument(), plain, true);
  t.match(text, '    to 10.0.1.23 from 10.0.5.6 port 40000\n\n✓ api.example.com  A, AAAA\n');
  t.match(text, '\nQueries\n');
});
