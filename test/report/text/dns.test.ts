import { test } from 'tap';
import type { DnsDocument, DnsServerView, SystemComparison } from '../../../src/documents/dns.js';
import { dnsText } from '../../../src/report/text/dns.js';
import { dnsAttempt, dnsDocument, plain } from '../documents.js';
import { lines } from '../lines.js';

test('an answer: name, addresses with their scope in words, server and time', async (t) => {
  t.equal(
    dnsText(dnsDocument(), plain),
    lines(
      '✓ api.example.com  A, AAAA',
      '  10.0.1.23    private (RFC 1918)',
      '  10.0.22.101  private (RFC 1918)',
      '  private: as expected of an interface endpoint',
      '  from 10.0.0.2 over UDP, 3.2 ms',
    ),
  );
});

test('an internationalised name is shown as A-labels and in Unicode', async (t) => {
  const heading = (name: string) =>
    dnsText(dnsDocument({ question: { name, type: 'A' } }), plain).split('\n')[0];
  t.equal(heading('xn--bcher-kva.example'), '✓ xn--bcher-kva.example (bücher.example)  A');
  t.equal(heading('api.example'), '✓ api.example  A');
  t.equal(heading('xn--0.example'), '✓ xn--0.example  A', 'an invalid A-label is shown once');
});

test('aliases are listed in the order they were followed, and not repeated as records', async (t) => {
  const text = dnsText(
    dnsDocument({
      chain: ['alias.example.net', 'execute-api.us-east-1.amazonaws.com'],
      records: [
        { name: 'api.example.com', type: 'CNAME', ttl: 60, data: 'alias.example.net.' },
        { name: 'alias.example.net', type: 'CNAME', ttl: 60, data: 'Execute-API.us-east-1.amazonaws.com.' },
        { name: 'execute-api.us-east-1.amazonaws.com', type: 'A', ttl: 60, data: '10.0.1.23' },
      ],
      addresses: [{ address: '10.0.1.23', family: 4, scope: 'private', ttl: 60 }],
    }),
    plain,
  );
  t.equal(
    text,
    lines(
      '✓ api.example.com  A, AAAA',
      '  alias of alias.example.net',
      '  alias of execute-api.us-east-1.amazonaws.com',
      '  10.0.1.23  private (RFC 1918)',
      '  private: as expected of an interface endpoint',
      '  from 10.0.0.2 over UDP, 3.2 ms',
    ),
  );
});

test('a name that does not exist says so in words and with the code', async (t) => {
  const document = dnsDocument({ status: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], records: [] });
  t.equal(
    dnsText(document, plain),
    lines(
      '✗ api.example.com  A, AAAA',
      '  there is no such name (NXDOMAIN)',
      '  from 10.0.0.2 over UDP, 3.2 ms',
    ),
  );
});

test('a server that never replied was asked; the answer is not from it', async (t) => {
  const document = dnsDocument({
    status: 'timeout',
    rcode: null,
    addresses: [],
    records: [],
    attempts: [dnsAttempt({ outcome: 'timeout', rcode: null })],
  });
  t.match(dnsText(document, plain), 'no answer came in time\n  asked 10.0.0.2 over UDP');
});

test('a query that could not be sent has its errno; an interrupted one says so', async (t) => {
  const nothing = { status: 'error', rcode: null } as const;
  const failed = (errno: string) =>
    dnsText(
      dnsDocument({
        ...nothing,
        addresses: [],
        records: [],
        attempts: [dnsAttempt({ outcome: 'error', errno })],
      }),
      plain,
    );
  t.match(failed('EPERM'), '  the query could not be sent (EPERM)\n');
  t.match(failed('ECANCELED'), '  interrupted before an answer came\n');
});

test("the server's own explanation is shown", async (t) => {
  const extendedErrors = [{ code: 22, text: 'No Reachable Authority (at delegation example.com.)' }];
  const text = dnsText(
    dnsDocument({ status: 'servfail', addresses: [], records: [], extendedErrors }),
    plain,
  );
  t.match(
    text,
    '  the server adds: No Reachable Authority (at delegation example.com.), extended\n    error 22\n',
  );
});

test('other types show their records, with escape sequences made visible', async (t) => {
  const text = dnsText(
    dnsDocument({
      question: { name: 'example.com', type: 'MX,TXT' },
      addresses: [],
      records: [
        { name: 'example.com', type: 'MX', ttl: 300, data: '10 mail.example.com.' },
        { name: 'example.com', type: 'TXT', ttl: 300, data: '"\x1b]0;owned\x07"' },
      ],
    }),
    plain,
  );
  t.match(text, '  MX   10 mail.example.com.\n  TXT  "\\x1b]0;owned\\x07"\n');
});

test('--compare: equal sets are one line, different sets list the addresses that only one has', async (t) => {
  const compare = {
    name: 'vpce.example.com',
    status: 'answered',
    addresses: [],
    onlyFirst: [],
    onlySecond: [],
  } as const;
  const same = { ...compare, addresses: [], onlyFirst: [], onlySecond: [], same: true };
  t.match(dnsText(dnsDocument({ compare: same }), plain), '✓ the same addresses as vpce.example.com\n');
  const differing = { ...same, same: false, onlyFirst: ['10.0.1.23'], onlySecond: ['10.9.9.9', '10.9.9.8'] };
  t.match(
    dnsText(dnsDocument({ compare: differing }), plain),
    '✗ other addresses than vpce.example.com\n' +
      '  only the first has:  10.0.1.23\n' +
      '  only the second has: 10.9.9.9, 10.9.9.8\n',
  );
  const missing = { ...same, same: false, status: 'nxdomain' as const };
  t.match(
    dnsText(dnsDocument({ compare: missing }), plain),
    '✗ vpce.example.com: there is no such name (NXDOMAIN)\n',
  );
});

test('--verbose: records, every query with its outcome, discarded packets', async (t) => {
  const document = dnsDocument({
    attempts: [
      dnsAttempt({ outcome: 'unreachable', rcode: null, errno: 'ECONNREFUSED' }),
      dnsAttempt({ server: 'fd00::2#5353', outcome: 'malformed', rcode: null, detail: 'cut off at byte 40' }),
      dnsAttempt({ server: '10.0.0.3', transport: 'tcp', edns: false }),
    ],
    discarded: { 'bad-id': 2 },
  });
  t.equal(
    dnsText(document, plain, true),
    lines(
      '✓ api.example.com  A, AAAA',
      '  10.0.1.23    private (RFC 1918)',
      '  10.0.22.101  private (RFC 1918)',
      '  private: as expected of an interface endpoint',
      '  asked 10.0.0.2 over UDP, 12.3 ms',
      '  fd00::2#5353, asked as well, sent a reply that could not be parsed',
      '',
      'Records',
      '  api.example.com  60  A  10.0.1.23',
      '  api.example.com  60  A  10.0.22.101',
      '',
      'Queries',
      '  10.0.0.2      UDP  api.example.com A  3.2 ms  unreachable (ECONNREFUSED)',
      '  fd00::2#5353  UDP  api.example.com A  3.2 ms  malformed',
      '  10.0.0.3      TCP  api.example.com A  3.2 ms  answered, without EDNS',
      '  fd00::2#5353: cut off at byte 40',
      '',
      'The server is not authoritative for the zone, offers recursion, and does not',
      'report that it validated the data.',
      'Packets that answered no query: bad-id 2',
    ),
  );
});

test('--system: whether getaddrinfo returns the addresses of DNS, and where they come from if not', async (t) => {
  const same = {
    addresses: ['10.0.1.23', '10.0.22.101'],
    errorCode: null,
    durationMs: 4.2,
    same: true,
    onlySystem: [],
    onlyDns: [],
    hostsFile: [],
  };
  const text = (system: SystemComparison) => dnsText(dnsDocument({ system }), plain);
  const who = 'getaddrinfo, which programs here use,';
  t.match(text(same), `\n✓ ${who} returns the same addresses, 4.2 ms\n`);
  const differs = {
    ...same,
    same: false,
    addresses: ['10.9.9.9'],
    onlySystem: ['10.9.9.9'],
    onlyDns: same.addresses,
    hostsFile: [{ address: '10.9.9.9', line: 7 }],
  };
  t.match(
    text(differs),
    lines(
      `✗ ${who} returns other addresses, 4.2 ms`,
      '  only getaddrinfo has: 10.9.9.9',
      '  only DNS has:         10.0.1.23, 10.0.22.101',
      '  /etc/hosts line 7 has 10.9.9.9, which takes precedence over DNS',
    ),
  );
  const failed = { ...same, same: false, addresses: [], errorCode: 'ENOTFOUND', onlyDns: ['10.0.1.23'] };
  t.match(
    text(failed),
    `✗ ${who} returns no address (ENOTFOUND), 4.2 ms\n  only DNS has:         10.0.1.23\n`,
  );
  t.match(text({ ...failed, same: null, errorCode: 'ETIMEDOUT' }), `✗ ${who} fails: ETIMEDOUT, 4.2 ms\n`);
});

test('--all-servers: a line for each server, and whether those with an answer agree', async (t) => {
  const view: DnsServerView = {
    server: '10.0.0.2',
    status: 'answered',
    rcode: 'NOERROR',
    addresses: ['10.0.1.23'],
    records: [{ type: 'A', data: '10.0.1.23' }],
    durationMs: 1.5,
  };
  const silent: DnsServerView = { ...view, server: '10.0.0.30', status: 'timeout', rcode: null, records: [] };
  const text = (agree: boolean | null) =>
    dnsText(dnsDocument({ allServers: { agree, views: [view, silent] } }), plain);
  t.match(
    text(false),
    lines(
      '✗ the servers disagree:',
      '  10.0.0.2   1.5 ms  A 10.0.1.23',
      '  10.0.0.30  1.5 ms  no answer came in time',
    ),
  );
  t.match(text(true), '✓ the servers agree:\n');
  t.match(text(null), '· fewer than two servers gave an answer');
});

test('what the server is, its name and its cookie', async (t) => {
  const from = (changes: Partial<DnsDocument>) => dnsText(dnsDocument(changes), { ...plain, columns: 200 });
  t.match(
    from({ server: '127.0.0.53', resolver: { role: 'local-stub', upstreams: ['10.0.0.2', 'fd00::2'] } }),
    'UDP, 12.3 ms\n  127.0.0.53 is the local stub of systemd-resolved, which asks 10.0.0.2, fd00::2;',
  );
  t.match(from({ resolver: { role: 'vpc-resolver', upstreams: [] } }), '  10.0.0.2 is the VPC resolver\n');
  t.match(
    from({ resolver: { role: 'base-plus-two', upstreams: [] } }),
    "the base address of this host's network plus two",
  );
  t.match(
    from({ nsid: 'ns\x1b[31m', cookie: null }),
    'NSID: ns\\x1b[31m\n  The server does not support cookies.\n',
  );
  t.match(from({ cookie: { client: 'aa', server: 'bb' } }), '  Cookie: client aa, server bb\n');
});

test('the rcode of a server that does not accept the query, in words', async (t) => {
  const error = (rcode: string) =>
    dnsText(dnsDocument({ status: 'error', rcode, addresses: [], records: [] }), plain);
  t.match(error('FORMERR'), 'the server could not parse the query (FORMERR)');
  t.match(error('NOTIMP'), 'the server does not support this kind of query (NOTIMP)');
  t.match(error('RCODE24'), 'the server answered with an error (RCODE24)');
});
