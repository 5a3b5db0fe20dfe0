import fc from 'fast-check';
import { test } from 'tap';
import type { Evidence } from '../../../src/documents/report.js';
import { wrapCommand } from '../../../src/report/text/prose.js';
import type { Style } from '../../../src/report/text/style.js';
import { verdictText } from '../../../src/report/text/verdict.js';
import {
  API,
  answeredWith,
  denied,
  dns,
  evidence,
  forbidden,
  HOST,
  hops,
  http,
  rejection,
  tcp,
  tls,
  trace,
  VPCE,
  VPCE_NAME,
} from '../../diagnose/evidence.js';
import { reportOf } from '../report-of.js';

const plain: Style = { color: false, columns: 80, unicode: true };

const text = (given: Evidence, style: Style = plain, verbose = false) =>
  verdictText(reportOf(given), style, verbose);

const three = ['10.0.1.5', '10.0.2.5', '10.0.3.5'];
const timeout = evidence({
  dns: [dns(HOST, three)],
  tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout', '10.0.3.5': 'timeout' })],
  trace: [trace('filtered', hops(null, null, null, null, null))],
});

test('the whole text of a healthy endpoint', (t) => {
  const given = answeredWith([http(200)], { trace: [trace('open', hops(null, '10.0.1.5'))] });
  t.equal(
    text(given),
    `REACHABLE  ${HOST} answers: HTTP 200 from
           10.0.1.5 in 20 ms.

  ✓ resolve       3 ms  10.0.1.5 and 10.0.2.5 (private)
  ✓ connect     1.2 ms  TCP 443 open at both addresses
  ✓ tls          12 ms  TLSv1.3, *.execute-api.us-east-1.amazonaws.com
  ✓ processing   20 ms  HTTP 200
  ✓ path        800 ms  2 hops, one of them silent
`,
  );
  t.end();
});

test('on a terminal that the text does not fit in, the verdict is also its last lines', (t) => {
  const whole = text(timeout);
  const [head = ''] = whole.split('\n\n');
  const lines = whole.split('\n').length;
  t.equal(text(timeout, { ...plain, rows: lines }), whole);
  t.equal(text(timeout, { ...plain, rows: lines - 1 }), `${whole}\nThe verdict, as above\n${head}\n`);
  t.end();
});

test('the whole text of a name without a private answer', (t) => {
  const given = evidence({
    options: { vpce: VPCE_NAME },
    dns: [dns(HOST, ['52.1.2.3', '52.4.5.6']), dns(VPCE_NAME, three)],
    tcp: [tcp(HOST, { '52.1.2.3': 'timeout', '52.4.5.6': 'timeout' })],
    skipped: [{ step: 'trace', reason: 'switched off' }],
  });
  t.equal(
    text(given),
    `DNS  The name resolves to 2 public addresses, not to the VPC endpoint.
     dns.public-answer, confidence high

  ✗ resolve       3 ms  52.1.2.3 and 52.4.5.6 (public)
  ✗ connect        3 s  TCP 443 silent at both addresses
  · tls                 not reached
  · processing          not reached
  · path                not measured: switched off

Evidence
  dns  the resolver 10.0.0.2 answered 52.1.2.3 and 52.4.5.6
       the endpoint's own name,
       ${VPCE_NAME},
       resolves to 10.0.1.5, 10.0.2.5 and 10.0.3.5
  tcp  no answer within 3 s from 52.1.2.3 and 52.4.5.6: no SYN-ACK, no RST, no
       ICMP error

What to do
  1. Call the endpoint by its own name, which resolves here, and name the API in
     the Host header
       curl -v -H 'Host: ${HOST}' \\
           https://${VPCE_NAME}/prod/orders
     https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html
  2. Enable private DNS on ${VPCE}; the VPC also needs
     enableDnsSupport and enableDnsHostnames
       aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${VPCE} \\
           --private-dns-enabled --region us-east-1
     https://repost.aws/knowledge-center/api-gateway-vpc-connections
  3. Ask the VPC's own resolver: if its answer is right, make this host use it
     (DHCP options set, resolv.conf)
       pprobe dns ${HOST} \\
           --server 169.254.169.253
     https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
  4. If this host is outside the VPC, forward
     execute-api.us-east-1.amazonaws.com to a Route 53 Resolver inbound endpoint
     in the VPC
     https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-forwarding-inbound-queries.html

What else it could be
  - the API is public (Regional or edge-optimized); then this answer is right
    Check: aws apigateway get-rest-api --rest-api-id ${API} --region
           us-east-1 --query endpointConfiguration.types
`,
  );
  t.end();
});

test('the verdict is the first line, and phases that were not reached say so', (t) => {
  const lines = text(timeout).split('\n');
  t.match(lines[0], /^TIMEOUT {2}None of the 3 addresses/);
  t.match(
    lines.find((line) => line.includes('resolve')),
    /✓ resolve +3 ms {2}10\.0\.1\.5/,
  );
  t.match(
    lines.find((line) => line.includes('connect ')),
    /✗ connect +3 s {2}TCP 443 silent at all 3 addresses/,
  );
  t.match(
    lines.find((line) => line.includes('path ')),
    /✗ path +800 ms {2}5 hops, all silent/,
  );
  t.match(
    lines.find((line) => line.includes('tls ')),
    /· tls +not reached/,
  );
  t.end();
});

test('a fault besides the verdict is listed apart from possibilities', (t) => {
  const given = evidence({
    dns: [dns(HOST, three)],
    tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'timeout' })],
    tls: [tls('ok')],
    http: [denied(' because no resource-based policy allows the execute-api:Invoke action')],
  });
  const [, wrong = '', else_ = ''] =
    /Also wrong\n(.*)\n\nWhat else it could be\n(.*)/s.exec(text(given)) ?? [];
  t.match(wrong, /resource policy of API/);
  t.match(else_, /another security group/);
  t.match(
    text(given),
    /! connect +3 s {2}TCP 443 open at 10\.0\.1\.5 and 10\.0\.2\.5; silent at\s+10\.0\.3\.5/,
  );
  t.end();
});

test('a page of documentation is shown once', (t) => {
  for (const given of [timeout, answeredWith([denied('')])]) {
    const links = text(given).match(/https:\/\/(?:docs|repost)\.\S+/g) ?? [];
    t.ok(links.length > 0);
    t.equal(new Set(links).size, links.length);
  }
  t.end();
});

test('a policy to paste has lines of its own and is JSON', (t) => {
  const shown = text(
    answeredWith([denied(' because no resource-based policy allows the execute-api:Invoke action')], {
      options: { vpce: VPCE },
    }),
  );
  const json = /\{\n.*?\n {7}\}/s.exec(shown)?.[0] ?? '';
  t.match(JSON.parse(json), { Effect: 'Allow', Condition: { StringEquals: { 'aws:SourceVpce': VPCE } } });
  t.end();
});

test('a hop that rejects is shown in the phase path', (t) => {
  const given = evidence({
    dns: [dns(HOST, ['10.0.1.5'])],
    tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
    trace: [trace('prohibited', [...hops('10.0.9.1'), rejection(2, '10.0.0.254', 3, 13, '!X')])],
  });
  t.match(text(given), /✗ path +800 ms {2}10\.0\.0\.254 reports unreachable !X at hop 2/);
  t.end();
});

test('--verbose: where it was measured, and which observation each line rests on', (t) => {
  const shown = text(timeout, plain, true);
  t.match(
    shown,
    /Measured from\n {2}Host +client \(linux 6\.1 x64\)\n {2}Addresses +10\.0\.9\.15\n {2}Resolvers +10\.0\.0\.2/,
  );
  t.match(shown, /tcp\[0\] +no answer/);
  t.notMatch(text(timeout), /tcp\[0\]|Measured from/);
  t.end();
});

test('ASCII where the style has no Unicode, colour where the style has it', (t) => {
  t.notMatch(text(timeout, { color: false, columns: 80 }), /[^\n\x20-\x7e]/);
  t.match(text(timeout, { color: false, columns: 80 }), /x connect/);
  const coloured = text(timeout, { ...plain, color: true });
  t.match(coloured, /\u001b\[31m/);
  t.equal(coloured.replaceAll(/\u001b\[\d+m/g, ''), text(timeout), 'colour changes nothing else');
  t.end();
});

test('a line is wider than the terminal only where a word must not be split', (t) => {
  const givens = [timeout, answeredWith([forbidden()]), answeredWith([denied('')]), evidence()];
  for (const columns of [60, 80, 120]) {
    for (const line of givens.flatMap((given) => text(given, { ...plain, columns }).split('\n'))) {
      if (line.length > columns)
        t.match(line, /^\s*(?:Check: )?\S+(?: \\)?$|^\s*'[^']*'(?: \\)?$|^\s*--?\S+ '[^']*'(?: \\)?$/, line);
    }
  }
  t.end();
});

test('the text of a server cannot control the terminal', (t) => {
  const shown = text(answeredWith([http(500, { message: '\u001b[2Jgone\u202e' })]));
  t.match(shown, /\\x1b\[2Jgone\\u\{202e\}/);
  t.end();
});

test('a command broken over lines is the same command for a shell', (t) => {
  const word = fc.oneof(
    fc.stringMatching(/^[a-z.=:/-]{1,20}$/),
    fc.stringMatching(/^[a-z $;]{1,20}$/).map((inner) => `'${inner}'`),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 10, max: 100 }), (words, columns) => {
      const command = words.join(' ');
      const lines = wrapCommand(command, columns, 4);
      const joined = lines
        .map((line) => line.trimStart())
        .join('\n')
        .replaceAll(/ \\\n/g, ' ');
      t.equal(joined, command);
    }),
  );
  t.end();
});
