import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on loopback that answers as a test wants. */
export interface Endpoint {
  url: string;
  /** How many requests came. */
  requests(): number;
  close(): Promise<void>;
}

/** Answers one request. `body` is what was sent. */
export type Answering = (body: string, response: ServerResponse, request: IncomingMessage) => void;

export async function startEndpoint(answering: Answering): Promise<Endpoint> {
  let requests = 0;
  const server: Server = createServer((request, response) => {
    requests += 1;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answering(Buffer.concat(chunks).toString(), response, request));
    response.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What is wrong with an endpoint, by name. */
export const faults = {
  silent: () => {},
  html: (_body, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>');
  },
  'html 404': (_body, response) => {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>Not found</body></html>');
  },
  cut: (_body, response) => {
    response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '5000' });
    response.write('<DescribeSubnetsResponse>');
    setTimeout(() => response.destroy(), 10);
  },
  endless: (_body, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' });
    const chunk = '<item>'.repeat(20_000);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) {
        // Until the socket is full.
      }
    };
    response.on('drain', more);
    more();
  },
  slow: (_body, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' });
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
  },
  throttling: (_body, response) => refuse(response, 503, 'RequestLimitExceeded'),
  denying: (_body, response) =>
    refuse(
      response,
      403,
      'UnauthorizedOperation',
      'arn:aws:sts::123456789012:assumed-role/r/jane.doe is not allowed',
    ),
  expired: (_body, response) => refuse(response, 400, 'ExpiredToken'),
  'another list': (_body, response) =>
    xml(response, '<DescribeSubnetsResponse><keySet/></DescribeSubnetsResponse>'),
  'not XML': (_body, response) => xml(response, '{"Subnets": []}'),
  empty: (_body, response) => xml(response, ''),
} as const satisfies Record<string, Answering>;

export type Fault = keyof typeof faults;

export function xml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/xml;charset=UTF-8' }).end(body);
}

function refuse(response: ServerResponse, status: number, code: string, message = 'no'): void {
  response
    .writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' })
    .end(
      `<?xml version="1.0"?><Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>1</RequestID></Response>`,
    );
}
