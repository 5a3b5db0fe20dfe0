import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiGateway } from './api-gateway.js';
import type { AwsDescription } from './description.js';
import { ec2 } from './ec2.js';
import { type Answer, type Asked, AwsError, type AwsService, type Lie } from './exchange.js';
import { type AwsFault, type AwsFaults, type FaultsByRegion, faultOf } from './faults.js';
import { logs, route53Resolver } from './json-services.js';
import { route53, sts } from './xml-services.js';

/**
 * A server that answers as AWS does, from a description of an account. All services have one address; a request says in its
 * signature for which one it is, as it does to any endpoint of AWS. Signatures are not computed again, but must be there, with
 * the service, the Region and the day.
 */

/** Services by the name in the scope of a signature. */
const services: Readonly<Record<string, AwsService>> = {
  ec2,
  apigateway: apiGateway,
  logs,
  sts,
  route53,
  route53resolver: route53Resolver,
};

export interface AwsServerState {
  description: AwsDescription;
  faults?: AwsFaults;
  /** Regions in which the same account has faults of their own. */
  regions?: FaultsByRegion;
  /** The most items of a page. Default: as many as AWS gives. */
  pageSize?: number;
}

/** A call that the server was asked for, in order. */
export interface AwsCall {
  service: string;
  action: string;
  /** The form, query or JSON of the request. */
  parameters: string;
}

export interface AwsServer {
  /** For AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly port: number;
  readonly calls: readonly AwsCall[];
  /** From now on the server answers from another state. */
  change(state: AwsServerState): void;
  close(): Promise<void>;
}

/** Starts the server. `port` 0: one that the kernel chooses. */
export async function startAwsServer(
  state: AwsServerState,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<AwsServer> {
  let current = state;
  /** How often each call was refused. */
  let refusals = new Map<string, number>();
  const calls: AwsCall[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    const asked: Asked = {
      method: request.method ?? 'GET',
      path: pathname,
      query: searchParams,
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body,
      description: current.description,
      pageSize: current.pageSize ?? 1000,
      lie: null,
    };
    const scope = scopeOf(asked);
    const name = scope?.service ?? '';
    // A request to Route 53 is signed for the Region of the service.
    const region = searchParams.get('vpcregion') ?? scope?.region ?? '';
    const own = current.regions?.[region];
    if (own !== undefined) asked.description = { ...current.description, region };
    const service = Object.hasOwn(services, name) ? services[name] : undefined;
    if (service === undefined) {
      const message = name === '' ? 'Missing Authentication Token' : `no service "${name}" is here`;
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
      return;
    }
    const action = service.actionOf(asked) ?? '';
    calls.push({ service: name, action, parameters: body === '' ? searchParams.toString() : body });
    const fault = faultOf(own ?? current.faults ?? {}, name, action);
    const key = `${region} ${name}:${action}`;
    const refused = refusals.get(key) ?? 0;
    refusals.set(key, refused + 1);
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'slow' && !(await stays(response, fault.delayMs))) return;
    if (fault?.kind === 'endless-header') return endlessHeader(request.socket);
    const answer = answerOf(service, name, action, asked, fault, refused);
    if (fault?.kind === 'endless-body') return endlessBody(response, answer);
    if (fault?.kind === 'drip') return drip(response, answer, fault.delayMs);
    write(response, answer, fault?.kind === 'cut');
  }

  return {
    url: `http://${host}:${bound}`,
    port: bound,
    calls,
    change(next) {
      current = next;
      refusals = new Map();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Waits this long, or until the client gives up; whether it is still there. */
async function stays(response: ServerResponse, delayMs: number): Promise<boolean> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  try {
    await sleep(delayMs, undefined, { signal: gone.signal });
    return true;
  } catch {
    return false;
  } finally {
    response.off('close', leave);
  }
}

/** The answer to one request. `refused`: how often the same call was made before. */
function answerOf(
  service: AwsService,
  name: string,
  action: string,
  asked: Asked,
  fault: AwsFault | undefined,
  refused: number,
): Answer {
  if (fault?.kind === 'proxy-page') return proxyPage;
  try {
    checkSignature(name, asked);
    const error = errorOf(service, name, action, asked, fault, refused);
    if (error !== null) throw error;
    const lie: Lie | null = fault?.kind === 'lying' ? fault.lie : null;
    const answer = service.answer(action, { ...asked, lie });
    return fault === undefined ? answer : spoilt(answer, fault);
  } catch (error) {
    if (error instanceof AwsError) return service.refuse(error);
    throw error;
  }
}

/** An answer with what a fault changes in it. */
function spoilt(answer: Answer, fault: AwsFault): Answer {
  switch (fault.kind) {
    case 'damaged':
      return { ...answer, body: '<<{]' };
    case 'mistyped':
      return { ...answer, headers: { ...answer.headers, 'content-type': fault.type } };
    case 'half':
      return { ...answer, body: answer.body.slice(0, answer.body.length >> 1) };
    case 'repeated-key':
      return { ...answer, body: answer.body.replace(/^\{("[^"]+":)/, '{$1null,$1') };
    case 'redirect':
      return { status: 302, headers: { location: fault.to }, body: '' };
    default:
      return answer;
  }
}

/** Writes for as long as the peer reads. */
function endlessly(stream: Writable, chunk: string): void {
  const more = (): void => {
    while (!stream.destroyed && stream.write(chunk)) {
      // Until the socket is full.
    }
  };
  stream.on('drain', more).on('error', () => stream.destroy());
  more();
}

function endlessHeader(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\n');
  endlessly(socket, 'x-filler: 0123456789abcdef\r\n'.repeat(2000));
}

function endlessBody(response: ServerResponse, { status, headers }: Answer): void {
  response.writeHead(status, headers);
  endlessly(response, ' '.repeat(200_000));
}

function drip(response: ServerResponse, { status, headers, body }: Answer, delayMs: number): void {
  response.writeHead(status, headers);
  let next = 0;
  const timer = setInterval(() => {
    response.write(body.charAt(next));
    next += 1;
    if (next >= body.length) response.end();
  }, delayMs);
  response.on('close', () => clearInterval(timer)).on('error', () => response.destroy());
}

const proxyPage: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html', server: 'squid/5.7' },
  body: '<html><body><h1>Access to this site is blocked</h1></body></html>',
};

/** The error that a fault makes of a call, or null. */
function errorOf(
  service: AwsService,
  name: string,
  action: string,
  { path, description: { region, callerArn } }: Asked,
  fault: AwsFault | undefined,
  refused: number,
): AwsError | null {
  switch (fault?.kind) {
    case 'denied': {
      const permission = name === 'apigateway' ? 'apigateway:GET' : `${name}:${action}`;
      const what = name === 'apigateway' ? ` on resource: arn:aws:apigateway:${region}::${path}` : '';
      const start = name === 'ec2' ? 'You are not authorized to perform this operation. ' : '';
      const message = `${start}User: ${callerArn} is not authorized to perform: ${permission}${what} because no identity-based policy allows the ${permission} action`;
      return new AwsError(service.denied.code, service.denied.status, message);
    }
    case 'throttled': {
      const { code, status, message } = service.throttled;
      return refused < (fault.times ?? Number.POSITIVE_INFINITY) ? new AwsError(code, status, message) : null;
    }
    case 'expired':
      return name === 'ec2'
        ? new AwsError('RequestExpired', 400, 'Request has expired.')
        : new AwsError('ExpiredTokenException', 403, 'The security token included in the request is expired');
    case 'error':
      return new AwsError(fault.code, fault.status, fault.message);
    default:
      return null;
  }
}

/** What a signature of version 4 is made for; null where the request has none. */
function scopeOf({ headers }: Asked): { day: string; region: string; service: string } | null {
  const [, day = '', region = '', service = ''] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,/.exec(
      headers.authorization ?? '',
    ) ?? [];
  return day === '' ? null : { day, region, service };
}

/** @throws AwsError */
function checkSignature(name: string, asked: Asked): void {
  const scope = scopeOf(asked);
  const { 'x-amz-date': date = '' } = asked.headers;
  // Route 53 is one service for all Regions, and is signed for the first of them.
  const region = name === 'route53' ? 'us-east-1' : asked.description.region;
  if (scope?.region !== region)
    throw new AwsError(
      'SignatureDoesNotMatch',
      403,
      `Credential should be scoped to a valid region, not '${scope?.region}'.`,
    );
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(scope.day))
    throw new AwsError('SignatureDoesNotMatch', 403, `Date in Credential scope does not match ${date}`);
}

function write(response: ServerResponse, { status, headers, body }: Answer, isCut: boolean): void {
  const octets = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': octets.length });
  if (!isCut) {
    response.end(octets);
    return;
  }
  response.write(octets.subarray(0, octets.length >> 1), () => response.destroy());
}
