import fc from 'fast-check';
import type { DnsDocument } from '../../src/documents/dns.js';
import type { HttpDocument } from '../../src/documents/http.js';
import type { Evidence } from '../../src/documents/report.js';
import type { PrivateApi, Target } from '../../src/documents/target.js';
import type { TcpDocument } from '../../src/documents/tcp.js';
import type { TlsDocument } from '../../src/documents/tls.js';
import type { AddressTrace, TraceProbe } from '../../src/documents/trace.js';
import { silentProbe } from '../../src/documents/trace.js';
import { anyText } from './any-text.js';
import { API, attempt, dns, HOST, http, tcpOf, tls, trace, URL_OF_API, VPCE, VPCE_NAME } from './evidence.js';

/** Any evidence of the right types: sensible values often enough to reach the rules, nonsense often enough to hurt them. */
const nonsense = anyText(30);
const address = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('10.0.1.5', '10.0.2.5', '52.1.2.3', 'fd00:1::5', '2600:1f18::5', '100.64.0.1'),
  },
  { weight: 1, arbitrary: nonsense },
);
const host = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(HOST, VPCE_NAME, 'db.internal', '10.0.1.5') },
  { weight: 1, arbitrary: nonsense },
);
const word = fc.option(fc.oneof(fc.constantFrom(API, VPCE, 'us-east-1', 'cn-north-1', 'prod'), nonsense), {
  nil: null,
});
const duration = fc.double({ min: 0, max: 60_000, noNaN: true });
const port = fc.constantFrom(443, 5432);

const variable = fc.record({ name: nonsense, value: nonsense });
const size = fc.option(fc.nat(), { nil: null });

/** Absent as often as not, as members are that older reports lack. */
function maybe<Value>(arbitrary: fc.Arbitrary<Value>) {
  return fc.option(arbitrary, { nil: undefined });
}

const privateApi: fc.Arbitrary<PrivateApi> = fc.record({
  form: fc.constantFrom('default', 'alias', 'vpce', 'zonal', 'service', 'custom'),
  apiId: word,
  vpceId: word,
  region: word,
  stage: word,
  partition: word,
  endpointName: fc.option(host, { nil: null }),
});

const target: fc.Arbitrary<Target> = fc.record({
  input: nonsense,
  host,
  port,
  url: fc.option(fc.oneof(fc.constant(URL_OF_API), nonsense), { nil: null }),
  privateApi: fc.option(privateApi, { nil: null }),
});

const dnsDocument: fc.Arbitrary<DnsDocument> = fc
  .record({
    name: host,
    status: fc.constantFrom(
      'answered',
      'no-data',
      'nxdomain',
      'servfail',
      'refused',
      'timeout',
      'malformed',
      'unreachable',
      'error',
    ),
    addresses: fc.array(
      fc.record({
        address,
        family: fc.constantFrom(4, 6),
        scope: fc.constantFrom('public', 'private', 'shared', 'loopback', 'unique-local', 'multicast'),
        ttl: fc.nat(),
      }),
      { maxLength: 3 },
    ),
    server: fc.option(fc.oneof(address, nonsense), { nil: null }),
    rcode: fc.option(nonsense, { nil: null }),
    chain: fc.array(nonsense, { maxLength: 2 }),
    attempted: fc.boolean(),
    asked: fc.option(
      fc.record({
        purpose: fc.constantFrom('host', 'endpoint', 'resolver', 'vpc-resolver'),
        server: fc.option(address, { nil: null }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ name, addresses, attempted, ...rest }) => {
    const whole = dns(name, [], rest as Partial<DnsDocument>);
    return {
      ...whole,
      addresses: addresses as DnsDocument['addresses'],
      attempts: attempted ? whole.attempts : [],
    };
  });

const tcpDocument: fc.Arbitrary<TcpDocument> = fc
  .record({
    host,
    attempts: fc.array(
      fc.record({
        address,
        status: fc.constantFrom(
          'open',
          'refused',
          'reset',
          'timeout',
          'prohibited',
          'unreachable',
          'denied',
          'error',
        ),
        port,
        errno: word,
        local: fc.boolean(),
        durationMs: duration,
        localAddress: fc.option(address, { nil: null }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ host: to, attempts }) =>
    tcpOf(
      to,
      attempts.map(({ address: at, status, ...rest }) => attempt(at, status as TcpDocument['status'], rest)),
    ),
  );

const tlsDocument: fc.Arbitrary<TlsDocument> = fc
  .record({
    status: fc.constantFrom(
      'ok',
      'untrusted',
      'name-mismatch',
      'expired',
      'protocol',
      'reset',
      'timeout',
      'closed',
      'error',
    ),
    address,
    serverName: host,
    errorCode: word,
    certified: fc.boolean(),
    connectMs: fc.option(duration, { nil: null }),
    durationMs: duration,
    purpose: fc.constantFrom(undefined, 'target', 'other-name', 'small-segments'),
    progress: fc.option(
      fc.record({
        heard: fc.constantFrom('nothing', 'not-tls', 'alert', 'server-hello', 'certificate', 'done'),
        sentBytes: fc.nat(),
        receivedBytes: fc.nat(),
        acknowledged: fc.constantFrom(true, false, null),
        alert: fc.option(
          fc.record({ level: fc.constantFrom('warning', 'fatal'), code: fc.nat(255), name: nonsense }),
          { nil: null },
        ),
        firstLine: fc.option(nonsense, { nil: null }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ status, certified, ...rest }) =>
    tls(
      status as TlsDocument['status'],
      (certified ? rest : { ...rest, certificate: null }) as Partial<TlsDocument>,
    ),
  );

const httpDocument: fc.Arbitrary<HttpDocument> = fc
  .record({
    status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: null }),
    variant: fc.constantFrom('plain', 'host', 'api-id', 'bogus'),
    address,
    url: nonsense,
    errorType: fc.option(
      fc.oneof(
        fc.constantFrom(
          'ForbiddenException',
          'AccessDeniedException',
          'MissingAuthenticationTokenException',
          'InternalServerErrorException',
        ),
        nonsense,
      ),
      { nil: null },
    ),
    requestId: word,
    gatewayId: word,
    server: word,
    message: fc.option(
      fc.oneof(fc.constantFrom('Forbidden', 'User is not authorized to access this resource'), nonsense),
      { nil: null },
    ),
    failure: fc.constantFrom(null, null, 'timeout', 'closed', 'tls', 'canceled', 'error'),
    durationMs: duration,
  })
  .map(({ status, ...rest }) => http(status, rest as Partial<HttpDocument>));

const traceProbe: fc.Arbitrary<TraceProbe> = fc
  .record({
    reply: fc.constantFrom('time-exceeded', 'syn-ack', 'rst', 'unreachable', 'none', 'send-error'),
    from: fc.option(address, { nil: null }),
    rttMs: fc.option(duration, { nil: null }),
    icmp: fc.option(fc.record({ type: fc.constantFrom(1, 3, 11), code: fc.nat(15) }), { nil: null }),
    annotation: word,
    mpls: fc.constant([]),
    late: fc.boolean(),
    nat: fc.boolean(),
    errno: fc.constantFrom(null, 'EPERM', 'ENETUNREACH'),
    backwardHops: fc.option(fc.nat(5), { nil: null }),
  })
  .map((fields) => ({ ...silentProbe, ...fields, mpls: [] }) as TraceProbe);

const traceDocument: fc.Arbitrary<AddressTrace> = fc
  .record({
    outcome: fc.constantFrom('open', 'closed', 'filtered', 'prohibited', 'unreachable', 'interrupted'),
    hops: fc.array(fc.array(traceProbe, { maxLength: 2 }), { maxLength: 9 }),
    host,
    address,
    source: fc.option(address, { nil: null }),
  })
  .map(({ outcome, hops, ...rest }) =>
    trace(
      outcome as AddressTrace['outcome'],
      hops.map((probes, index) => ({ ttl: index + 1, probes, rateLimited: false })),
      rest,
    ),
  );

export const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  target,
  vantage: fc.record({
    hostname: nonsense,
    addresses: fc.array(address, { maxLength: 2 }),
    nameservers: fc.array(nonsense, { maxLength: 2 }),
    platform: nonsense,
    nameService: maybe(
      fc.record({
        sources: fc.option(fc.array(nonsense, { maxLength: 3 }), { nil: null }),
        ignoredNameservers: fc.array(fc.oneof(address, nonsense), { maxLength: 2 }),
      }),
    ),
  }),
  observations: fc.record({
    dns: fc.array(dnsDocument, { maxLength: 3 }),
    tcp: fc.array(tcpDocument, { maxLength: 2 }),
    tls: fc.array(tlsDocument, { maxLength: 2 }),
    http: fc.array(httpDocument, { maxLength: 4 }),
    trace: fc.array(traceDocument, { maxLength: 2 }),
    origin: maybe(
      fc.record({
        source: fc.constantFrom('literal', 'hosts-file', 'dns', 'system'),
        addresses: fc.array(address, { maxLength: 2 }),
        hostsFile: fc.option(fc.record({ path: nonsense, lines: fc.array(fc.nat(), { maxLength: 2 }) }), {
          nil: null,
        }),
      }),
    ),
    system: maybe(
      fc.record({
        name: host,
        addresses: fc.array(address, { maxLength: 2 }),
        errorCode: word,
        durationMs: duration,
      }),
    ),
    control: maybe(
      fc.array(fc.record({ role: fc.constantFrom('given', 'resolver'), host, port, tcp: tcpDocument }), {
        maxLength: 2,
      }),
    ),
    environment: maybe(
      fc.record({
        variables: fc.array(variable, { maxLength: 2 }),
        forTarget: fc.option(variable, { nil: null }),
      }),
    ),
    pathMtu: maybe(
      fc.array(
        fc.record({
          address,
          port,
          interfaceMtu: size,
          kernelMtu: size,
          peerMss: size,
          announced: fc.option(fc.record({ from: address, mtu: fc.nat() }), { nil: null }),
          largestAcknowledged: size,
          smallestUnacknowledged: size,
        }),
        { maxLength: 1 },
      ),
    ),
  }),
  skipped: fc.array(
    fc.record({
      step: fc.constantFrom('dns', 'tcp', 'tls', 'http', 'trace'),
      reason: nonsense,
      missing: maybe(nonsense),
      remedy: maybe(nonsense),
    }),
    { maxLength: 2 },
  ),
}) as fc.Arbitrary<Evidence>;
