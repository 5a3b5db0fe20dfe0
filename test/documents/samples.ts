import type { ComparisonDocument } from '../../src/documents/comparison.js';
import type { DnsDocument } from '../../src/documents/dns.js';
import type { DoctorDocument } from '../../src/documents/doctor.js';
import type { ErrorDocument } from '../../src/documents/error.js';
import type { FactsDocument } from '../../src/documents/facts.js';
import type { DocumentHeader } from '../../src/documents/header.js';
import type { HttpDocument } from '../../src/documents/http.js';
import type { LogDocument } from '../../src/documents/log.js';
import type { ReportDocument } from '../../src/documents/report.js';
import type { TcpAttempt, TcpDocument } from '../../src/documents/tcp.js';
import type { TlsDocument } from '../../src/documents/tls.js';
import type { AddressTrace } from '../../src/documents/trace.js';
import type { WatchRound } from '../../src/documents/trace-watch.js';

/**
 * One document of every kind with every member that it can have, optional ones included and no list empty.
 * Typed, so that a type which gains a member makes the compiler ask for it here, and the validation then for
 * it in the schema.
 */

function header<Kind extends string>(kind: Kind): Required<DocumentHeader<Kind>> {
  return {
    kind,
    version: 1,
    tool: { name: 'pprobe', version: '0.1.0' },
    startedAt: '2026-03-01T12:00:00.000Z',
    durationMs: 12.345,
    stopped: { by: 'time-limit', afterMs: 10_000 },
  };
}

const host = 'abc123defg.execute-api.us-east-1.amazonaws.com';

const dns: Required<DnsDocument> = {
  ...header('dns'),
  question: { name: host, type: 'A,AAAA' },
  status: 'answered',
  rcode: 'NOERROR',
  server: '10.0.0.2',
  transport: 'udp',
  addresses: [{ address: '10.0.1.5', family: 4, scope: 'private', ttl: 60 }],
  chain: ['execute-api.us-east-1.amazonaws.com'],
  records: [{ name: 'execute-api.us-east-1.amazonaws.com', type: 'A', ttl: 60, data: '10.0.1.5' }],
  extendedErrors: [{ code: 3, text: 'Stale Answer' }],
  flags: { authoritative: false, recursionAvailable: true, authenticData: false },
  attempts: [
    {
      server: 'fd00::2#5353',
      transport: 'tcp',
      name: host,
      type: 'A',
      outcome: 'malformed',
      rcode: null,
      errno: 'ECONNREFUSED',
      detail: 'the header is cut off at byte 4',
      edns: true,
      sentMs: 0.5,
      durationMs: 1,
      late: true,
    },
  ],
  discarded: { 'bad-id': 1 },
  nsid: 'ns1.example',
  cookie: { client: '0123456789abcdef', server: '0123456789abcdef0123456789abcdef' },
  compare: {
    name: 'vpce-0123456789abcdef0-abcdefgh.execute-api.us-east-1.vpce.amazonaws.com',
    status: 'answered',
    addresses: [{ address: 'fd00::5', family: 6, scope: 'unique-local', ttl: 60 }],
    same: false,
    onlyFirst: ['10.0.1.5'],
    onlySecond: ['fd00::5'],
  },
  system: {
    addresses: ['10.0.1.6'],
    errorCode: null,
    durationMs: 3,
    same: false,
    onlySystem: ['10.0.1.6'],
    onlyDns: ['10.0.1.5'],
    hostsFile: [{ address: '10.0.1.6', line: 7 }],
  },
  allServers: {
    agree: null,
    views: [
      {
        server: '10.0.0.2',
        status: 'answered',
        rcode: 'NOERROR',
        addresses: ['10.0.1.5'],
        records: [{ type: 'A', data: '10.0.1.5' }],
        durationMs: 2,
      },
    ],
  },
  resolver: { role: 'local-stub', upstreams: ['10.0.0.2'] },
  systemPatience: { firstMs: 5000, totalMs: 10_000, missingTypeMs: 15_000 },
  answersOnlyWithoutEdns: { server: '10.0.0.2', outcome: 'timeout', rcode: null },
  typesNotAnswered: ['AAAA'],
  typesFailed: [{ type: 'HTTPS', status: 'servfail', rcode: 'SERVFAIL' }],
  serversPassedOver: ['10.0.0.3'],
  queriesLost: 1,
  notRecursive: ['10.0.0.4'],
  truncatedWithoutTcp: { server: '10.0.0.2', errno: 'ECONNREFUSED', accepts: false },
  danglingAlias: { target: 'gone.example', status: 'nxdomain' },
  aliasLoop: true,
  dnameOnly: { owner: 'example', target: 'example.net' },
  aliasBesideData: ['a.example'],
  aliasFollowedHere: true,
  resolverOptions: ['no-aaaa'],
  nameserverMissing: { ignored: ['ns.example'] },
  asked: { purpose: 'resolver', server: '10.0.0.2' },
  line: 3,
};

const attempt: Required<TcpAttempt> = {
  address: 'fe80::1%eth0',
  port: 443,
  status: 'timeout',
  errno: null,
  local: false,
  durationMs: 3000,
  localAddress: 'fe80::2%eth0',
  localPort: 40000,
  cause: 'icmp',
  from: 'fd00::1',
  icmp: { type: 1, code: 4 },
  retransmits: 2,
  firstSynLost: null,
  afterOpen: { end: 'closed', afterMs: 1.5 },
  neighbour: 'fe80::1',
  banner: '220 ready',
};

const tcp: Required<TcpDocument> = {
  ...header('tcp'),
  host,
  port: 443,
  status: 'timeout',
  attempts: [attempt],
  statistics: [
    {
      address: 'fe80::1%eth0',
      sent: 3,
      answered: 2,
      open: 1,
      lossPercent: 33.333,
      minMs: 1,
      avgMs: 1.5,
      maxMs: 2,
      mdevMs: 0.5,
    },
  ],
  resolution: dns,
  line: 1,
};

const tls: TlsDocument = {
  ...header('tls'),
  address: '10.0.1.5',
  port: 443,
  serverName: host,
  status: 'name-mismatch',
  errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  alpn: 'http/1.1',
  certificate: {
    subject: 'other.test',
    issuer: 'Example CA',
    names: ['other.test'],
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: '2027-01-01T00:00:00.000Z',
  },
  problems: [{ status: 'name-mismatch', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  connectMs: 0.4,
};

const http: HttpDocument = {
  ...header('http'),
  variant: 'plain',
  url: `https://${host}/prod`,
  address: '10.0.1.5',
  status: 403,
  errorType: 'ForbiddenException',
  requestId: '0f0f0f0f-0000-4000-8000-000000000000',
  gatewayId: 'AbCdEfGhIjKlMnO=',
  viaCloudFront: false,
  via: '1.1 proxy.test',
  server: 'Server',
  location: '/elsewhere',
  message: 'Forbidden',
  failure: 'closed',
  errorCode: 'ECONNRESET',
};

const trace: AddressTrace = {
  ...header('trace'),
  host,
  address: '10.0.1.5',
  port: 443,
  source: '10.0.9.9',
  method: 'syn',
  outcome: 'filtered',
  stoppedBy: 'gap-limit',
  destinationTtl: 2,
  hops: [
    {
      ttl: 1,
      probes: [
        {
          reply: 'unreachable',
          from: '10.0.9.1',
          rttMs: 0.3,
          icmp: { type: 3, code: 13 },
          annotation: '!X',
          mpls: [{ label: 16, tc: 0, bottom: true, ttl: 1 }],
          late: false,
          nat: false,
          errno: 'EPERM',
          sent: 2,
          duplicates: 1,
          replyTtl: 253,
          backwardHops: 2,
          mtu: 1400,
          extensions: [{ class: 2, type: 10, data: '00000005' }],
          synAck: {
            mss: 1460,
            window: 65160,
            windowScale: 7,
            sackPermitted: true,
            timestamps: true,
            ecn: false,
          },
        },
      ],
      rateLimited: true,
    },
  ],
  loop: { firstTtl: 3, members: ['10.0.9.1', '10.0.9.2'] },
  pathMtu: 1400,
  discarded: { 'bad-quote': 1 },
  names: { '10.0.9.1': 'r1.example' },
  resolution: dns,
};

const traceWatch: WatchRound = {
  ...trace,
  kind: 'trace-watch',
  round: 7,
  statistics: [
    {
      ttl: 3,
      addresses: ['10.0.9.1', 'fd00::1'],
      sent: 7,
      received: 6,
      lossPercent: 14.286,
      lastMs: 1.5,
      averageMs: 1.4,
      bestMs: 1.2,
      worstMs: 1.9,
      standardDeviationMs: 0.2,
      rateLimited: false,
    },
  ],
  changes: [
    { what: 'router', ttl: 3, from: ['fd00::1'], to: ['10.0.9.1'] },
    { what: 'length', ttl: null, from: 5, to: 4 },
    { what: 'outcome', ttl: null, from: 'open', to: 'filtered' },
  ],
  settledOutcome: 'open',
};

const report: ReportDocument = {
  ...header('report'),
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
  ...header('facts'),
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

const comparison: ComparisonDocument = {
  ...header('comparison'),
  target: host,
  reports: [
    {
      label: 'web-1',
      hostname: 'web-1',
      address: '10.0.0.10',
      startedAt: '2026-03-01T12:00:00.000Z',
      class: 'timeout',
      cause: 'tcp.timeout-all',
      confidence: 'high',
      summary: 'Nothing answers.',
    },
    {
      label: 'web-2',
      hostname: 'web-2',
      address: null,
      startedAt: '2026-03-01T12:00:00.000Z',
      class: 'reachable',
      cause: 'none',
      confidence: 'certain',
      summary: 'It answers.',
    },
  ],
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

const said = { line: 3, text: 'Method completed with status: 504' };
const log: LogDocument = {
  ...header('log'),
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
  ...header('doctor'),
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
  ...header('error'),
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
  log,
  facts,
  doctor,
  error,
};
