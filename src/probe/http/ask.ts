import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { checkNumber, waitBound } from '../../core/check-options.js';
import { startLimits } from '../../core/deadline.js';
import { InvalidInputError } from '../../core/errors.js';
import { version } from '../../core/version.js';
import { startDocument } from '../../documents/header.js';
import type { HttpDocument, HttpFailure, HttpVariant, ReceivedInstead } from '../../documents/http.js';
import { classifyTlsFailure } from '../tls/handshake.js';
import { parseRequestUrl, type RequestUrl } from './request.js';
import { responseFacts } from './response-facts.js';

export interface AskInput {
  variant: HttpVariant;
  /** The URL to request, with its query string. */
  url: string;
  /** Keep the query string in the document. Default false. */
  keepQuery?: boolean | undefined;
  /** The address that the socket is connected to; only reported. */
  address: string;
  /** Headers of the variant (see variantHeaders). They replace the default ones of the same name. */
  headers?: Record<string, string> | undefined;
  /** Values of these headers that the document must not contain, although a server may repeat them. */
  secrets?: readonly string[] | undefined;
}

/** Limits and default of `timeoutMs`. */
export const askBounds = { timeoutMs: waitBound(5000) };

export interface AskOptions {
  /** For the whole exchange, 1 to 600000 milliseconds. Default 5000. */
  timeoutMs?: number | undefined;
  /** When aborted, the promise rejects with the signal's reason and the socket is closed. */
  signal?: AbortSignal | undefined;
  /** When aborted, the exchange ends with failure `canceled`; the document has what was received. */
  stop?: AbortSignal | undefined;
}

/** The rest of a longer body is not read. An error response has a few hundred bytes. */
const mostBodyBytes = 64 * 1024;

/**
 * Octets before the head of the final response. The parser of Node bounds each header field, and neither the number of interim
 * responses (1xx) nor that of empty lines, so that a peer that sends them without pause would be read until the timeout.
 */
const mostBytesBefore = 64 * 1024;

/**
 * Sends one GET over an open connection (TLS or not) and reads the response. It does not follow redirects, does not ask for
 * compression, and reads at most 64 KB of the body. `timeoutMs` limits the whole exchange, also while the server
 * sends.
 *
 * The socket stays open for the next request if the response was complete and the server allows it; else it is destroyed
 * (`socket.destroyed`). One request at a time. Throws InvalidInputError, or the reason of `signal`.
 */
export async function ask(socket: Socket, input: AskInput, options: AskOptions = {}): Promise<HttpDocument> {
  const { variant, address, headers = {} } = input;
  const { timeoutMs = askBounds.timeoutMs.default, signal, stop } = options;
  const url = parseRequestUrl(input.url);
  checkNumber('timeoutMs', timeoutMs, askBounds.timeoutMs);
  signal?.throwIfAborted();

  const header = startDocument('http');
  let response: IncomingMessage | null = null;
  const received: ReceivedInstead = { octets: 0, interim: 0, lastInterim: null };
  const body: Buffer[] = [];
  const documentOf = (failure: HttpFailure | null, errorCode: string | null): HttpDocument => ({
    ...header(),
    variant,
    url: input.keepQuery === true ? url.shownWithQuery : url.shown,
    address,
    ...responseFacts(
      response?.statusCode ?? null,
      response?.headers ?? {},
      Buffer.concat(body).toString(),
      input.secrets,
    ),
    failure,
    errorCode,
    received: response === null ? { ...received } : null,
  });
  if (stop?.aborted) return documentOf('canceled', 'ECANCELED');
  if (socket.destroyed || !socket.writable) return documentOf('closed', null);
  const sent = requestOver(socket, url, headers);

  return new Promise((resolve, reject) => {
    let over = false;
    const settle = () => {
      over = true;
      cancelLimits();
      socket.off('data', onOctets);
    };
    const onOctets = (octets: Buffer) => {
      if (response !== null) return;
      received.octets += octets.length;
      if (received.octets > mostBytesBefore) giveUp('malformed', 'ENDLESS');
    };
    const finish = (failure: HttpFailure | null, errorCode: string | null) => {
      settle();
      resolve(documentOf(failure, errorCode));
    };
    const giveUp = (failure: HttpFailure | null, errorCode: string | null) => {
      // 'close' is also emitted after a complete response. The socket then belongs to the next request.
      if (over) return;
      finish(failure, errorCode);
      socket.destroy();
    };
    const onError = (error: NodeJS.ErrnoException) => {
      const { failure, errorCode } = classifyHttpFailure(error);
      giveUp(failure, errorCode);
    };
    const cancelLimits = startLimits(
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
    // The parser listens by then, and has read the octets before they are counted.
    sent.once('socket', () => {
      if (!over) socket.on('data', onOctets);
    });
    sent.on('information', ({ statusCode }) => {
      received.interim += 1;
      received.lastInterim = statusCode;
    });
    sent.once('close', () => giveUp('closed', null));
    // A switch of protocols was not requested. It ends HTTP on this connection.
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

/** Sends the request. Throws InvalidInputError for a header that HTTP does not allow. */
function requestOver(socket: Socket, url: RequestUrl, headers: Record<string, string>): ClientRequest {
  const own = {
    host: url.host,
    'user-agent': `pprobe/${version}`,
    accept: '*/*',
    // The beginning of an uncompressed body is readable, however little arrives.
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
    const message = 'headers: a name or value contains a character that HTTP does not allow';
    throw new InvalidInputError('headers', message, { cause });
  }
}

/** An agent with one open connection. It keeps the connection for the next request if the server allows it. */
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

/** The agent of a socket, the same for all its requests: it knows whether the connection can be used again. */
function agentOf(socket: Socket): Agent {
  const known = agents.get(socket);
  if (known !== undefined) return known;
  const agent = new OneSocketAgent(socket);
  agents.set(socket, agent);
  return agent;
}

/**
 * Whether the octets that the parser refused begin with the frame that begins a connection of HTTP/2: SETTINGS of stream 0, whose
 * payload has entries of six octets (RFC 9113 sections 3.4 and 6.5).
 */
function beginsHttp2(error: Error): boolean {
  const rawPacket: unknown = Reflect.get(error, 'rawPacket');
  if (!Buffer.isBuffer(rawPacket) || rawPacket.length < 9) return false;
  return rawPacket.readUIntBE(0, 3) % 6 === 0 && rawPacket[3] === 4 && rawPacket.readUInt32BE(5) === 0;
}

/** Classifies the error that ended an exchange. Pure. */
function classifyHttpFailure(error: NodeJS.ErrnoException): {
  failure: HttpFailure;
  errorCode: string | null;
} {
  const code = error.code ?? null;
  // Codes of Node's HTTP parser. This one: the connection ended in the middle of a message.
  if (code === 'HPE_INVALID_EOF_STATE') return { failure: 'closed', errorCode: code };
  if (code?.startsWith('HPE_'))
    return { failure: 'malformed', errorCode: beginsHttp2(error) ? 'HTTP2' : code };
  const { status, errorCode } = classifyTlsFailure(error);
  return { failure: status === 'protocol' ? 'tls' : status, errorCode };
}
