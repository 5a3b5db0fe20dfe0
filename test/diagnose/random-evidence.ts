import type { DnsAttempt, DnsDocument, DnsStatus } from '../../src/documents/dns.js';
import type { HttpDocument } from '../../src/documents/http.js';
import type { ControlMeasurement, Evidence, SkippedStep } from '../../src/documents/report.js';
import type { Target } from '../../src/documents/target.js';
import type { TcpAttempt, TcpCause, TcpDocument, TcpStatus } from '../../src/documents/tcp.js';
import type { PathMtu, TlsDocument, TlsProgress } from '../../src/documents/tls.js';
import { type AddressTrace, routingLoop, type TraceProbe, unsentCause } from '../../src/documents/trace.js';
import { scopeOf } from '../../src/net/address/scope.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { dnsAttempt, hop, probe, silence } from '../report/documents.js';
import { attempt, CLIENT, dns, http, tcpOf, tls, trace, URL_OF_API, VPCE_NAME } from './evidence.js';

/**
 * Reports by the hundred thousand: each document is one that a probe can write, and the documents of one report agree or
 * contradict each other by chance. Made from a number, so that a failure can be repeated, and without fast-check's arbitraries,
 * which take ten times as long.
 */

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The targets, parsed once. */
const TARGETS: readonly Target[] = [
  URL_OF_API,
  `https://${VPCE_NAME}/prod`,
  'https://www.example.com/',
  'db.internal:5432',
  '10.0.1.5:443',
].map((input) => parseTarget(input));

const POOL = ['10.0.1.5', '10.0.2.5', '52.1.2.3', 'fd00:1::5', '10.0.9.77', '172.17.2.20'];
const SERVERS = ['10.0.0.2', '10.60.0.9', '127.0.0.53'];
const ROUTERS = ['10.0.9.1', '10.8.0.1', '10.8.0.2', CLIENT];
const STARTED_MS = Date.parse('2026-01-02T03:04:05.678Z');

/** Whole documents, made once: each document of a report is a copy with other members. */
const DNS = dns('', []);
const TCP = tcpOf('', []);
const TLS = tls('ok');
const HTTP = http(200);
const TRACE = trace('filtered', []);
const EXPIRED = probe();
const CERTIFICATE = TLS.certificate;

/** The choices of one report. */
class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = numbers(seed);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** From 0 to `below` - 1. */
  number(below: number): number {
    return Math.floor(this.#next() * below);
  }

  of<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
    const item = items[this.number(items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  }

  times<Item>(most: number, make: () => Item): Item[] {
    return Array.from({ length: this.number(most + 1) }, make);
  }
}

/** How many different documents there are of one kind about one address: many reports share them, which makes them cheap. */
const VARIANTS = 400;

const made = new Map<string, unknown[]>();

/** One of the documents with this name, each of which is always the same one. */
function shared<Document>(dice: Dice, name: string, make: (own: Dice) => Document): Document {
  const known = made.get(name) ?? [];
  made.set(name, known);
  const index = dice.number(VARIANTS);
  // All documents with one name are made here, by the function of that name.
  const found = (known[index] as Document | undefined) ?? make(new Dice(seedOf(name) + index));
  known[index] = found;
  return found;
}

/** A number that differs from name to name (FNV-1a). */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

/** How an attempt can end, with the causes that lead there. */
const TCP_ENDS: readonly [TcpStatus, readonly TcpCause[], boolean][] = [
  ['open', ['syn-ack'], false],
  ['open', ['syn-ack'], false],
  ['refused', ['rst', 'icmp'], false],
  ['reset', ['rst-after-syn-ack'], false],
  ['timeout', ['silence'], false],
  ['timeout', ['silence'], false],
  ['prohibited', ['icmp'], false],
  ['unreachable', ['icmp', 'silent-neighbour'], false],
  ['unreachable', ['no-route', 'unreachable-route', 'blackhole-route', 'no-source-address'], true],
  ['denied', ['local-firewall', 'local-policy', 'prohibit-route'], true],
  ['error', ['no-ports', 'no-descriptors', 'canceled'], false],
];

function tcpAttemptOf(dice: Dice, address: string, port: number): TcpAttempt {
  const [status, causes, local] = dice.of(TCP_ENDS);
  const cause = dice.of(causes);
  const v6 = address.includes(':');
  const prohibits = status === 'prohibited';
  const icmp =
    cause !== 'icmp'
      ? {}
      : {
          from: dice.of([...ROUTERS, address]),
          icmp: v6
            ? { type: 1, code: prohibits ? 1 : status === 'refused' ? 4 : dice.of([0, 3]) }
            : dice.chance(0.1) && status === 'unreachable'
              ? { type: 11, code: 0 }
              : { type: 3, code: prohibits ? 13 : status === 'refused' ? 3 : dice.of([0, 1]) },
        };
  const neighbour =
    cause === 'silent-neighbour' ? { neighbour: dice.chance(0.5) ? address : '10.0.9.1' } : {};
  return attempt(address, status, {
    port,
    local,
    cause,
    durationMs: dice.number(3000),
    ...(status === 'open' ? { firstSynLost: dice.of([null, false, true]), ...afterOpenOf(dice) } : {}),
    ...icmp,
    ...neighbour,
  });
}

function afterOpenOf(dice: Dice): Pick<TcpAttempt, 'afterOpen'> {
  return dice.chance(0.5) ? {} : { afterOpen: { end: dice.of(['open', 'closed'] as const), afterMs: 3 } };
}

function tcpDocumentOf(dice: Dice, host: string, port: number, addresses: readonly string[]): TcpDocument {
  const attempts = addresses.flatMap((address) =>
    dice.chance(0.9)
      ? [tcpAttemptOf(dice, address, port), ...(dice.chance(0.2) ? [tcpAttemptOf(dice, address, port)] : [])]
      : [],
  );
  return { ...TCP, host, port, status: attempts[0]?.status ?? 'error', attempts };
}

const DNS_ENDS: readonly DnsStatus[] = [
  'answered',
  'answered',
  'no-data',
  'nxdomain',
  'servfail',
  'refused',
  'timeout',
  'malformed',
  'unreachable',
];

function queryOf(dice: Dice, server: string, name: string, type: string): DnsAttempt {
  const outcome = dice.chance(0.1) ? 'truncated' : dice.of(DNS_ENDS);
  const isReply = outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'malformed';
  const rcode = !isReply
    ? null
    : outcome === 'nxdomain' || outcome === 'servfail' || outcome === 'refused'
      ? outcome.toUpperCase()
      : 'NOERROR';
  const errno = outcome === 'unreachable' ? 'ECONNREFUSED' : null;
  const transport = dice.chance(0.15) ? 'tcp' : 'udp';
  return dnsAttempt({ server, name, type, outcome, rcode, errno, transport, durationMs: dice.number(2000) });
}

function dnsDocumentOf(dice: Dice, name: string, addresses: readonly string[]): DnsDocument {
  const attempts = dice.times(3, () => queryOf(dice, dice.of(SERVERS), name, dice.of(['A', 'AAAA'])));
  const last = attempts.at(-1) ?? queryOf(dice, dice.of(SERVERS), name, 'A');
  attempts.push({ ...last, type: dice.of(['A', 'AAAA']) });
  const answered = attempts.findLast(({ outcome }) => outcome === 'answered');
  const decided = answered ?? attempts.find(({ rcode }) => rcode !== null);
  const status: DnsStatus =
    answered !== undefined ? 'answered' : decided === undefined ? 'timeout' : statusOf(decided);
  const purpose = dice.of(['host', 'host', 'endpoint', 'resolver', 'vpc-resolver'] as const);
  const blocked = dice.chance(0.05) ? [dice.of(['0.0.0.0', '::'])] : addresses;
  const given = answered === undefined ? [] : blocked;
  return {
    ...DNS,
    question: { name, type: 'A,AAAA' },
    addresses: given.map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
      scope: scopeOf(address),
      ttl: 60,
    })),
    status,
    rcode: decided?.rcode ?? null,
    server: decided?.server ?? null,
    transport: decided?.transport ?? null,
    attempts,
    ...(dice.chance(0.5) ? { systemPatience: { firstMs: 5000, totalMs: 10_000, missingTypeMs: null } } : {}),
    asked: { purpose, server: purpose === 'host' ? null : (decided?.server ?? null) },
  };
}

/** A lookup that ended with a truncated reply got no whole one. */
function statusOf({ outcome }: DnsAttempt): DnsStatus {
  return outcome === 'truncated' ? 'timeout' : outcome;
}

const ALERTS = [
  'handshake_failure',
  'protocol_version',
  'unrecognized_name',
  'certificate_required',
  'internal_error',
];

function tlsDocumentOf(dice: Dice, address: string, port: number, serverName: string): TlsDocument {
  const status = dice.of<TlsDocument['status']>([
    'ok',
    'ok',
    'untrusted',
    'name-mismatch',
    'expired',
    'protocol',
    'reset',
    'timeout',
    'closed',
    'error',
  ]);
  const isDone =
    status === 'ok' || status === 'untrusted' || status === 'name-mismatch' || status === 'expired';
  const heard: TlsProgress['heard'] = isDone
    ? 'done'
    : status === 'protocol'
      ? dice.of(['alert', 'server-hello', 'certificate', 'not-tls'])
      : dice.of(['nothing', 'nothing', 'server-hello', 'certificate']);
  const alert =
    heard === 'alert' || (status === 'protocol' && heard === 'certificate')
      ? { level: 'fatal' as const, code: 40, name: dice.of(ALERTS) }
      : null;
  const hasCertificate = isDone || heard === 'certificate';
  const purpose = dice.of(['target', 'target', 'other-name', 'small-segments'] as const);
  const soon = new Date(STARTED_MS + dice.number(40) * 86_400_000).toISOString();
  return {
    ...TLS,
    status,
    address,
    port,
    serverName: purpose === 'other-name' ? 'example.com' : serverName,
    purpose,
    durationMs: dice.number(3000),
    progress: {
      heard,
      sentBytes: 517,
      receivedBytes: heard === 'nothing' ? 0 : 1000,
      acknowledged: heard !== 'nothing' ? true : dice.of([true, false, null]),
      alert,
      firstLine: heard === 'not-tls' && dice.chance(0.5) ? 'HTTP/1.1 400 Bad Request' : null,
    },
    clientCertificate:
      status === 'ok' || !hasCertificate ? null : dice.of(['none', 'none', 'requested', 'required'] as const),
    certificate: hasCertificate && CERTIFICATE !== null ? { ...CERTIFICATE, validTo: soon } : null,
  };
}

function httpDocumentOf(dice: Dice, address: string): HttpDocument {
  const status = dice.chance(0.1)
    ? null
    : dice.of([200, 200, 204, 301, 401, 403, 404, 407, 429, 500, 502, 503, 504]);
  const isGateway = dice.chance(0.7);
  return {
    ...HTTP,
    status,
    address,
    variant: dice.of(['plain', 'plain', 'host', 'api-id', 'bogus'] as const),
    failure: status === null ? dice.of(['timeout', 'closed', 'error'] as const) : null,
    durationMs: dice.number(30_000),
    ...(isGateway
      ? {}
      : { requestId: null, gatewayId: null, server: dice.of([null, 'nginx', 'squid', 'awselb/2.0']) }),
    errorType:
      isGateway && status !== null && status >= 400
        ? dice.of([null, 'ForbiddenException', 'AccessDeniedException', 'InternalServerErrorException'])
        : null,
    message: status === 403 && dice.chance(0.7) ? 'Forbidden' : null,
  };
}

function probeOf(dice: Dice, address: string): TraceProbe {
  const v6 = address.includes(':');
  switch (dice.number(8)) {
    case 0:
    case 1:
    case 2:
      return { ...EXPIRED, from: dice.of(ROUTERS), icmp: { type: v6 ? 3 : 11, code: 0 } };
    case 3:
      return probe({ reply: 'syn-ack', from: address, icmp: null });
    case 4:
      return probe({ reply: 'rst', from: address, icmp: null, backwardHops: dice.number(4) });
    case 5:
      return probe({
        reply: 'unreachable',
        from: dice.of([...ROUTERS, address]),
        icmp: { type: v6 ? 1 : 3, code: v6 ? dice.of([0, 1, 3, 4]) : dice.of([0, 1, 3, 13]) },
        annotation: dice.of(['!X', '!H', '!N']),
      });
    default:
      return silence;
  }
}

function traceDocumentOf(dice: Dice, host: string, port: number, address: string): AddressTrace {
  const isUnsent = dice.chance(0.1);
  const hops = isUnsent
    ? [
        hop(
          1,
          probe({
            reply: 'send-error',
            from: null,
            rttMs: null,
            icmp: null,
            errno: dice.of(['EPERM', 'ENETUNREACH', 'EHOSTUNREACH', 'EACCES']),
          }),
        ),
      ]
    : dice
        .times(8, () => silence)
        .map((_, index) => hop(index + 1, dice.chance(0.5) ? silence : probeOf(dice, address)));
  const probes = hops.flatMap((each) => each.probes);
  const has = (reply: TraceProbe['reply']): boolean => probes.some((each) => each.reply === reply);
  const outcome = has('syn-ack')
    ? 'open'
    : has('rst')
      ? 'closed'
      : has('unreachable') || isUnsent
        ? dice.of(['unreachable', 'prohibited'] as const)
        : dice.of(['filtered', 'filtered', 'interrupted'] as const);
  return {
    ...TRACE,
    outcome,
    hops,
    host,
    port,
    address,
    loop: routingLoop(hops),
    unsent: unsentCause(hops),
    route: dice.chance(0.5)
      ? null
      : { gateway: dice.of([null, '10.0.9.1']), interface: 'eth0', tcpDiffers: null },
  };
}

function mtuOf(dice: Dice, address: string, port: number): PathMtu {
  const passed = dice.of([null, 576, 1300]);
  return {
    address,
    port,
    interfaceMtu: 1500,
    kernelMtu: 1500,
    peerMss: 1460,
    announced: null,
    largestAcknowledged: passed,
    smallestUnacknowledged: dice.of([null, 1400, 1500]),
  };
}

function controlOf(dice: Dice): ControlMeasurement {
  const host = dice.of(['10.0.4.4', '10.0.0.2']);
  const port = dice.of([443, 53]);
  return {
    role: port === 53 ? 'resolver' : 'given',
    host,
    port,
    tcp: tcpDocumentOf(dice, host, port, [host]),
  };
}

const SKIPPED: readonly SkippedStep[] = [
  { step: 'http', reason: 'switched off' },
  { step: 'tls', reason: 'nothing is known of the protocol' },
  { step: 'trace', reason: 'no engine on this host' },
  { step: 'dns', reason: '/etc/resolv.conf cannot be read', missing: '/etc/resolv.conf' },
];

function tlsOf(dice: Dice, host: string, port: number, address: string): TlsDocument {
  return shared(dice, `tls ${host} ${port} ${address}`, (own) => tlsDocumentOf(own, address, port, host));
}

function httpOf(dice: Dice, address: string): HttpDocument {
  return shared(dice, `http ${address}`, (own) => httpDocumentOf(own, address));
}

function traceOf(dice: Dice, host: string, port: number, address: string): AddressTrace {
  return shared(dice, `trace ${host} ${port} ${address}`, (own) => traceDocumentOf(own, host, port, address));
}

/** The report of a seed: the same one each time. */
export function randomEvidence(seed: number): Evidence {
  const dice = new Dice(seed);
  const target = dice.of(TARGETS);
  const { host, port } = target;
  const isLiteral = host === '10.0.1.5';
  const first = dice.number(POOL.length);
  const count = 1 + dice.number(3);
  const addresses = isLiteral ? [host] : POOL.concat(POOL).slice(first, first + count);
  const someAddress = (): string => dice.of(addresses);
  const lookups = isLiteral
    ? []
    : dice.times(2, () => dnsDocumentOf(dice, dice.chance(0.9) ? host : VPCE_NAME, addresses));
  const used = { name: 'HTTPS_PROXY', value: 'http://10.0.0.99:3128' };
  const resolved = lookups[0]?.addresses.map(({ address }) => address) ?? [];
  const connected = resolved.length > 0 && dice.chance(0.7) ? resolved : addresses;
  return {
    target,
    vantage: {
      hostname: 'client',
      addresses: [CLIENT],
      nameservers: ['10.0.0.2'],
      platform: 'linux 6.1 x64',
      ...(dice.chance(0.5)
        ? {
            networks: [
              { interface: 'eth0', network: '10.0.9.15/24', bridge: false },
              { interface: 'docker0', network: '172.17.0.1/16', bridge: true },
            ],
          }
        : {}),
    },
    observations: {
      dns: lookups,
      tcp: dice.chance(0.85) ? [tcpDocumentOf(dice, host, port, connected)] : [],
      tls: target.url === null ? [] : dice.times(3, () => tlsOf(dice, host, port, someAddress())),
      http: target.url === null ? [] : dice.times(2, () => httpOf(dice, someAddress())),
      trace: dice.times(2, () => traceOf(dice, host, port, someAddress())),
      ...(dice.chance(0.3)
        ? {
            origin: {
              source: dice.of(['dns', 'hosts-file'] as const),
              addresses: connected,
              hostsFile: null,
            },
          }
        : {}),
      ...(dice.chance(0.3)
        ? {
            system: dice.chance(0.5)
              ? { name: host, addresses, errorCode: null, durationMs: 4 }
              : {
                  name: host,
                  addresses: [],
                  errorCode: dice.of(['ENOTFOUND', 'ETIMEDOUT']),
                  durationMs: dice.number(2500),
                },
          }
        : {}),
      ...(dice.chance(0.4) ? { control: dice.times(2, () => controlOf(dice)) } : {}),
      ...(dice.chance(0.2) ? { environment: { variables: [used], forTarget: used } } : {}),
      ...(dice.chance(0.3) ? { pathMtu: [mtuOf(dice, someAddress(), port)] } : {}),
    },
    skipped: dice.chance(0.4) ? [dice.of(SKIPPED)] : [],
  };
}
