import type { DnsDocument } from '../../src/documents/dns.js';
import type { DocumentHeader } from '../../src/documents/header.js';
import type { HttpDocument } from '../../src/documents/http.js';
import type { TcpAttempt, TcpDocument } from '../../src/documents/tcp.js';
import type { TlsDocument } from '../../src/documents/tls.js';
import type { AddressTrace } from '../../src/documents/trace.js';
import type { WatchRound } from '../../src/documents/trace-watch.js';

/** The measurements among the samples, with every member that they can have. */

export function sampleHeader<Kind extends string>(kind: Kind): Required<DocumentHeader<Kind>> {
  return {
    kind,
    version: 1,
    tool: { name: 'pprobe', version: '0.1.0' },
    startedAt: '2026-03-01T12:00:00.000Z',
    durationMs: 12.345,
    stopped: { by: 'time-limit', afterMs: 10_000 },
  };
}

export const host = 'abc123defg.execute-api.us-east-1.amazonaws.com';

export const dns: Required<DnsDocument> = {
  ...sampleHeader('dns'),
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
  answersOthers: ['10.0.0.3'],
  repliesFrom: [{ server: '10.0.0.3', from: '10.0.0.4#5353' }],
  queriesLost: 1,
  notRecursive: ['10.0.0.4'],
  truncatedWithoutTcp: { server: '10.0.0.2', errno: 'ECONNREFUSED', accepts: false },
  danglingAlias: { target: 'gone.example', status: 'nxdomain' },
  aliasLoop: true,
  aliasUnended: true,
  dnameOnly: { owner: 'example', target: 'example.net' },
  aliasBesideData: ['a.example'],
  aliasFollowedHere: true,
  resolverOptions: ['no-aaaa'],
  nameserverMissing: { ignored: ['ns.example'] },
  asked: { purpose: 'resolver', server: '10.0.0.2' },
  line: 3,
};

export const attempt: Required<TcpAttempt> = {
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
  window: 65160,
  afterOpen: { end: 'closed', afterMs: 1.5 },
  neighbour: 'fe80::1',
  banner: '220 ready',
};

export const tcp: Required<TcpDocument> = {
  ...sampleHeader('tcp'),
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

/** A handshake as a client of the target makes it: without the members of the others (`purpose`). */
export const tls: Required<Omit<TlsDocument, 'purpose' | 'maxSegment' | 'answerStatus'>> = {
  ...sampleHeader('tls'),
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
  pausedMs: 700,
  progress: {
    heard: 'done',
    sentBytes: 1800,
    receivedBytes: 4200,
    acknowledged: true,
    alert: { level: 'warning', code: 0, name: 'close_notify' },
    firstLine: null,
  },
  clientCertificate: 'none',
  chain: [
    {
      subject: 'other.test',
      issuer: 'Example CA',
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2027-01-01T00:00:00.000Z',
      selfSigned: false,
    },
  ],
  chainFault: { kind: 'unknown-root', depth: 1, name: 'Example CA' },
  trust: [{ store: 'system', path: '/etc/ssl/certs/ca-certificates.crt', trusts: false, problem: null }],
};

export const http: Required<HttpDocument> = {
  ...sampleHeader('http'),
  variant: 'plain',
  url: `https://${host}/prod`,
  address: '10.0.1.5',
  status: 403,
  errorType: 'ForbiddenException',
  requestId: '0f0f0f0f-0000-4000-8000-000000000000',
  gatewayId: 'AbCdEfGhIjKlMnO=',
  httpApiRequestId: 'PqRsTuVwXyZaBcD=',
  headers: { 'x-cache': 'MISS from proxy.test' },
  title: 'Forbidden',
  viaCloudFront: false,
  via: '1.1 proxy.test',
  server: 'Server',
  location: '/elsewhere',
  message: 'Forbidden',
  failure: 'closed',
  errorCode: 'ECONNRESET',
  received: { octets: 12, interim: 1, lastInterim: 103 },
};

export const trace: Required<AddressTrace> = {
  ...sampleHeader('trace'),
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
  target: { reply: 'none', from: null, rttMs: null, icmp: null, sent: 2, waitedMs: 1900 },
  route: { gateway: '10.0.9.1', interface: 'eth0', tcpDiffers: '10.0.9.254 dev eth1', keepsTtl: true },
  unsent: 'no-ports',
  loop: { firstTtl: 3, members: ['10.0.9.1', '10.0.9.2'] },
  pathMtu: 1400,
  discarded: { 'bad-quote': 1 },
  names: { '10.0.9.1': 'r1.example' },
  resolution: dns,
};

export const traceWatch: Required<WatchRound> = {
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
