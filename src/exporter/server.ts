import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Exporter, type ExporterAnswer, plainAnswer } from './exporter.js';

/** Limits for clients that are slow, send much, or are many. Times are milliseconds, sizes octets. */
const limits = {
  /** For the whole request. */
  requestMs: 10_000,
  headersMs: 5_000,
  /** Between requests on one connection: longer than the usual interval of scrapes would keep too many open. */
  keepAliveMs: 5_000,
  headerSize: 16_384,
  connections: 512,
};

/** What a path answers, by method. */
type Route = Readonly<
  Record<
    string,
    (
      query: URLSearchParams,
      request: IncomingMessage,
      gone: AbortSignal,
    ) => Promise<ExporterAnswer> | ExporterAnswer
  >
>;

/** A running server. */
export interface ExporterServer {
  server: Server;
  /** Takes no further request, and resolves when those under way are answered, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

const greeting = `pprobe serve

/probe?target=HOST:PORT&module=NAME  measures a target, and answers with metrics; debug=true adds the report
/last?target=HOST:PORT               the last report about a target, and the last of another class, as JSON
/metrics                             metrics of this exporter
/-/healthy                           200 while it runs
/-/reload                            POST: reads the configuration again`;

/** The HTTP server of an exporter; it does not listen yet. */
export function exporterServer(exporter: Exporter): ExporterServer {
  const routes: Readonly<Record<string, Route>> = {
    '/': { GET: () => plainAnswer(200, greeting) },
    '/probe': { GET: (query, { headers }, gone) => exporter.probe(query, headers, gone) },
    '/last': { GET: (query) => exporter.last(query) },
    '/metrics': { GET: () => exporter.metrics() },
    '/-/healthy': { GET: () => plainAnswer(200, 'Healthy') },
    '/-/reload': { POST: () => exporter.reload(), PUT: () => exporter.reload() },
  };
  let isDraining = false;
  const server = createServer(
    {
      maxHeaderSize: limits.headerSize,
      requestTimeout: limits.requestMs,
      headersTimeout: limits.headersMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      // A body has no use here. It is discarded, and the connection ends with the answer.
      const hasBody =
        request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
      if (hasBody || isDraining) response.setHeader('connection', 'close');
      request.resume();
      void answerTo(request, response, routes, exporter).then((answer) => send(request, response, answer));
    },
  );
  server.maxConnections = limits.connections;
  return {
    server,
    async drain(graceMs) {
      isDraining = true;
      exporter.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Readonly<Record<string, Route>>,
  exporter: Exporter,
): Promise<ExporterAnswer> {
  const gone = new AbortController();
  response.on('close', () => gone.abort(new DOMException('the client has gone', 'AbortError')));
  const url = urlOf(request.url ?? '/');
  if (url === null) return plainAnswer(400, 'the path of the request is not valid');
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (route === undefined) return plainAnswer(404, 'there is no such page; / lists all');
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const handle = Object.hasOwn(route, method) ? route[method] : undefined;
  if (handle === undefined) {
    const allowed = Object.keys(route);
    const also = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
    return plainAnswer(405, `this page takes ${also.join(' or ')} requests`, { allow: also.join(', ') });
  }
  try {
    return await handle(url.searchParams, request, gone.signal);
  } catch (error) {
    // Nobody reads the answer of a client that has gone.
    return gone.signal.aborted ? plainAnswer(500, 'the client has gone') : exporter.bug(error);
  }
}

function urlOf(text: string): URL | null {
  const isPath = text.startsWith('/') || /^https?:\/\//i.test(text);
  // A path that begins with two slashes is no authority here.
  const whole = text.startsWith('/') ? `http://localhost${text}` : text;
  return isPath && URL.canParse(whole) ? new URL(whole) : null;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers }: ExporterAnswer,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
