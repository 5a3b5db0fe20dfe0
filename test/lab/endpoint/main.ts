import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { serveConfigurations } from '../serve.js';
import { answerRequest, type GatewayConfig } from './gateway.js';

/** The lab's endpoint process: HTTPS on port 443 of every address of its namespace, answering as API Gateway does. */

export interface EndpointConfig {
  /** false: nothing listens, so the kernel answers SYN with RST. */
  listening: boolean;
  /** PEM. */
  certificate: string;
  /** PEM. */
  key: string;
  gateway: GatewayConfig;
}

const port = 443;
let server: Server | null = null;

serveConfigurations<EndpointConfig>(async (config) => {
  if (server !== null) await close(server);
  server = config.listening ? await listen(config) : null;
});

/** Connections go too: one kept alive would answer under the former configuration. */
async function close(running: Server): Promise<void> {
  const closed = once(running, 'close');
  running.close();
  running.closeAllConnections();
  await closed;
}

async function listen({ certificate, key, gateway }: EndpointConfig): Promise<Server> {
  const fresh = createServer(
    {
      cert: certificate,
      key,
      minVersion: 'TLSv1.2',
      // The service chooses no protocol by ALPN; with Node's default a client that offers only h2 would get an alert.
      ALPNProtocols: [],
      requireHostHeader: false,
    },
    (request, response) => respond(gateway, request, response),
  );
  fresh.listen(port, '::');
  await once(fresh, 'listening');
  return fresh;
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
