import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import type { TcpDocument } from '../../src/documents/tcp.js';
import { Admission, type AdmittedJob, type Receipt } from '../../src/fleet/agent/admission.js';
import { readAgentConfig } from '../../src/fleet/agent/agent-config.js';
import { runJob } from '../../src/fleet/agent/run-job.js';
import { packResult, unpackResult } from '../../src/fleet/envelope.js';
import { readJob } from '../../src/fleet/job.js';
import { readBroker, versionAdvice } from '../../src/fleet/nats/connection.js';
import { readPrivateKey, readPublicKey, signatureOf, signerOf } from '../../src/fleet/signature.js';
import type { ProbeDefaults } from '../../src/observe/options.js';
import type { AllowList } from '../../src/target/allow-list.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { runs } from '../runs.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = (key: KeyObject, type: 'spki' | 'pkcs8'): string =>
  key.export({ type, format: 'pem' }).toString();
const publicPem = pem(publicKey, 'spki');
const known = readPublicKey(publicPem, 'keys[0]');
const nowMs = Date.parse('2026-03-01T12:00:00Z');
const receipt: Receipt = { wallMs: nowMs, nowMs: 0, stoodStillMs: 0 };
const nobody = { names: ['broker.example'], addresses: ['10.0.0.9'] };

function job(more: object = {}): object {
  return {
    kind: 'job',
    version: 1,
    id: 'j1',
    fleet: 'core',
    check: 'diagnose',
    target: '10.0.0.1:443',
    deadlineMs: 10_000,
    issuedAt: new Date(nowMs).toISOString(),
    notAfter: new Date(nowMs + 60_000).toISOString(),
    ...more,
  };
}

function signed(value: object) {
  const body = Buffer.from(JSON.stringify(value));
  return { body, signature: sign(null, body, privateKey).toString('base64'), keyId: known.id };
}

function admission(limits: object = {}): Admission {
  const text = JSON.stringify({ keys: [publicPem], allow: [{ cidr: '10.0.0.0/8' }], limits });
  return new Admission(readAgentConfig(text), 'core');
}

function wordOf(outcome: ReturnType<Admission['admit']>): string {
  return 'word' in outcome ? outcome.word : 'admitted';
}

t.test(
  'the name of a key is that of its SubjectPublicKeyInfo, and any changed octet is noticed',
  async (t) => {
    t.match(known.id, /^[0-9a-f]{16}$/);
    const [, line = ''] = publicPem.split('\n');
    for (const same of [line, publicPem.replaceAll('\n', ' '), publicPem.replaceAll('\n', '\r\n')])
      t.equal(readPublicKey(same, 'keys[0]').id, known.id, 'a line of base64 is enough');
    t.equal(readPrivateKey(pem(privateKey, 'pkcs8'), '--key').id, known.id);
    const body = Buffer.from('{"kind":"job"}');
    const signature = signatureOf(body, readPrivateKey(pem(privateKey, 'pkcs8'), '--key'));
    t.equal(signerOf(body, { signature, keyId: known.id }, [known]), known);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const other = Buffer.from(body);
        other[at] = (other[at] ?? 0) ^ change;
        return signerOf(other, { signature, keyId: known.id }, [known]) === null;
      }),
      { numRuns: runs(100) },
    );
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    t.throws(() => readPublicKey(pem(rsa.publicKey, 'spki'), 'keys[0]'), { message: /keys\[0\].*rsa/ });
    t.throws(() => readPrivateKey(publicPem, '--key'), { message: /--key: not a private key/ });
  },
);

t.test('a job is run once, within its time and the limits', async (t) => {
  const agent = admission({ jobsPerMinute: 3, atOnce: 2 });
  t.equal(wordOf(agent.admit(signed(job()), receipt, nobody)), 'admitted');
  t.equal(wordOf(agent.admit(signed(job()), receipt, nobody)), 'repeated');
  t.equal(wordOf(agent.admit(signed(job({ id: 'j2' })), receipt, nobody)), 'admitted');
  t.equal(wordOf(agent.admit(signed(job({ id: 'j3' })), receipt, nobody)), 'busy', 'two at once');
  agent.release();
  t.equal(wordOf(agent.admit(signed(job({ id: 'j3' })), receipt, nobody)), 'admitted');
  agent.release();
  t.equal(wordOf(agent.admit(signed(job({ id: 'j4' })), receipt, nobody)), 'busy', 'three a minute');
  const later = { ...receipt, nowMs: 60_001 };
  t.equal(wordOf(agent.admit(signed(job({ id: 'j4' })), later, nobody)), 'admitted');
  for (const [shiftMs, word] of [
    [59_000, 'admitted'],
    [61_000, 'expired'],
    [-299_000, 'admitted'],
    [-301_000, 'clock'],
    [3_600_000, 'clock'],
  ] as const)
    t.equal(wordOf(admission().admit(signed(job()), { ...receipt, wallMs: nowMs + shiftMs }, nobody)), word);
  for (const [stoodStillMs, word] of [
    [1900, 'admitted'],
    [9000, 'admitted'],
    [10_000, 'expired'],
  ] as const)
    t.equal(wordOf(admission().admit(signed(job()), { ...receipt, stoodStillMs }, nobody)), word);
});

t.test('no text of a target makes an agent look anything up that is not allowed', async (t) => {
  for (const target of [
    'broker.example:443',
    '10.0.0.9:443',
    '127.0.0.1',
    '[::1]:443',
    '0x7f.1',
    '2130706433',
    'ff02::1',
  ])
    t.equal(
      wordOf(admission().admit(signed(job({ target })), receipt, nobody)),
      'target-not-allowed',
      target,
    );
  for (const target of ['-x; rm', '$(id)', 'a b', 'ftp://10.0.0.1', ''])
    t.notMatch(wordOf(admission().admit(signed(job({ target })), receipt, nobody)), /admitted/, target);
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (target) => {
      const outcome = admission().admit(signed(job({ target })), receipt, nobody);
      return 'word' in outcome || /^10\./.test(outcome.target.host);
    }),
    { numRuns: runs(200) },
  );
});

t.test('the command line of an agent says what jobs do that do not say it', async (t) => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const everywhere = { ...readAgentConfig('{"allow": []}').allow, permitFor: () => () => true };
  const config = { ...readAgentConfig('{"allow": []}'), allow: everywhere as unknown as AllowList };
  const never = new AbortController().signal;
  const sentFrom = async (options: object, defaults: ProbeDefaults) => {
    const read = readJob(job({ check: 'tcp', target: `127.0.0.1:${port}`, options }));
    if (!('job' in read)) throw new Error('not a job');
    const target = parseTarget(read.job.target);
    const admitted: AdmittedJob = { ...read, target, keyId: known.id, delayedMs: 0 };
    const signals = { deadline: never, cancel: never };
    const { report } = await runJob(admitted, { ...config, defaults }, () => nobody, signals);
    return (report as TcpDocument).attempts.map(({ localAddress }) => localAddress);
  };
  t.same(await sentFrom({}, { source: '127.0.0.9' }), ['127.0.0.9']);
  t.same(await sentFrom({}, {}), ['127.0.0.1']);
  t.same(await sentFrom({ family: 4 }, { source: '::1' }), ['127.0.0.1']);
  server.close();
});

t.test('any value is a job or is refused in words', async () => {
  const anyJob = fc.record({
    id: fc.string(),
    check: fc.oneof(fc.constantFrom('dns', 'tcp'), fc.string()),
    options: fc.anything(),
    deadlineMs: fc.anything(),
    issuedAt: fc.anything(),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        anyJob.map((each) => job(each)),
      ),
      (value) => {
        const read = readJob(value);
        return 'job' in read || read.why.length > 0;
      },
    ),
    { numRuns: runs(200) },
  );
});

t.test('agent.json: every member may be left out, and a wrong one is named', async (t) => {
  t.match(readAgentConfig('{}'), {
    keys: [],
    groups: [],
    stateDir: '/var/lib/pprobe',
    connectSpreadMs: 10_000,
    redact: false,
    limits: { jobsPerMinute: 6, atOnce: 2, addresses: 16, hops: 30, packetsPerSecond: 200, jobMs: 60_000 },
  });
  const cases: [text: string, words: RegExp][] = [
    ['', /config: not JSON/],
    ['[]', /config: an array is not an object/],
    ['{"allows": []}', /"allows"; did you mean "allow"/],
    ['{"keys": ["x"]}', /keys\[0\]: not a public key/],
    [`{"keys": [${JSON.stringify(pem(privateKey, 'pkcs8'))}]}`, /keys\[0\]: not a public key/],
    ['{"keys": ["MCowBQYDK2VwAyEAAAAA"]}', /keys\[0\]: the key is damaged/],
    [`{"keys": ["${publicPem}"]}`, /not JSON: .*write \\n for each, or only the line between BEGIN and END/],
    ['{"groups": ["a b"]}', /groups\[0\]/],
    ['{"stateDir": "state"}', /stateDir/],
    ['{"limits": {"hop": 3}}', /"limits\.hop"/],
    ['{"limits": {"hops": 256}}', /limits\.hops: 256/],
    ['{"redact": 1}', /redact/],
  ];
  for (const [text, message] of cases)
    t.throws(() => readAgentConfig(text), { name: 'InvalidInputError', message }, text);
});

t.test('a broker is encrypted, or on loopback, or meant', async (t) => {
  const read = (server: string, insecure = false) => readBroker({ server, insecure, caFile: null });
  t.same(read('tls://nats.example'), { host: 'nats.example', port: 4222, isTls: true });
  t.same(read('nats://[::1]:4333'), { host: '::1', port: 4333, isTls: false });
  t.match(read('nats://10.0.0.9', true), { host: '10.0.0.9' });
  for (const server of [
    'nats://10.0.0.9',
    'http://127.0.0.1',
    'nats.example',
    'tls://',
    'tls://u:secret@nats.example',
    'tls://a:70000',
  ])
    t.throws(() => read(server), { name: 'InvalidInputError', message: /^(?!.*secret)/ });
  for (const [version, isTold] of [
    ['2.9.10', true],
    ['2.11.15', true],
    ['2.11.16', false],
    ['2.12.6', true],
    ['2.14.0', false],
  ] as const)
    t.equal(versionAdvice(version) !== null, isTold, version);
});

t.test('a result is read within its bounds, and is what the subject says', async (t) => {
  const at = new Date(nowMs).toISOString();
  const times = {
    receivedAt: at,
    startedAt: at,
    finishedAt: at,
    monotonicMs: 1,
    clock: null,
    attempt: 1,
    group: null,
  };
  const whole = {
    kind: 'fleet-result',
    version: 1,
    job: 'j',
    agent: 'a',
    ...times,
    outcome: 'failed',
    report: null,
    error: 'x',
  } as const;
  const of = { job: 'j', agent: 'a' };
  t.same(unpackResult(packResult(whole), null, of), { result: whole });
  t.match(unpackResult(packResult(whole), 'wrong', of), { why: /checksum/ });
  t.match(unpackResult(packResult({ ...whole, agent: 'b' }), null, of), { why: /from "b"/ });
  t.match(unpackResult(Buffer.alloc(600_000), null, of), { why: /octets/ });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => 'why' in unpackResult(octets, null, of)),
    { numRuns: runs(100) },
  );
});
