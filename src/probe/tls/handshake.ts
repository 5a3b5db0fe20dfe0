import { connect, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { checkNumber, checkPort, waitBound } from '../../core/check-options.js';
import {
  afterRunning,
  elapsedMs,
  nowMs,
  type RunningLimit,
  systemClock,
  watchPauses,
} from '../../core/clock.js';
import { startLimits } from '../../core/deadline.js';
import { InvalidInputError } from '../../core/errors.js';
import { startDocument } from '../../documents/header.js';
import { alertIn } from '../../documents/terms/tls-alert.js';
import type { ClientCertificateDemand, TlsDocument, TlsProgress, TlsStatus } from '../../documents/tls.js';
import { unacknowledgedBytes } from '../../host/proc.js';
import { type Trust, trustWith } from '../../host/trust-store.js';
import { checkAddress, familyOf } from '../../net/address/address.js';
import { isForeignSource, sourceNotHere } from '../../net/libc/source.js';
import { packetPace } from '../../net/wire/pace.js';
import { checkSource } from '../../target/host.js';
import { noSession, type SessionFacts, sessionFacts } from './certificate.js';
import { TlsTap } from './record-reader.js';

export interface HandshakeInput {
  address: string;
  port: number;
  /** Sent as SNI unless it is an address, and checked against the certificate. */
  serverName: string;
}

/** An open TCP connection, and how long connecting took. */
export interface Connection {
  socket: Socket;
  connectMs: number;
}

/** Limits and default of `timeoutMs`. */
export const handshakeBounds = { timeoutMs: waitBound(3000) };

export interface HandshakeOptions {
  /** For the handshake and, without `connection`, for connecting; 1 to 600000 milliseconds. Default 3000. */
  timeoutMs?: number | undefined;
  /** A server whose TCP acknowledged the ClientHello and that is only slow is awaited for longer than `timeoutMs`. */
  patience?: HandshakePatience | undefined;
  /** Use this open connection instead of a new one. It is closed when the handshake does not end with status `ok`. */
  connection?: Connection | undefined;
  /** PEM of certificate authorities to trust in addition to those of this system. */
  ca?: string | undefined;
  /** Offer no post-quantum group, whose key share makes the ClientHello larger than one segment. Default false. */
  smallHello?: boolean | undefined;
  /** The local address to bind to. */
  source?: string | undefined;
  /** When aborted, the handshake rejects with the signal's reason and closes the socket. */
  signal?: AbortSignal | undefined;
  /** When aborted, an unfinished handshake ends with status `error` and ECANCELED. */
  stop?: AbortSignal | undefined;
}

/** How long a server that lives and does not answer is awaited. */
export interface HandshakePatience {
  /** From the start of the handshake. */
  timeoutMs: number;
  /** Whether waiting can still change what is known; asked when the ordinary time is over. */
  isUseful(): boolean;
}

export interface HandshakeResult {
  document: TlsDocument;
  /** The connection if `status` is `ok`; the caller closes it. Its errors do not end the process if it has no listener. */
  socket: TLSSocket | null;
}

/**
 * Makes one TLS handshake with an address, over a new connection or a given one. An invalid certificate does not
 * end the handshake, so that it can be reported. It is judged afterwards (judgeCertificate), and a connection that a
 * verifying client would reject is then closed. ALPN offers `http/1.1`, the only protocol that `ask` speaks. `progress` of
 * the document says how far an unfinished handshake got.
 *
 * Throws InvalidInputError, or the reason of `signal`.
 */
export async function handshake(
  input: HandshakeInput,
  options: HandshakeOptions = {},
): Promise<HandshakeResult> {
  const { address, port, serverName } = input;
  const { timeoutMs = handshakeBounds.timeoutMs.default, connection, ca, source, signal, stop } = options;
  try {
    checkAddress(address);
    checkPort(port);
    checkNumber('timeoutMs', timeoutMs, handshakeBounds.timeoutMs);
    if (source !== undefined) checkSource(source, [address]);
    if (serverName === '') {
      throw new InvalidInputError(
        'serverName',
        'serverName: it is empty; give the name or address that the certificate should have',
      );
    }
    signal?.throwIfAborted();
    const trust = trustWith(ca);
    if (!stop?.aborted) {
      return await new Promise((resolve, reject) => {
        new Attempt(input, { ...options, timeoutMs }, trust, resolve, reject).start();
      });
    }
  } catch (error) {
    connection?.socket.destroy();
    throw error;
  }
  connection?.socket.destroy();
  const document: TlsDocument = {
    ...startDocument('tls')(),
    address,
    port,
    serverName,
    status: 'error',
    errorCode: 'ECANCELED',
    ...noSession,
    connectMs: connection?.connectMs ?? null,
  };
  return { document, socket: null };
}

/** One handshake in progress. The first event that ends it decides the result; later ones are ignored. */
class Attempt {
  readonly #input: HandshakeInput;
  readonly #options: HandshakeOptions;
  readonly #trust: Trust;
  readonly #resolve: (result: HandshakeResult) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #header = startDocument('tls');
  readonly #startMs = nowMs();
  readonly #endPauses = watchPauses();
  readonly #tcp: Socket;
  readonly #tap: TlsTap;
  readonly #cancelLimits: () => void;
  #connectMs: number | null;
  #secure: TLSSocket | null = null;
  /** The facts of a handshake that finished on this side, while the server's verdict on our certificate is awaited. */
  #session: SessionFacts | null = null;
  #verdictLimit: RunningLimit | undefined;
  #cancelPatienceTimer = (): void => {};
  #pausedMs = 0;
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
    this.#cancelLimits = startLimits(options, {
      onTimeout: () => void this.#waitLonger(),
      onStop: () => this.#fail('error', 'ECANCELED'),
      onAbort: (reason) => this.#abort(reason),
    });
  }

  /**
   * The time is over. A server that has acknowledged everything lives, and may be slow to answer: it does cryptography on a busy
   * machine, or looks a name up. Without an acknowledgment nothing has arrived, and no time helps.
   */
  async #waitLonger(): Promise<void> {
    const acknowledged = await isAcknowledged(this.#tcp);
    const { patience } = this.#options;
    const leftMs = patience === undefined ? 0 : patience.timeoutMs - elapsedMs(this.#startMs);
    if (this.#isOver) return;
    const isPouring = this.#tap.receivedBytes > mostHandshakeBytes;
    if (acknowledged !== true || leftMs <= 0 || isPouring || patience?.isUseful() !== true) {
      this.#fail('timeout', null, acknowledged);
      return;
    }
    this.#cancelPatienceTimer = systemClock.after(leftMs, () => {
      void isAcknowledged(this.#tcp).then((still) => this.#fail('timeout', null, still));
    });
  }

  start(): void {
    // These listeners stay: an error of the connection after the handshake belongs to the connection's new owner and must
    // not end the process.
    this.#tap.on('error', (error) => {
      // A TLSSocket over a stream learns that the stream ended, but not why.
      if (this.#isOver) this.#secure?.destroy(error);
      else this.#onError(error);
    });
    this.#tap.once('close', () => this.#fail('closed', null));
    if (this.#options.connection === undefined) this.#tcp.once('connect', () => this.#begin());
    else this.#begin();
  }

  /** TCP is connected. */
  #begin(): void {
    this.#connectMs ??= elapsedMs(this.#startMs);
    if (this.#isOver) return;
    const { serverName } = this.#input;
    const socket = connectTls({
      socket: this.#tap,
      secureContext: this.#options.smallHello ? contextOfSmallHello(this.#trust) : this.#trust.context,
      // SNI has no addresses, and no dot at the end of a name (RFC 6066 section 3).
      servername: familyOf(serverName) === null ? serverName.replace(/\.$/, '') : '',
      ALPNProtocols: ['http/1.1'],
      // The certificate is judged after the handshake.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    this.#secure = socket;
    socket.on('error', (error) => this.#onError(error));
    socket.once('close', () => this.#fail('closed', null));
    socket.once('secureConnect', () => this.#succeed(socket));
  }

  /**
   * The handshake is finished on this side. In TLS 1.3 a server that wants a certificate refuses only now, with an alert or by
   * closing (RFC 8446 section 4.4.2.4), so its next octets are awaited if it asked for one.
   */
  #succeed(socket: TLSSocket): void {
    if (this.#isOver) return;
    const facts = sessionFacts(socket, this.#input.serverName, this.#trust);
    this.#session = facts;
    if (facts.protocol !== 'TLSv1.3' || facts.problems.length > 0) {
      this.#finish(socket, facts);
      return;
    }
    const heardBytes = this.#tap.receivedBytes;
    const finish = (): void => this.#finish(socket, facts);
    // Node emits secureConnect before it writes the last messages of the handshake.
    setImmediate(() => {
      if (this.#isOver) return;
      if (this.#tap.sentRecords.count < 2) return finish();
      const answerMs = Math.max(leastVerdictMs, 4 * (this.#connectMs ?? 0));
      this.#verdictLimit = afterRunning(answerMs, finish);
      // A server that accepts sends session tickets or nothing. An alert is read, and emitted as an error, before setImmediate.
      const onHeard = (): void => {
        if (this.#tap.receivedBytes > heardBytes) setImmediate(finish);
      };
      this.#tap.once('heard', onHeard);
      onHeard();
    });
  }

  #finish(socket: TLSSocket, facts: SessionFacts): void {
    if (this.#isOver) return;
    this.#settle();
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
      this.#abort(sourceNotHere(source));
      return;
    }
    const { status, errorCode } = classifyTlsFailure(error);
    this.#fail(status, errorCode);
  }

  #fail(status: TlsStatus, errorCode: string | null, acknowledged: boolean | null = null): void {
    if (this.#isOver) return;
    this.#settle();
    const facts = this.#session ?? noSession;
    const heard = this.#session === null ? {} : { heard: 'done' as const };
    const alert = this.#tap.reader.alert ?? (errorCode === null ? null : alertIn(errorCode));
    const progress = { ...progressOf(this.#tap, acknowledged), ...heard, alert };
    const document = this.#documentOf(status, errorCode, facts, progress);
    this.#close();
    this.#resolve({ document, socket: null });
  }

  /** Rejects: the input is wrong, or the caller aborted. */
  #abort(reason: unknown): void {
    if (this.#isOver) return;
    this.#settle();
    this.#close();
    this.#reject(reason);
  }

  #settle(): void {
    this.#isOver = true;
    this.#pausedMs = this.#endPauses();
    this.#verdictLimit?.cancel();
    this.#cancelPatienceTimer();
    this.#cancelLimits();
  }

  #close(): void {
    this.#secure?.destroy();
    this.#tap.destroy();
  }

  #documentOf(
    status: TlsStatus,
    errorCode: string | null,
    facts: SessionFacts,
    progress: TlsProgress,
  ): TlsDocument {
    const { address, port, serverName } = this.#input;
    const pausedMs = this.#pausedMs;
    return {
      ...this.#header(),
      address,
      port,
      serverName,
      status,
      errorCode,
      ...facts,
      connectMs: this.#connectMs,
      ...(pausedMs === 0 ? {} : { pausedMs }),
      progress,
      clientCertificate: demandOf(status, progress, this.#asksForCertificate(facts)),
    };
  }

  /** null when the handshake did not come so far. */
  #asksForCertificate({ protocol }: SessionFacts): boolean | null {
    return protocol === 'TLSv1.3' ? this.#tap.sentRecords.count >= 2 : this.#tap.reader.asksForCertificate;
  }
}

function contextOfSmallHello({ given }: Trust): SecureContext {
  const ca = given.length === 0 ? {} : { ca: given.map(String) };
  return createSecureContext({ ecdhCurve: 'X25519:P-256:P-384', ...ca });
}

/** More octets than a handshake has: OpenSSL refuses a chain of more than 100 KB. A peer that sends more will not end it later. */
const mostHandshakeBytes = 256 * 1024;

/** The least time for the server's verdict on the client's certificate, milliseconds. */
const leastVerdictMs = 1000;

/** Alerts of a server that got no certificate, or not the one it wants (RFC 8446 section 6.2, RFC 5246 section 7.2.2). */
const demands =
  /^(?:handshake_failure|no_certificate|bad_certificate|unsupported_certificate|certificate_unknown|unknown_ca|access_denied|certificate_required)$/;

/** What the server's request for a certificate came to. Pure. */
function demandOf(
  status: TlsStatus,
  { alert }: TlsProgress,
  asks: boolean | null,
): ClientCertificateDemand | null {
  if (alert?.name === 'certificate_required') return 'required';
  if (asks !== true) return asks === null ? null : 'none';
  const isRefused = alert === null ? status === 'reset' || status === 'closed' : demands.test(alert.name);
  return isRefused && status !== 'ok' ? 'required' : 'requested';
}

function openConnection({ address, port }: HandshakeInput, source: string | undefined): Socket {
  const local = source === undefined ? {} : { localAddress: source };
  packetPace.left();
  return connect({ host: address, port, ...local, autoSelectFamily: false });
}

function progressOf({ reader, sentBytes, receivedBytes }: TlsTap, acknowledged: boolean | null): TlsProgress {
  const { heard, alert, firstLine } = reader;
  return { heard, sentBytes, receivedBytes, acknowledged, alert, firstLine };
}

/** Whether the peer's TCP has acknowledged everything that was sent; null where this system does not say. */
async function isAcknowledged(socket: Socket): Promise<boolean | null> {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) return null;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  const bytes = await unacknowledgedBytes(
    { address: localAddress, port: localPort },
    { address: remoteAddress, port: remotePort },
  );
  return bytes === null ? null : bytes === 0;
}

/** `status` and `errorCode` of a document whose handshake failed. */
export interface TlsFailure {
  status: Extract<TlsStatus, 'protocol' | 'reset' | 'closed' | 'timeout' | 'error'>;
  errorCode: string | null;
}

/**
 * Classifies the error that ended a handshake. Pure.
 *
 * Node uses ECONNRESET for two things. A RST is an error of read(2) or write(2), and `syscall` names the call. A peer that
 * closes the connection in an orderly way before the end of the handshake causes an error of Node's own without `syscall`:
 * that is `closed`, without a code. An alert, another TLS version, and bytes that are not TLS are errors of OpenSSL.
 */
export function classifyTlsFailure(error: NodeJS.ErrnoException): TlsFailure {
  const { code = null, syscall } = error;
  const errorCode = code;
  if (code === 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING') return { status: 'closed', errorCode };
  if (code?.startsWith('ERR_SSL_') || code?.startsWith('ERR_TLS_')) return { status: 'protocol', errorCode };
  // Node's code for an OpenSSL error without a name.
  if (code === 'EPROTO' && syscall !== 'connect') return { status: 'protocol', errorCode };
  if (code === 'ECONNRESET' && syscall === undefined) return { status: 'closed', errorCode: null };
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED')
    return { status: 'reset', errorCode };
  if (code === 'ETIMEDOUT') return { status: 'timeout', errorCode };
  return { status: 'error', errorCode };
}
