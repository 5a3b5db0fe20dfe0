import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { exceptionOf } from '../documents/gateway-answer.js';
import type { HttpDocument, HttpVariant } from '../documents/http.js';
import type { SkippedStep } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import type { TcpAttempt, TcpDocument } from '../documents/tcp.js';
import type { PathMtu, TlsDocument, TlsPurpose } from '../documents/tls.js';
import { withoutZone } from '../net/address/address.js';
import { ask } from '../probe/http/ask.js';
import { variantHeaders } from '../probe/http/request.js';
import type { SilenceRule } from '../probe/tcp/attempt.js';
import { connectAddresses } from '../probe/tcp/connect-addresses.js';
import { type Connection, handshake } from '../probe/tls/handshake.js';
import { defaultName } from '../target/private-api/names.js';
import { type RequestHeader, readHeaders, secretValues } from '../target/request-headers.js';
import { type Branches, type Outcome, resultsOf, skippedOf } from './branches.js';
import { connectTimeoutMs, type ObserveOptions } from './options.js';
import { type Findings, startAnswerLook, startSecondLooks } from './second-look.js';

/** The documents of the connections to the target, each list in the order of its addresses. */
export interface TargetConnections {
  /** null: this host could not connect at all. */
  tcp: TcpDocument | null;
  /** First the handshakes for the target, then those under another name, then those with small segments. */
  tls: TlsDocument[];
  http: HttpDocument[];
  pathMtu: PathMtu[];
  skipped: SkippedStep[];
}

/** More addresses than this get the kernel's SYNs alone, so that a hostile answer does not use up the descriptors. */
const mostWithFurtherSyns = 16;

/** What was measured over the connection to one address. */
type AddressFindings = Omit<TargetConnections, 'tcp'>;

/**
 * Connects to every address at the same time. Over each connection that opens, it completes a TLS handshake and sends the
 * request, without waiting for the other addresses. Resolves when all of it has ended.
 */
export async function connectAndAsk(
  target: Target,
  addresses: readonly string[],
  options: ObserveOptions,
  branches: Branches,
  silence: SilenceRule,
  onAttempt: (attempt: TcpAttempt) => void,
): Promise<TargetConnections> {
  const { host, port, url } = target;
  const { timeoutMs = connectTimeoutMs, source } = options;
  const some = addresses.length === 1 ? addresses[0] : `${addresses.length} addresses`;
  options.onProgress?.(`connecting to ${some}`);
  const asking = new Map<string, Promise<AddressFindings>>();
  const askAddress = startAsking(target, options, branches);
  const onOpen = ({ address, durationMs }: TcpAttempt, socket: Socket): void => {
    asking.set(address, askAddress(address, { socket, connectMs: durationMs }));
  };
  const connecting = await branches.run('tcp', () =>
    connectAddresses(
      { host, port, addresses, resolution: null },
      {
        timeoutMs,
        source,
        // A wait that the user gave is obeyed.
        ...(options.timeoutMs === undefined && addresses.length <= mostWithFurtherSyns ? { silence } : {}),
        ...branches.signals,
        onAttempt,
        ...(url === null ? { watch: true } : { onOpen }),
      },
    ),
  );
  const found = await Promise.all(addresses.flatMap((address) => asking.get(address) ?? []));
  const handshakes = found.flatMap(({ tls }) => tls);
  return {
    tcp: connecting.result,
    tls: purposes.flatMap((purpose) => handshakes.filter((each) => (each.purpose ?? 'target') === purpose)),
    http: found.flatMap(({ http }) => http),
    pathMtu: found.flatMap(({ pathMtu }) => pathMtu),
    skipped: skippedOf([connecting, ...found]),
  };
}

const purposes: readonly TlsPurpose[] = ['target', 'other-name', 'small-segments', 'small-hello'];

/** The variants that tell a wrong name from a wrong policy, in the order sent. */
const namingVariants: HttpVariant[] = ['host', 'api-id', 'bogus'];

/**
 * How long, in milliseconds, a server that acknowledged the ClientHello has for its answer where the user sets no limit. Programs
 * wait at least as long: 10 s in Go's net/http, 75 s and more in others.
 */
const slowServerMs = 8000;

/** Measures over a connection that opened. Never rejects. */
type AskAddress = (address: string, connection: Connection) => Promise<AddressFindings>;

/**
 * Completes a TLS handshake over an open connection and, where that succeeds, sends the request: once as the URL has it,
 * and where the gateway answers that it knows no such API, again with the headers that name it, over the same connection.
 * A handshake that gets no answer or is cut off is repeated in other ways while pprobe still waits for it.
 */
function startAsking(target: Target, options: ObserveOptions, branches: Branches): AskAddress {
  const { timeoutMs, ca } = options;
  const { signals } = branches;
  const { host, port } = target;
  const secondLook = startSecondLooks(target, options, signals);
  return async (address, connection) => {
    options.onProgress?.(`TLS handshake with ${address}`);
    const look = secondLook(address, connection.connectMs);
    // A zone is local to this host: it is in no certificate (RFC 4007 section 11.2).
    const input = { address, port, serverName: withoutZone(host) };
    const patience =
      timeoutMs === undefined ? { timeoutMs: slowServerMs, isUseful: () => !look.isAnswered() } : undefined;
    const shaken = await branches.run('tls', () =>
      handshake(input, { connection, timeoutMs, patience, ca, ...signals }),
    );
    if (shaken.result === null) {
      look.drop();
      return { tls: [], http: [], pathMtu: [], skipped: shaken.skipped };
    }
    const { document, socket } = shaken.result;
    try {
      const looked = await branches.run('tls', () => look.finish(document));
      const isAsked = socket !== null && options.http !== false;
      const asked = isAsked ? await askOver(socket, target, address, options, branches) : notAsked;
      return {
        tls: [document, ...(looked.result?.tls ?? []), ...(asked.looked.result?.tls ?? [])],
        http: resultsOf(asked.answers),
        pathMtu: [...(looked.result?.pathMtu ?? []), ...(asked.looked.result?.pathMtu ?? [])],
        skipped: skippedOf([looked, asked.looked, ...asked.answers]),
      };
    } finally {
      socket?.destroy();
      look.drop();
    }
  };
}

/** The answers, and what a second look at an answer that did not come has found. */
interface Asked {
  answers: Outcome<HttpDocument>[];
  looked: Outcome<Findings>;
}

const notAsked: Asked = { answers: [], looked: { result: null, skipped: [] } };

/**
 * The answers to the plain request and, where they are useful, to its variants; in the order sent. A server or load balancer
 * may close the connection after each answer: the next request then goes over a new one.
 */
async function askOver(
  first: TLSSocket,
  target: Target,
  address: string,
  options: ObserveOptions,
  branches: Branches,
): Promise<Asked> {
  const { url, privateApi } = target;
  if (url === null) return notAsked;
  const { timeoutMs, query = '', keepQuery = false } = options;
  const apiHost = privateApi === null ? null : defaultName(privateApi);
  const names = { apiHost: apiHost === target.host ? null : apiHost, apiId: privateApi?.apiId ?? null };
  const given = options.headers === undefined ? [] : readHeaders(options.headers);
  const secrets = secretValues(given);
  const input = { address, port: target.port, serverName: withoutZone(target.host) };
  const { ca, source } = options;
  const answers: Outcome<HttpDocument>[] = [];
  let socket = first;
  let { looked } = notAsked;
  for (const variant of ['plain' as const, ...namingVariants]) {
    const naming = variantHeaders(variant, names);
    if (naming === null) continue;
    const headers = { ...headersBeside(given, variant), ...naming };
    if (variant !== 'plain' && isSame(headers, given)) continue;
    if (socket.destroyed) {
      const again = await branches.run('tls', () =>
        handshake(input, { timeoutMs, ca, source, ...branches.signals }),
      );
      if (again.result === null || again.result.socket === null) break;
      socket = again.result.socket;
    }
    options.onProgress?.(`requesting ${url}`);
    const request = { variant, url: `${url}${query}`, address, headers, secrets, keepQuery };
    const look =
      variant === 'plain'
        ? startAnswerLook(target, address, options, branches.signals, (other, limits) =>
            ask(other, request, limits),
          )
        : null;
    const over = socket;
    const answer = await branches.run('http', () => ask(over, request, { timeoutMs, ...branches.signals }));
    answers.push(answer);
    if (look !== null) looked = await branches.run('http', () => look.finish(answer.result));
    // With this exception the gateway says that it found no API by this name. Other names are useful only then.
    const isUnknownApi = answer.result !== null && exceptionOf(answer.result) === 'ForbiddenException';
    if (variant === 'plain' && !(isUnknownApi && names.apiId !== null)) break;
  }
  if (socket !== first) socket.destroy();
  return { answers, looked };
}

/** The headers that the user gave, in lower case, without those that a variant replaces. The bogus request needs none of them. */
function headersBeside(given: readonly RequestHeader[], variant: HttpVariant): Record<string, string> {
  if (variant === 'bogus') return {};
  const replaced = variant === 'plain' ? [] : ['host', 'x-apigw-api-id'];
  const lower = given.map(({ name, value }) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(lower.filter(([name]) => !replaced.includes(name)));
}

/** Whether a variant is the request that the user gave. */
function isSame(headers: Record<string, string>, given: readonly RequestHeader[]): boolean {
  const names = Object.keys(headers);
  return (
    names.length === given.length && given.every(({ name, value }) => headers[name.toLowerCase()] === value)
  );
}
