/**
 * What a value must be, told as a function of the value and its path: the path and kind of the first thing that is
 * otherwise, or null. Fields nobody named may be there; later versions add them.
 */
type Shape = (value: unknown, path: string) => string | null;

const text: Shape = (value, path) => (typeof value === 'string' ? null : `${path} is no text`);

const number: Shape = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? null : `${path} is no number`;

const truth: Shape = (value, path) =>
  typeof value === 'boolean' ? null : `${path} is neither true nor false`;

function oneOf(...words: readonly string[]): Shape {
  return (value, path) =>
    typeof value === 'string' && words.includes(value) ? null : `${path} is none of ${words.join(', ')}`;
}

function nullable(shape: Shape): Shape {
  return (value, path) => (value === null ? null : shape(value, path));
}

/** For fields that documents of this version have not always had. */
function optional(shape: Shape): Shape {
  return (value, path) => (value === undefined ? null : shape(value, path));
}

function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is no list`;
    return first(value.entries(), ([index, each]) => shape(each, `${path}[${index}]`));
  };
}

function object(fields: Record<string, Shape>): Shape {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} is missing`;
    const found: Record<string, unknown> = { ...value };
    return first(Object.entries(fields), ([name, shape]) => shape(found[name], `${path}.${name}`));
  };
}

function first<T>(items: Iterable<T>, problemOf: (item: T) => string | null): string | null {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== null) return problem;
  }
  return null;
}

/** Every observation is a document of its own. */
function document(kind: string, fields: Record<string, Shape>): Shape {
  return object({ kind: oneOf(kind), durationMs: number, ...fields });
}

const maybeText = nullable(text);
const maybeNumber = nullable(number);

const dns = document('dns', {
  question: object({ name: text, type: text }),
  status: oneOf(
    ...[
      'answered',
      'no-data',
      'nxdomain',
      'servfail',
      'refused',
      'timeout',
      'malformed',
      'unreachable',
      'error',
    ],
  ),
  rcode: maybeText,
  server: maybeText,
  transport: nullable(oneOf('udp', 'tcp')),
  addresses: listOf(object({ address: text, family: number, scope: text, ttl: number })),
  chain: listOf(text),
  records: listOf(object({ name: text, type: text, ttl: number, data: text })),
  extendedErrors: listOf(object({ code: number, text })),
  attempts: listOf(object({ server: text, transport: text, outcome: text, durationMs: number })),
  asked: optional(
    object({
      purpose: oneOf('host', 'endpoint', 'resolver', 'vpc-resolver'),
      server: maybeText,
    }),
  ),
});

const tcp = document('tcp', {
  host: text,
  port: number,
  attempts: listOf(
    object({
      address: text,
      port: number,
      status: text,
      errno: maybeText,
      durationMs: number,
      localAddress: optional(maybeText),
      local: optional(truth),
    }),
  ),
});

const certificate = object({
  subject: text,
  issuer: text,
  names: listOf(text),
  validFrom: maybeText,
  validTo: maybeText,
});

const tls = document('tls', {
  address: text,
  serverName: text,
  status: text,
  errorCode: optional(maybeText),
  protocol: maybeText,
  alpn: maybeText,
  certificate: nullable(certificate),
  problems: listOf(object({ status: text, code: text })),
  connectMs: optional(maybeNumber),
  purpose: optional(oneOf('target', 'other-name', 'small-segments')),
  maxSegment: optional(number),
  progress: optional(
    object({
      heard: oneOf('nothing', 'not-tls', 'alert', 'server-hello', 'certificate', 'done'),
      sentBytes: number,
      receivedBytes: number,
      acknowledged: nullable(truth),
      alert: nullable(object({ level: text, code: number, name: text })),
      firstLine: maybeText,
    }),
  ),
});

const http = document('http', {
  variant: oneOf('plain', 'host', 'api-id', 'bogus'),
  url: text,
  address: text,
  status: maybeNumber,
  errorType: maybeText,
  requestId: maybeText,
  gatewayId: maybeText,
  viaCloudFront: truth,
  via: optional(maybeText),
  location: optional(maybeText),
  server: maybeText,
  message: maybeText,
  failure: maybeText,
  errorCode: optional(maybeText),
});

const probe = object({
  reply: oneOf('time-exceeded', 'syn-ack', 'rst', 'unreachable', 'none', 'send-error'),
  from: maybeText,
  rttMs: maybeNumber,
  icmp: nullable(object({ type: number, code: number })),
  annotation: maybeText,
  mpls: listOf(object({ label: number, tc: number, bottom: truth, ttl: number })),
  late: optional(truth),
  nat: optional(truth),
  errno: optional(maybeText),
  replyTtl: optional(maybeNumber),
});

const trace = document('trace', {
  host: text,
  address: text,
  port: number,
  source: maybeText,
  method: text,
  outcome: oneOf('open', 'closed', 'filtered', 'prohibited', 'unreachable', 'interrupted'),
  stoppedBy: text,
  destinationTtl: maybeNumber,
  hops: listOf(object({ ttl: number, probes: listOf(probe), rateLimited: optional(truth) })),
  loop: optional(nullable(object({ firstTtl: number, members: listOf(text) }))),
  pathMtu: optional(maybeNumber),
});

const origin = object({
  source: oneOf('literal', 'hosts-file', 'dns'),
  addresses: listOf(text),
  hostsFile: nullable(object({ path: text, lines: listOf(number) })),
});

const system = object({ name: text, addresses: listOf(text), errorCode: maybeText, durationMs: number });

const control = object({ role: oneOf('given', 'resolver'), host: text, port: number, tcp });

const variable = object({ name: text, value: text });

const environment = object({ variables: listOf(variable), forTarget: nullable(variable) });

const pathMtu = object({
  address: text,
  port: number,
  interfaceMtu: maybeNumber,
  kernelMtu: maybeNumber,
  peerMss: maybeNumber,
  announced: nullable(object({ from: text, mtu: number })),
  largestAcknowledged: maybeNumber,
  smallestUnacknowledged: maybeNumber,
});

const privateApi = object({
  form: oneOf('default', 'alias', 'vpce', 'zonal', 'service', 'custom'),
  apiId: maybeText,
  vpceId: maybeText,
  region: maybeText,
  stage: maybeText,
  partition: maybeText,
  endpointName: optional(maybeText),
});

/** Of a report what rules and renderers read. Its verdict is not: it is made anew. */
export const reportShape = object({
  tool: object({ name: text, version: text }),
  startedAt: text,
  durationMs: number,
  target: object({
    input: text,
    host: text,
    port: number,
    url: maybeText,
    privateApi: nullable(privateApi),
  }),
  vantage: object({
    hostname: text,
    addresses: listOf(text),
    nameservers: listOf(text),
    platform: text,
  }),
  observations: object({
    dns: listOf(dns),
    tcp: listOf(tcp),
    tls: listOf(tls),
    http: listOf(http),
    trace: listOf(trace),
    origin: optional(origin),
    system: optional(system),
    control: optional(listOf(control)),
    environment: optional(environment),
    pathMtu: optional(listOf(pathMtu)),
  }),
  skipped: optional(
    listOf(
      object({
        step: oneOf('dns', 'tcp', 'tls', 'http', 'trace'),
        reason: text,
        missing: optional(text),
        remedy: optional(text),
      }),
    ),
  ),
});
