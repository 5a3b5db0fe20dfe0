import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { elapsedMs, nowMs } from '../../core/clock.js';
import { giveUpAt } from '../../core/deadline.js';
import { startDocument } from '../../documents/header.js';
import type { TlsDocument, TlsProgress, TlsStatus } from '../../documents/tls.js';
import { unacknowledgedBytes } from '../../host/proc.js';
import { isForeignSource, sourceNotHere } from '../../host/source.js';
import type { Trust } from '../../host/trust-store.js';
import { familyOf } from '../../net/address/address.js';
import { certificateFacts, judgeCertificate } from './certificate.js';
import type { HandshakeInput, HandshakeOptions, HandshakeResult } from './handshake.js';
import { TlsTap } from './record-reader.js';

/** Connects where no connection is given, and shakes hands; `handshake` says what comes of it. The input is checked. */
export function shakeHands(
  input: HandshakeInput,
  options: HandshakeOptions & { timeoutMs: number },
  trust: Trust,
): Promise<HandshakeResult> {
  return new Promise((resolve, reject) => {
    new Attempt(input, options, trust, resolve, reject).start();
  });
}

/** One handshake under way. Whatever ends it first counts, and all that comes after is its socket's owner's. */
class Attempt {
  readonly #input: HandshakeInput;
  readonly #options: HandshakeOptions;
  readonly #trust: Trust;
  readonly #resolve: (result: HandshakeResult) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #header = startDocument('tls');
  readonly #startMs = nowMs();
  readonly #tcp: Socket;
  readonly #tap: TlsTap;
  readonly #callOff: () => void;
  #connectMs: number | null;
  #secure: TLSSocket | null = null;
  #isOver = false;

  constructor(
    input: HandshakeInput,
    options: HandshakeOptions & { timeoutMs: number },
    trust: Trust,
    resolve: (result: HandshakeResult) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#input = input;
    this.#options = options;
    this.#trust = trust;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#connectMs = options.connection?.connectMs ?? null;
    this.#tcp = options.connection?.socket ?? openConnection(input, options.source);
    this.#tap = new TlsTap(this.#tcp);
    this.#callOff = giveUpAt(options, {
      onTimeout: () => {
        void isAcknowledged(this.#tcp).then((acknowledged) => this.#fail('timeout', null, acknowledged));
      },
      onStop: () => this.#fail('error', 'ECANCELED'),
      onAbort: (reason) => this.#refuse(reason),
    });
  }

  start(): void {
    // Neither is ever removed: what happens to a connection after the handshake is its owner's to hear, and must not
    // end the process.
    this.#tap.on('error', (error) => {
      // TLS over a stream hears that it ended, not why.
      if (this.#isOver) this.#secure?.destroy(error);
      else this.#onError(error);
    });
    this.#tap.once('close', () => this.#fail('closed', null));
    if (this.#options.connection === undefined) this.#tcp.once('connect', () => this.#begin());
    else this.#begin();
  }

  #begin(): void {
    this.#connectMs ??= elapsedMs(this.#startMs);
    if (this.#isOver) return;
    const { serverName } = this.#input;
    const socket = connectTls({
      socket: this.#tap,
      secureContext: this.#trust.context,
      // RFC 6066 section 3 has no addresses in SNI, and no dot at the end of a name.
      servername: familyOf(serverName) === null ? serverName.replace(/\.$/, '') : '',
      ALPNProtocols: ['http/1.1'],
      // Not trust: the handshake goes on so that the certificate can be reported, and is judged after it.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    this.#secure = socket;
    socket.on('error', (error) => this.#onError(error));
    socket.once('close', () => this.#fail('closed', null));
    socket.once('secureConnect', () => this.#agree(socket));
  }

  #agree(socket: TLSSocket): void {
    if (this.#isOver) return;
    this.#settle();
    const facts = agreedFacts(socket, this.#input.serverName, this.#trust);
    const [first] = facts.problems;
    const status: TlsStatus = first?.status ?? 'ok';
    const progress: TlsProgress = { ...progressOf(this.#tap, true), heard: 'done' };
    const document = this.#documentOf(status, first?.code ?? null, facts, progress);
    if (status !== 'ok') this.#close();
    this.#resolve({ document, socket: status === 'ok' ? socket : null });
  }

  #onError(error: NodeJS.ErrnoException): void {
    const { source } = this.#options;
    if (source !== undefined && isForeignSource(error)) {
      this.#refuse(sourceNotHere(source));
      return;
    }
    const { status, errorCode } = classifyTlsFailure(error);
    this.#fail(status, errorCode);
  }

  #fail(status: TlsStatus, errorCode: string | null, acknowledged: boolean | null = null): void {
    if (this.#isOver) return;
    this.#settle();
    const document = this.#documentOf(status, errorCode, nothingAgreed, progressOf(this.#tap, acknowledged));
    this.#close();
    this.#resolve({ document, socket: null });
  }

  /** Not a result: the caller's mistake, or its own wish. */
  #refuse(reason: unknown): void {
    if (this.#isOver) return;
    this.#settle();
    this.#close();
    this.#reject(reason);
  }

  #settle(): void {
    this.#isOver = true;
    this.#callOff();
  }

  #close(): void {
    this.#secure?.destroy();
    this.#tap.destroy();
  }

  #documentOf(
    status: TlsStatus,
    errorCode: string | null,
    facts: AgreedFacts,
    progress: TlsProgress,
  ): TlsDocument {
    const { address, port, serverName } = this.#input;
    const connectMs = this.#connectMs;
    return { ...this.#header(), address, port, serverName, status, errorCode, ...facts, connectMs, progress };
  }
}

function openConnection({ address, port }: HandshakeInput, source: string | undefined): Socket {
  const local = source === undefined ? {} : { localAddress: source };
  return connect({ host: address, port, ...local, autoSelectFamily: false });
}

function progressOf({ reader, sentBytes, receivedBytes }: TlsTap, acknowledged: boolean | null): TlsProgress {
  const { heard, alert, firstLine } = reader;
  return { heard, sentBytes, receivedBytes, acknowledged, alert, firstLine };
}

/** Whether the peer's TCP has everything that was sent; null where this system does not tell. */
async function isAcknowledged(socket: Socket): Promise<boolean | null> {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) return null;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  const unsent = await unacknowledgedBytes(
    { address: localAddress, port: localPort },
    { address: remoteAddress, port: remotePort },
  );
  return unsent === null ? null : unsent === 0;
}

/** What a handshake that came to its end settled, and what is wrong with the certificate. */
type AgreedFacts = Pick<TlsDocument, 'protocol' | 'cipher' | 'alpn' | 'certificate' | 'problems'>;

/** Of a handshake that did not. */
export const nothingAgreed: AgreedFacts = {
  protocol: null,
  cipher: null,
  alpn: null,
  certificate: null,
  problems: [],
};

/** Of a connection whose handshake is done; `serverName` is looked for in the certificate. */
function agreedFacts(socket: TLSSocket, serverName: string, trust: Trust): AgreedFacts {
  const certificate = socket.getPeerCertificate();
  const own = socket.getPeerX509Certificate();
  return {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().name,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    certificate: certificateFacts(certificate),
    problems: judgeCertificate({
      serverName,
      certificate,
      // Typed as an Error; it has always been its code.
      chainError: socket.authorized ? null : String(socket.authorizationError),
      selfSigned:
        own?.checkIssued(own) === true &&
        !trust.given.some(({ fingerprint256 }) => fingerprint256 === own.fingerprint256),
    }),
  };
}

/** Why a handshake did not end: the `status` and `errorCode` of a document. */
export interface TlsFailure {
  status: Extract<TlsStatus, 'protocol' | 'reset' | 'closed' | 'timeout' | 'error'>;
  errorCode: string | null;
}

/**
 * Puts the error that ended a handshake into words. Pure.
 *
 * Node calls two things ECONNRESET. An RST comes from read(2) or write(2) and names that system call. A peer
 * that ends the connection in order before the handshake is over comes as an error of Node's own, without a
 * system call: there `closed` is meant, and no code is left to tell. An alert, another version of TLS, or
 * bytes that are not TLS at all come from OpenSSL.
 */
export function classifyTlsFailure(error: NodeJS.ErrnoException): TlsFailure {
  const { code = null, syscall } = error;
  const errorCode = code;
  if (code === 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING') return { status: 'closed', errorCode };
  if (code?.startsWith('ERR_SSL_') || code?.startsWith('ERR_TLS_')) return { status: 'protocol', errorCode };
  // How Node calls an error of OpenSSL for which it knows no name.
  if (code === 'EPROTO' && syscall !== 'connect') return { status: 'protocol', errorCode };
  if (code === 'ECONNRESET' && syscall === undefined) return { status: 'closed', errorCode: null };
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED')
    return { status: 'reset', errorCode };
  if (code === 'ETIMEDOUT') return { status: 'timeout', errorCode };
  return { status: 'error', errorCode };
}
