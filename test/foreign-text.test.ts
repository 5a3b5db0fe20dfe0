import { encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { readFacts } from '../src/aws/read-facts.js';
import { parse } from '../src/cli/parse.js';
import { PprobeError } from '../src/core/errors.js';
import { parseReport } from '../src/documents/saved-report.js';
import { readAccessRecord, readLine } from '../src/execution-log/line.js';
import { certificateParts } from '../src/host/certificate-der.js';
import { parseHosts } from '../src/host/hosts-file.js';
import { parseHostSources } from '../src/host/nsswitch.js';
import { parseResolvConf } from '../src/host/resolv-conf.js';
import { decodeReply } from '../src/probe/dns/message/decode.js';
import { parseAltNames, parseCertificateTime } from '../src/probe/tls/certificate.js';
import { parseTarget } from '../src/target/parse-target.js';
import { samples } from './documents/samples.js';
import { authorityPem } from './probe/tls/certificates.js';

/** Cases for each parser; `npm run fuzz` sets a million. */
const numRuns = Number(process.env.PPROBE_FUZZ_RUNS ?? 300);

/** Valid octets with some changed, cut and extended, which come further into a parser than noise. */
function mutated(corpus: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      fc.constantFrom(...corpus),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      fc.oneof(fc.constant(0), fc.nat(200)),
      fc.uint8Array({ maxLength: 24 }),
    )
    .map(([original, changes, cut, tail]) => {
      const octets = Buffer.concat([original.subarray(0, Math.max(0, original.length - cut)), tail]);
      for (const [at, value] of changes) if (octets.length > 0) octets[at % octets.length] = value;
      return octets;
    });
}

function mutatedText(...corpus: readonly string[]): fc.Arbitrary<string> {
  return mutated(corpus.map((text) => Buffer.from(text))).map((octets) => octets.toString('utf8'));
}

const records = [
  { type: 'A', name: 'a.test', ttl: 60, data: '10.0.0.5' },
  { type: 'CNAME', name: 'a.test', ttl: 60, data: 'b.test' },
  { type: 'MX', name: 'a.test', ttl: 60, data: { preference: 1, exchange: 'm.test' } },
  { type: 'TXT', name: 'a.test', ttl: 60, data: 'text' },
  { type: 'SRV', name: 'a.test', ttl: 60, data: { port: 1, target: 's.test', priority: 1, weight: 1 } },
] as const;
const replies = records.map((answer) =>
  encode({ type: 'response', id: 1, questions: [{ type: answer.type, name: 'a.test' }], answers: [answer] }),
);
const certificate = Buffer.from(authorityPem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
const securityGroups = JSON.stringify({
  SecurityGroups: [
    {
      GroupId: 'sg-1',
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
      ],
    },
  ],
});
const logLine = '(b5a4d2f0-0000-4000-8000-000000000000) Method completed with status: 403';
const words = fc.constantFrom(
  ...'dns tcp trace diagnose explain doctor collect a.test 127.0.0.1 443 https://a.test/x [::1]:443 -4 -6 --json --format text ndjson'.split(
    ' ',
  ),
  ...'--timeout 5s 1 0 -1 --source --server -t A,AAAA --file - -q 3 -p 80 -w 1s --log --facts --help --version -n @1.1.1.1 +short'.split(
    ' ',
  ),
  ...'-H Host:\u0020x --save /dev/null --quiet --redact -- -x= --= = -type=MX -c --max-time --vpce vpce-1 --api-id'.split(
    ' ',
  ),
);

/** By parser: the texts that it gets, and the parser. It may refuse a text as invalid input, and nothing else. */
const parsers: Readonly<Record<string, () => fc.IRawProperty<unknown> | fc.IAsyncProperty<unknown>>> = {
  'a reply of DNS': () => property(mutated(replies), (octets) => decodeReply(octets)),
  'a saved report': () => property(mutatedText(JSON.stringify(samples.report)), parseReport),
  'JSON as a report': () => property(fc.json(), parseReport),
  'a file of facts': () => property(mutatedText(securityGroups), (text) => readFacts([{ name: 'f', text }])),
  'a line of a log': () => property(mutatedText(logLine, `{"requestId":"a","status":"403"}`), readLine),
  'a record of an access log': () =>
    property(
      fc.dictionary(fc.constantFrom('requestId', 'status', 'error', 'path', 'a'), fc.jsonValue()),
      (record) => readAccessRecord({ ...record }, 1),
    ),
  'the octets of a certificate': () => property(mutated([certificate]), certificateParts),
  'the names of a certificate': () =>
    property(mutatedText('DNS:a.test, IP Address:10.0.0.5, DNS:"b, c", URI:http://x/'), parseAltNames),
  'a time of a certificate': () => property(mutatedText('Nov 26 18:00:00 2026 GMT'), parseCertificateTime),
  'resolv.conf': () =>
    property(
      mutatedText('nameserver 10.0.0.2\nsearch a.test b.test\noptions ndots:2 timeout:1 edns0\n'),
      (text) => parseResolvConf(text),
    ),
  hosts: () => property(mutatedText('127.0.0.1 localhost # own\n::1 ip6-localhost a.test\n'), parseHosts),
  'nsswitch.conf': () =>
    property(mutatedText('hosts: files mdns4_minimal [NOTFOUND=return] dns\n'), parseHostSources),
  'a target': () =>
    property(
      mutatedText('https://vpce-1-a.execute-api.us-east-1.vpce.amazonaws.com/p?q#f', '[fe80::1%eth0]:443'),
      (text) => parseTarget(text),
    ),
  'a command line': () =>
    fc.asyncProperty(fc.array(words, { maxLength: 7 }), async (argv) => {
      await parse(argv);
    }),
};

function property<Input>(
  input: fc.Arbitrary<Input>,
  parser: (input: Input) => unknown,
): fc.IRawProperty<unknown> {
  return fc.property(input, (each) => {
    try {
      parser(each);
    } catch (error) {
      if (!(error instanceof PprobeError)) throw error;
    }
  });
}

for (const [name, propertyOf] of Object.entries(parsers)) {
  t.test(`${name}: whatever it is, it is read or refused`, async () => {
    await fc.assert(propertyOf(), { numRuns });
  });
}
