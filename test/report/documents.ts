import type { DnsAttempt, DnsDocument } from '../../src/documents/dns.js';
import type { DoctorDocument } from '../../src/documents/doctor.js';
import type { DocumentHeader } from '../../src/documents/header.js';
import type { ReportDocument, VerdictClass } from '../../src/documents/report.js';
import type { TcpAttempt, TcpDocument } from '../../src/documents/tcp.js';
import type { TraceDocument, TraceHop, TraceProbe } from '../../src/documents/trace.js';
import { silentProbe } from '../../src/documents/trace.js';
import type { Style } from '../../src/report/text/style.js';

/** Complete documents. A test overrides the members that it is about. */

export const plain: Style = { color: false, columns: 80, unicode: true };

export function header<Kind extends string>(kind: Kind): DocumentHeader<Kind> {
  const tool = { name: 'pprobe', version: '0.1.0' } as const;
  return { kind, version: 1, tool, startedAt: '2026-01-02T03:04:05.678Z', durationMs: 12.345 };
}

export function dnsAttempt(changes: Partial<DnsAttempt> = {}): DnsAttempt {
  return {
    server: '10.0.0.2',
    transport: 'udp',
    name: 'api.example.com',
    type: 'A',
    outcome: 'answered',
    rcode: 'NOERROR',
    errno: null,
    detail: null,
    edns: true,
    sentMs: null,
    durationMs: 3.21,
    ...changes,
  };
}

export function dnsDocument(changes: Partial<DnsDocument> = {}): DnsDocument {
  return {
    ...header('dns'),
    question: { name: 'api.example.com', type: 'A,AAAA' },
    status: 'answered',
    rcode: 'NOERROR',
    server: '10.0.0.2',
    transport: 'udp',
    addresses: [
      { address: '10.0.1.23', family: 4, scope: 'private', ttl: 60 },
      { address: '10.0.22.101', family: 4, scope: 'private', ttl: 60 },
    ],
    chain: [],
    records: [
      { name: 'api.example.com', type: 'A', ttl: 60, data: '10.0.1.23' },
      { name: 'api.example.com', type: 'A', ttl: 60, data: '10.0.22.101' },
    ],
    extendedErrors: [],
    flags: { authoritative: false, recursionAvailable: true, authenticData: false },
    attempts: [dnsAttempt(), dnsAttempt({ type: 'AAAA', outcome: 'no-data' })],
    discarded: {},
    ...changes,
  };
}

export function tcpAttempt(changes: Partial<TcpAttempt> = {}): TcpAttempt {
  return {
    address: '10.0.1.23',
    port: 443,
    status: 'open',
    errno: null,
    local: false,
    durationMs: 1.234,
    localAddress: '10.0.5.6',
    localPort: 40000,
    ...changes,
  };
}

export function tcpDocument(changes: Partial<TcpDocument> = {}): TcpDocument {
  return {
    ...header('tcp'),
    host: 'api.example.com',
    port: 443,
    status: 'open',
    attempts: [tcpAttempt()],
    resolution: dnsDocument(),
    ...changes,
  };
}

export function probe(changes: Partial<TraceProbe> = {}): TraceProbe {
  return {
    ...silentProbe,
    reply: 'time-exceeded',
    from: '10.0.1.1',
    rttMs: 0.123,
    icmp: { type: 11, code: 0 },
    ...changes,
  };
}

export const silence = probe({ reply: 'none', from: null, rttMs: null, icmp: null });

export function hop(ttl: number, ...probes: TraceProbe[]): TraceHop {
  return { ttl, probes, rateLimited: false };
}

export function traceDocument(changes: Partial<TraceDocument> = {}): TraceDocument {
  const reached = { reply: 'syn-ack', from: '10.0.1.23', icmp: null } as const;
  return {
    ...header('trace'),
    host: 'api.example.com',
    address: '10.0.1.23',
    port: 443,
    source: '10.0.5.6',
    method: 'connect',
    outcome: 'open',
    stoppedBy: 'destination',
    destinationTtl: 3,
    hops: [
      hop(1, probe(), probe({ rttMs: 0.111 }), probe({ rttMs: 0.109 })),
      hop(2, silence, silence, silence),
      hop(
        3,
        probe({ ...reached, rttMs: 1.5 }),
        probe({ ...reached, rttMs: 1.4 }),
        probe({ ...reached, rttMs: 1.456 }),
      ),
    ],
    loop: null,
    pathMtu: null,
    discarded: {},
    names: null,
    resolution: null,
    ...changes,
  };
}

export function reportDocument(verdictClass: VerdictClass): ReportDocument {
  return {
    ...header('report'),
    target: { input: 'api.example.com', host: 'api.example.com', port: 443, url: null, privateApi: null },
    vantage: {
      hostname: 'here',
      addresses: ['10.0.5.6'],
      nameservers: ['10.0.0.2'],
      platform: 'linux 6.18 x64',
    },
    observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
    skipped: [],
    verdict: {
      class: verdictClass,
      cause: 'none',
      confidence: 'low',
      summary: 'Nothing was measured.',
      evidence: [],
      remedies: [],
      alternatives: [],
      warnings: [],
    },
  };
}

export function doctorDocument(changes: Partial<DoctorDocument> = {}): DoctorDocument {
  return {
    ...header('doctor'),
    engines: [
      {
        method: 'syn',
        available: false,
        reason: 'Raw sockets need CAP_NET_RAW.',
        remedy: 'sudo setcap cap_net_raw+ep node',
      },
      { method: 'connect', available: true, reason: null, remedy: null },
    ],
    privileges: { uid: 1000, capNetRaw: false, capNetAdmin: false },
    kernel: { release: '6.18.44', supported: true },
    node: { version: '20.20.2', platform: 'linux', arch: 'x64' },
    nameservers: [
      { address: '10.0.0.2', vpcResolver: true },
      { address: '10.9.9.9', vpcResolver: false },
    ],
    authorities: [
      { store: 'system', path: '/etc/ssl/certs/ca-certificates.crt', count: 142, problem: null },
      { store: 'Node', path: null, count: 146, problem: null },
    ],
    netlink: true,
    limits: { descriptors: 1024, ports: { first: 32768, last: 60999 } },
    compiledCode: { use: 'kept', path: '/home/ops/.cache/pprobe/start/doctor.code', problem: null },
    problems: [
      {
        text: 'trace --method syn: Raw sockets need CAP_NET_RAW.',
        remedy: 'sudo setcap cap_net_raw+ep node',
      },
    ],
    ...changes,
  };
}
