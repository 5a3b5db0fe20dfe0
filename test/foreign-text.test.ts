import { gzipSync } from 'node:zlib';
import { encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { readFacts } from '../src/aws/read-facts.js';
import { parse } from '../src/cli/parse.js';
import { PprobeError } from '../src/core/errors.js';
import { explain } from '../src/diagnose/explain.js';
import { parseReport } from '../src/documents/saved-report.js';
import { readAccessRecord, readLine } from '../src/execution-log/line.js';
import { readServeConfig } from '../src/exporter/config.js';
import { readAgentConfig } from '../src/fleet/agent/agent-config.js';
import { packResult, type ResultEnvelope, unpackResult } from '../src/fleet/envelope.js';
import { readJob } from '../src/fleet/job.js';
import { readReceived } from '../src/fleet/received.js';
import { parseHostsFile } from '../src/fleet/ssh/hosts.js';
import { readPem } from '../src/host/authorities.js';
import { certificateParts } from '../src/host/certificate-der.js';
import { parseHosts } from '../src/host/hosts-file.js';
import { parseHostSources } from '../src/host/nsswitch.js';
import { parseCapabilitySets } from '../src/host/privileges.js';
import { sendQueueIn } from '../src/host/proc.js';
import { proxyAddress } from '../src/host/proxy.js';
import { parseResolvConf } from '../src/host/resolv-conf.js';
import { decodeAnswer, decodeNextHop, encodeAttribute } from '../src/net/libc/netlink.js';
import { decodeReply } from '../src/probe/dns/message/decode.js';
import { responseFacts } from '../src/probe/http/response-facts.js';
import { parseAltNames, parseCertificateTime } from '../src/probe/tls/certificate.js';
import { EncryptedRecordCounter, TlsRecordReader } from '../src/probe/tls/record-reader.js';
import { reportHtml } from '../src/report/html/page.js';
import { redacted } from '../src/report/redact/redact.js';
import { verdictText } from '../src/report/text/verdict.js';
import { readAllowList } from '../src/target/allow-list.js';
import { parseTarget } from '../src/target/parse-target.js';
import { parseServer } from '../src/target/server.js';
import { samples } from './documents/samples.js';
import { authorityPem } from './probe/tls/certificates.js';
import { runs } from './runs.js';

/** Cases for each parser; `npm run fuzz` sets a million. */
const numRuns = Number(process.env.PPROBE_FUZZ_RUNS ?? runs(300));

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
/** A ServerHello, an alert and encrypted records. */
const tlsRecords = Buffer.concat([
  Buffer.from([22, 3, 3, 0, 84, 2, 0, 0, 80]),
  Buffer.alloc(80),
  Buffer.from([21, 3, 3, 0, 2, 2, 112, 20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 3, 7, 7, 7]),
]);
/** An answer of rtnetlink(7): header, struct rtmsg, the outgoing interface and the gateway. */
const routeBody = Buffer.concat([
  Buffer.alloc(12),
  encodeAttribute(4, Buffer.from([3, 0, 0, 0])),
  encodeAttribute(5, Buffer.from([10, 0, 0, 1])),
]);
const routeAnswer = Buffer.concat([Buffer.alloc(16), routeBody]);
routeAnswer.writeUInt32LE(routeAnswer.length, 0);
routeAnswer.writeUInt16LE(24, 4);
const job = {
  kind: 'job',
  version: 1,
  id: 'j-1',
  fleet: 'f',
  check: 'diagnose',
  target: 'https://a.test/',
  options: { trace: false },
  deadlineMs: 5000,
  issuedAt: '2026-11-26T18:00:00.000Z',
  notAfter: '2026-11-26T18:01:00.000Z',
};
const envelope: ResultEnvelope = {
  kind: 'fleet-result',
  version: 1,
  job: 'j-1',
  agent: 'a',
  group: null,
  attempt: 1,
  receivedAt: job.issuedAt,
  startedAt: job.issuedAt,
  finishedAt: job.notAfter,
  monotonicMs: 1,
  clock: null,
  outcome: 'report',
  report: null,
  error: null,
};
const ofJob = { job: envelope.job, agent: envelope.agent };
const allow = [{ cidr: '10.0.0.0/8', ports: [443] }, { suffix: 'a.test' }];
const serveConfig = JSON.stringify({ modules: { m: { check: 'diagnose', timeoutMs: 5000 } }, allow });
const agentConfig = JSON.stringify({ keys: [], allow, groups: ['core'], connectSpreadMs: 1000 });
const socketEnd = { address: '127.0.0.1', port: 443 };
const socketLine =
  '   0: 0100007F:01BB 0100007F:01BB 01 00000010:00000000 00:00000000 00000000     0        0 1 1 0\n';
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
  'a saved report': () =>
    property(fc.oneof(mutatedText(JSON.stringify(samples.report)), oddMembers(samples.report)), parseReport),
  'a report that is judged and printed': () =>
    property(oddMembers(samples.report), (text) => {
      const report = explain(text);
      verdictText(report, { color: false, columns: 80 }, true);
      reportHtml(report);
      redacted(report);
    }),
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
  'records of TLS': () =>
    property(fc.tuple(mutated([tlsRecords]), fc.integer({ min: 1, max: 64 })), ([octets, size]) => {
      const [reader, counter] = [new TlsRecordReader(), new EncryptedRecordCounter()];
      for (let at = 0; at < octets.length; at += size) {
        reader.push(octets.subarray(at, at + size));
        counter.push(octets.subarray(at, at + size));
      }
      const whole = new TlsRecordReader();
      whole.push(octets);
      if (whole.heard !== reader.heard) throw new Error('the size of the pieces changes what is heard');
    }),
  'an answer of netlink': () =>
    property(mutated([routeAnswer]), (octets) => {
      const answer = decodeAnswer(octets);
      if (answer !== null && 'body' in answer) decodeNextHop(answer.body, '10.9.9.9');
      decodeNextHop(octets, '10.9.9.9');
    }),
  'a response of HTTP': () =>
    property(
      fc.tuple(
        mutatedText('<html><title>403 Forbidden</title>', '{"message":"User is not authorized"}'),
        fc.dictionary(
          fc.constantFrom('via', 'server', 'content-type', 'x-amzn-errortype', 'x-amzn-requestid'),
          mutatedText('1.1 a.cloudfront.net (CloudFront)', 'text/html; charset=utf-8'),
        ),
        fc.integer({ min: 100, max: 599 }),
      ),
      ([body, headers, status]) => responseFacts(status, headers, body, ['secret']),
    ),
  'a job': () => property(mutatedJson(job), readJob),
  'any value as a job': () => property(fc.jsonValue(), readJob),
  'a result of an agent': () =>
    property(fc.oneof(mutated([packResult(envelope)]), mutatedJson(envelope).map(packed)), (octets) =>
      unpackResult(octets, null, ofJob),
    ),
  'what a host sent over ssh': () =>
    property(mutated([Buffer.from(JSON.stringify(samples.report)), packResult(envelope)]), readReceived),
  'a file of hosts for ssh': () =>
    property(mutatedText('[web]\nadmin@a.test:2222 # main\n10.0.0.[1:3]\n[fd00::1]:22\n'), (text) =>
      parseHostsFile(text, 'hosts'),
    ),
  'the configuration of serve': () => property(mutatedText(serveConfig), readServeConfig),
  'the configuration of an agent': () => property(mutatedText(agentConfig), readAgentConfig),
  'a list of allowed targets': () => property(mutatedJson(allow), (value) => readAllowList(value)),
  '/proc/net/tcp': () => property(mutatedText(socketLine), (text) => sendQueueIn(text, socketEnd, socketEnd)),
  '/proc/self/status': () =>
    property(mutatedText('CapPrm:\t000001ffffffffff\nCapEff:\t0000000000003000\n'), parseCapabilitySets),
  'the URL of a proxy': () => property(mutatedText('http://user:word@proxy.test:3128/p?q'), proxyAddress),
  'a DNS server': () => property(mutatedText('10.0.0.2#5353', '[fe80::1%lo]:53'), parseServer),
  'a file of certificates': () => property(mutatedText(authorityPem), readPem),
  'a command line': () =>
    fc.asyncProperty(fc.array(words, { maxLength: 7 }), async (argv) => {
      await parse(argv);
    }),
};

/** A valid value with some members of other kinds: it is still JSON. */
function mutatedJson(valid: object): fc.Arbitrary<unknown> {
  return fc
    .array(fc.tuple(fc.constantFrom(...Object.keys(valid)), fc.jsonValue()), { maxLength: 3 })
    .map((changes) => {
      const copy: Record<string, unknown> = structuredClone({ ...valid });
      for (const [member, value] of changes) copy[member] = value;
      return Array.isArray(valid) ? Object.values(copy) : copy;
    });
}

/** What a member can be in a file that somebody has edited or another version has written. */
const oddValues = fc.constantFrom(
  ...[
    null,
    true,
    -1,
    0,
    0.5,
    1e300,
    '',
    'a',
    '\u202e<b>',
    '10.0.0.5',
    '::',
    'x'.repeat(5000),
    '2026-13-45T99:99:99Z',
  ],
  ...[[], [null], {}, { a: 1 }, [[]]],
);

/** The text of a valid document with some members, at any depth, of another value or missing: it comes as far as the checks do. */
function oddMembers(valid: object): fc.Arbitrary<string> {
  const text = JSON.stringify(valid);
  const places = placesIn(JSON.parse(text));
  return fc
    .array(fc.tuple(fc.constantFrom(...places), fc.option(oddValues, { nil: undefined })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => {
      const document: unknown = JSON.parse(text);
      for (const [place, value] of changes) {
        const holder = place
          .slice(0, -1)
          .reduce<unknown>((at, name) => Reflect.get(Object(at), name), document);
        const name = place.at(-1) ?? '';
        if (value === undefined) Reflect.deleteProperty(Object(holder), name);
        // A copy: the same list in two places could come to hold itself.
        else Reflect.set(Object(holder), name, structuredClone(value));
      }
      return JSON.stringify(document);
    });
}

/** The ways to all members of a value, lists included. */
function placesIn(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const place = [...way, name];
    return [place, ...placesIn(member, place)];
  });
}

function packed(value: unknown): Buffer {
  return gzipSync(JSON.stringify(value));
}

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
