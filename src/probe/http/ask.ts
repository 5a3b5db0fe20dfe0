import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { checkTimeout } from '../../core/check-options.js';
import { giveUpAt } from '../../core/deadline.js';
import { InvalidInputError } from '../../core/errors.js';
import { version } from '../../core/version.js';
import { startDocument } from '../../documents/header.js';
import type { HttpDocument, HttpFailure, HttpVariant } from '../../documents/http.js';
import { classifyTlsFailure } from '../tls/client.js';
import { parseRequestUrl, type RequestUrl } from './request.js';
import { responseFacts } from './response-facts.js';

export interface AskInput {
  variant: HttpVariant;
  /** What to ask, with its query string; the document keeps it without, unless `keepQuery`. */
  url: string;
  keepQuery?: boolean | undefined;
  /** Whom the socket is connected to; only reported. */
  address: string;
  /** Those of the variant (see variantHeaders). They replace ours of the same name. */
  headers?: Record<string, string> | undefined;
}

export interface AskOptions {
  /** For the whole exchange, in milliseconds, from 1 to 600000. Default 5000. */
  timeoutMs?: number | undefined;
  /** Throw everything away: rejects with the signal's reason and closes the socket. */
  signal?: AbortSignal | undefined;
  /** Finish now: `failure` is `canceled`, and what had come is kept. */
  stop?: AbortSignal | undefined;
}

/** A refusal fits in a few hundred bytes. What a backend may send beyond this is not for us. */
const mostBodyBytes = 64 * 1024;

/**
 * One GET over a connection that stands (TLS or not), and the facts of its answer. Redirects are not
 * followed, no compression is asked for, and the body is read up to 64 KB. `timeoutMs` bounds the whole
 * exchange, so a server that sends a byte now and then gains nothing by it.
 *
 * The socket stays open for the next variant where the response ended properly and the server keeps it;
 * otherwise it is destroyed, which `socket.destroyed` tells. One request at a time. Throws InvalidInputError,
 * or the reason of `signal`.
 */
export async function ask(socket: Socket, input: AskInput, options: AskOptions = {}): Promise<HttpDocument> {
  const { variant, address, headers = {} } = input;
  const { timeoutMs = 5000, signal, stop } = options;
  const url = parseRequestUrl(input.url);
  checkTimeout(timeoutMs);
  signal?.throwIfAborted();

  const header = startDocument('http');
  let response: IncomingMessage | null = null;
  const body: Buffer[] = [];
  const documentOf = (failure: HttpFailure | null, errorCode: string | null): HttpDocument => ({
    ...header(),
    variant,
    url: input.keepQuery === true ? url.shownWithQuery : url.shown,
    address,
    ...responseFacts(response?.statusCode ?? null, response?.headers ?? {}, Buffer.concat(body).toString()),
    failure,
    errorCode,
  });
  if (stop?.aborted) return documentOf('canceled', 'ECANCELED');
  if (socket.destroyed || !socket.writable) return documentOf('closed', null);
  const sent = requestOver(socket, url, headers);

  return new Promise((resolve, reject) => {
    let over = false;
    const settle = () => {
      over = true;
      callOff();
    };
    const finish = (failure: HttpFailure | null, errorCode: string | null) => {
      settle();
      resolve(documentOf(failure, errorCode));
    };
    const giveUp = (failure: HttpFailure | null, errorCode: string | null) => {
      // A request closes after a good end too, and then the socket is the next one's.
      if (over) return;
      finish(failure, errorCode);
      socket.destroy();
    };
    const onError = (error: NodeJS.ErrnoException) => {
      const { failure, errorCode } = classifyHttpFailure(error);
      giveUp(failure, errorCode);
    };
    const callOff = giveUpAt(
      { timeoutMs, signal, stop },
      {
        onTimeout: () => giveUp('timeout', null),
        onStop: () => giveUp('canceled', 'ECANCELED'),
        onAbort: (reason) => {
          settle();
          socket.destroy();
          reject(reason);
        },
      },
    );

    sent.on('error', onError);
    sent.once('close', () => giveUp('closed', null));
    // A change of protocol, which nobody asked for, ends the HTTP on this connection.
    sent.once('upgrade', (upgraded) => {
      response = upgraded;
      giveUp(null, null);
    });
    sent.once('response', (incoming) => {
      response = incoming;
      let bytes = 0;
      incoming.on('error', onError);
      incoming.on('data', (chunk: Buffer) => {
        body.push(chunk.subarray(0, mostBodyBytes - bytes));
        bytes += chunk.length;
        if (bytes >= mostBodyBytes) giveUp(null, null);
      });
      incoming.once('end', () => finish(null, null));
    });
  });
}

/** Throws InvalidInputError for a header that cannot be sent. */
function requestOver(socket: Socket, url: RequestUrl, headers: Record<string, string>): ClientRequest {
  const own = {
    host: url.host,
    'user-agent': `pprobe/${version}`,
    accept: '*/*',
    // A body that is not compressed can be read however little of it comes.
    'accept-encoding': 'identity',
  };
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  try {
    return request({
      agent: agentOf(socket),
      path: url.path,
      headers: { ...own, ...Object.fromEntries(given) },
      setHost: false,
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
    }).end();
  } catch (cause) {
    const message = 'headers: a name or value holds a character that HTTP does not allow';
    throw new InvalidInputError('headers', message, { cause });
  }
}

/**
 * An agent with one connection, which stands already; it is kept for the next request where the server allows
 * it.
 */
class OneSocketAgent extends Agent {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(): Socket {
    return this.#socket;
  }
}

const agents = new WeakMap<Socket, Agent>();

/**
 * The agent of a socket, the same for every request over it: it knows whether the last one left the
 * connection fit for use.
 */
function agentOf(socket: Socket): Agent {
  const known = agents.get(socket);
  if (known !== undefined) return known;
  const agent = new OneSocketAgent(socket);
  agents.set(socket, agent);
  return agent;
}

/** Puts the error that broke an exchange into words. Pure. */
function classifyHttpFailure(error: NodeJS.ErrnoException): {
  failure: HttpFailure;
  errorCode: string | null;
} {
  const code = error.code ?? null;
  // The parser's codes; this one says that the connection ended in the middle of a message.
  if (code === 'HPE_INVALID_EOF_STATE') return { failure: 'closed', errorCode: code };
  if (code?.startsWith('HPE_')) return { failure: 'malformed', errorCode: code };
  const { status, errorCode } = classifyTlsFailure(error);
  return { failure: status === 'protocol' ? 'tls' : status, errorCode };
}
