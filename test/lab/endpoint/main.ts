import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { serveConfigurations } from '../serve.js';
import type { CannedAnswer } from './canned.js';
import { answerRequest, type GatewayConfig } from './gateway.js';
import { applyBehaviour, type TlsBehaviour, tlsOptionsOf } from './tls-behaviour.js';

/** The lab's endpoint process: HTTPS on port 443 of every address of its namespace, answering as API Gateway does. */

export interface EndpointConfig {
  /** false: nothing listens, so the kernel answers SYN with RST. */
  listening: boolean;
  /** PEM. */
  certificate: string;
  /** PEM. */
  key: string;
  tls: TlsBehaviour;
  canned: CannedAnswer | null;
  gateway: GatewayConfig;
}

const port = 443;
let server: Server | null = null;
const connections = new Set<Socket>();

serveConfigurations<EndpointConfig>(async (config) => {
  if (server !== null) await close(server);
  server = config.listening ? await listen(config) : null;
});

/** Also closes open connections, which would answer by the former configuration. */
async function close(running: Server): Promise<void> {
  const closed = once(running, 'close');
  running.close();
  for (const socket of connections) socket.destroy();
  await closed;
}

async function listen({ certificate, key, tls, canned, gateway }: EndpointConfig): Promise<Server> {
  const https = createHttpsServer(
    {
      cert: certificate,
      key,
      // The service chooses no protocol by ALPN; with Node's default a client that offers only h2 would get an alert.
      ALPNProtocols: [],
      requireHostHeader: false,
      ...tlsOptionsOf(tls),
    },
    (request, response) => {
      if (canned === null) respond(gateway, request, response);
      else answerCanned(canned, request, response);
    },
  );
  const fresh = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    applyBehaviour(tls, socket, () => https.emit('connection', socket));
  });
  fresh.listen(port, '::');
  await once(fresh, 'listening');
  return fresh;
}

function answerCanned(
  { status, headers, body }: CannedAnswer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

function respond(gateway: GatewayConfig, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const header = request.headers['x-apigw-api-id'];
  const [path = '/'] = (request.url ?? '/').split('?');
  const { status, errorType, body } = answerRequest(gateway, {
    method: request.method ?? 'GET',
    path,
    host: request.headers.host ?? null,
    apiIdHeader: typeof header === 'string' ? header : null,
  });
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    Server: 'Server',
    'Content-Type': 'application/json',
    'Content-Length': request.method === 'HEAD' ? 0 : bytes.length,
    'x-amzn-RequestId': randomUUID(),
    ...(errorType === null ? {} : { 'x-amzn-ErrorType': errorType }),
    'x-amz-apigw-id': randomBytes(11).toString('base64'),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
