import type { AgentsDocument } from '../../src/documents/agents.js';
import type { Comparison, ComparisonDocument } from '../../src/documents/comparison.js';
import type { DoctorDocument } from '../../src/documents/doctor.js';
import type { ErrorDocument } from '../../src/documents/error.js';
import type { FactsDocument } from '../../src/documents/facts.js';
import type { FleetDocument } from '../../src/documents/fleet.js';
import type { LogDocument } from '../../src/documents/log.js';
import type { ReportDocument } from '../../src/documents/report.js';
import { dns, host, http, sampleHeader, tcp, tls, trace, traceWatch } from './measured-samples.js';

/**
 * One document of every kind with every member that it can have, optional ones included and no list empty.
 * Typed, so that a type which gains a member makes the compiler ask for it here, and the validation then for
 * it in the schema.
 */

const report: ReportDocument = {
  ...sampleHeader('report'),
  reportId: '0b0ba4a6-6f5f-4f0e-9a0f-2f4f6a4f1c11',
  target: {
    input: `https://${host}/prod`,
    host,
    port: 443,
    url: `https://${host}/prod`,
    privateApi: {
      form: 'default',
      apiId: 'abc123defg',
      vpceId: 'vpce-0123456789abcdef0',
      region: 'us-east-1',
      stage: 'prod',
      partition: 'aws',
      endpointName: 'abc123defg-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com',
    },
  },
  vantage: {
    hostname: 'ip-10-0-9-9',
    addresses: ['10.0.9.9'],
    nameservers: ['10.0.0.2'],
    platform: 'linux 6.18.44 x64',
  },
  observations: { dns: [dns], tcp: [tcp], tls: [tls], http: [http], trace: [trace] },
  skipped: [{ step: 'trace', reason: 'no engine on this host' }],
  verdict: {
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    summary: 'no address answers on port 443',
    evidence: [{ observation: 'tcp[0]', text: '10.0.1.5 was silent for 3 s' }],
    remedies: [
      {
        text: 'Allow TCP 443',
        command: 'aws ec2 describe-security-groups',
        snippet: '{}',
        docs: 'https://docs.aws.amazon.com/vpc/',
      },
    ],
    alternatives: [
      {
        class: 'timeout',
        cause: 'route.loop',
        confidence: 'low',
        text: 'packets circle',
        observed: true,
        check: 'pprobe trace 10.0.1.5',
      },
    ],
    warnings: [
      {
        id: 'dns.nameserver-passed-over',
        text: 'the nameserver 10.0.0.9 does not answer',
        evidence: [{ observation: 'dns[0]', text: '10.0.0.9 does not answer' }],
        remedies: [
          {
            text: 'Remove 10.0.0.9 from resolv.conf',
            command: 'pprobe dns api.example --server 10.0.0.9',
            snippet: 'nameserver 10.0.0.2',
            docs: 'https://docs.aws.amazon.com/vpc/',
          },
        ],
      },
    ],
  },
};

/** Its lists are compared with the schema in test/aws. */
const facts: FactsDocument = {
  ...sampleHeader('facts'),
  collectedAt: '2026-03-01T12:00:00.000Z',
  region: 'us-east-1',
  account: '123456789012',
  source: 'file',
  calls: [{ service: 'ec2', action: 'DescribeSubnets', status: 'denied', text: 'UnauthorizedOperation' }],
  client: {
    interfaceId: 'eni-0123456789abcdef0',
    vpcId: 'vpc-0123456789abcdef0',
    subnetId: 'subnet-0123456789abcdef0',
    groups: ['sg-0123456789abcdef0'],
    addresses: ['10.0.9.9'],
  },
  ec2: {},
  apigateway: {},
};

const compared: Comparison = {
  target: host,
  reports: [
    {
      label: 'web-1',
      reportId: '0b0ba4a6-6f5f-4f0e-9a0f-2f4f6a4f1c11',
      hostname: 'web-1',
      address: '10.0.0.10',
      startedAt: '2026-03-01T12:00:00.000Z',
      class: 'timeout',
      cause: 'tcp.timeout-all',
      confidence: 'high',
      summary: 'Nothing answers.',
      toolVersion: '0.1.0',
    },
    {
      label: 'web-2',
      reportId: null,
      hostname: 'web-2',
      address: null,
      startedAt: '2026-03-01T12:00:00.000Z',
      class: 'reachable',
      cause: 'none',
      confidence: 'certain',
      summary: 'It answers.',
    },
  ],
  repeated: 1,
  notCompared: [{ name: 'web-3.json', reason: 'it is not JSON' }],
  findings: [
    {
      kind: 'works-in-some',
      suspects: ['tcp.timeout-some'],
      confidence: 'high',
      summary: 'web-2 reaches it, web-1 does not.',
      meaning: 'The endpoint is up.',
      evidence: [{ report: 0, observation: 'verdict', text: 'no answer' }],
      remedies: [
        { text: 'Allow it', command: 'aws ec2 x', snippet: '{}', docs: 'https://docs.aws.amazon.com/' },
      ],
      check: 'compare the subnets',
    },
  ],
};

const comparison: ComparisonDocument = { ...sampleHeader('comparison'), ...compared };

const agents: AgentsDocument = {
  ...sampleHeader('agents'),
  fleet: 'core',
  stream: 'PPROBE_RESULTS_core',
  bucket: 'PPROBE_AGENTS_core',
  agents: [
    {
      agent: 'web-1',
      groups: ['edge'],
      host: 'ip-10-0-0-10',
      version: '1.0.0',
      checks: ['diagnose'],
      seenAt: '2026-03-01T12:00:00.000Z',
    },
    { agent: 'web-2', groups: [], host: null, version: null, checks: [], seenAt: '2026-03-01T12:00:00.000Z' },
  ],
};

const fleet: FleetDocument = {
  ...sampleHeader('fleet'),
  job: {
    id: '5a0e3a1a-3a55-4c1c-8a0c-2f3a0c6f3f10',
    check: 'diagnose',
    target: host,
    issuedAt: '2026-03-01T12:00:00.000Z',
    deadlineMs: 60_000,
  },
  roster: [
    { agent: 'web-1', group: 'core', host: '10.0.0.10' },
    { agent: 'web-2', group: null, host: null },
  ],
  results: [
    {
      agent: 'web-1',
      outcome: 'answered',
      reason: null,
      clock: { offsetMinMs: -3, offsetMaxMs: 12.5 },
      elapsedMs: 900,
      report,
    },
    {
      agent: 'web-2',
      outcome: 'silent',
      reason: 'Connection refused',
      clock: null,
      elapsedMs: null,
      report: null,
    },
  ],
  counts: {
    roster: 2,
    answered: 1,
    refused: 0,
    failed: 0,
    'no-answer': 0,
    silent: 1,
    late: 0,
    invalid: 0,
  },
  comparison: compared,
};

const said = { line: 3, text: 'Method completed with status: 504' };
const log: LogDocument = {
  ...sampleHeader('log'),
  sources: ['log.txt'],
  lines: { lines: 9, used: 8, binary: 1, overlong: 0 },
  problems: ['log.txt: the compressed data is cut'],
  requests: 1,
  from: '2026-03-01T12:00:00.000Z',
  to: '2026-03-01T12:00:29.000Z',
  apis: [{ apiId: 'abc123defg', stage: 'prod', requests: 1 }],
  causes: [{ class: 'service', cause: 'backend.timeout', requests: 1, last: 'id' }],
  limit: 20,
  details: [
    {
      id: 'id',
      line: 1,
      extendedId: 'x=',
      apiId: 'abc123defg',
      stage: 'prod',
      method: 'GET',
      path: '/orders',
      status: 504,
      startedAt: '2026-03-01T12:00:00.000Z',
      durationMs: 29_000,
      backendMs: 29_000,
      complete: true,
      class: 'service',
      cause: 'backend.timeout',
      confidence: 'certain',
      summary: 'the backend does not answer in time',
      evidence: [said],
    },
  ],
  asked: { id: 'id', found: true, absence: [{ text: 'Logging is off', check: 'look', command: 'aws x' }] },
  verdict: {
    class: 'service',
    cause: 'backend.timeout',
    confidence: 'certain',
    summary: 'The backend does not answer in time.',
    evidence: [said],
    remedies: [{ text: 'Look at it', command: 'aws x', snippet: '{}', docs: 'https://docs.aws.amazon.com/' }],
    alternatives: [
      {
        class: 'policy',
        cause: 'policy.denied',
        confidence: 'low',
        text: 'x',
        observed: true,
        check: 'look',
      },
    ],
  },
};

const doctor: DoctorDocument = {
  ...sampleHeader('doctor'),
  engines: [
    {
      method: 'syn',
      available: false,
      reason: 'raw-socket is not installed',
      remedy: 'npm install raw-socket',
    },
  ],
  privileges: { uid: 1000, capNetRaw: false, capNetAdmin: null },
  kernel: { release: '6.18.44', supported: true },
  node: { version: '20.20.2', platform: 'linux', arch: 'x64' },
  nameservers: [{ address: '10.0.0.2', vpcResolver: true }],
  authorities: [{ store: 'SSL_CERT_FILE', path: '/nowhere', count: 0, problem: 'ENOENT' }],
  netlink: null,
  limits: { descriptors: null, ports: { first: 1024, last: 65535 } },
  compiledCode: { use: 'none', path: null, problem: '/home/ops/.cache/pprobe belongs to another user' },
  problems: [{ text: 'trace has one engine only', remedy: 'npm install raw-socket' }],
};

const error: ErrorDocument = {
  ...sampleHeader('error'),
  error: {
    code: 'capability',
    message: 'raw sockets need CAP_NET_RAW',
    argument: '--method',
    missing: 'CAP_NET_RAW',
    remedy: 'sudo setcap cap_net_raw+ep "$(command -v node)"',
  },
};

export const samples = {
  dns,
  tcp,
  tls,
  http,
  trace,
  'trace-watch': traceWatch,
  report,
  comparison,
  agents,
  fleet,
  log,
  facts,
  doctor,
  error,
};
