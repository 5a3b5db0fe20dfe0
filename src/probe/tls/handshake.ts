import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { familyOf } from '../../address/family.js';
import { elapsedMs, nowMs } from '../../clock.js';
import { startDocument } from '../../document.js';
import { InvalidInputError } from '../../errors.js';
import { unacknowledgedBytes } from '../../host/send-queue.js';
import { checkSource, isForeignSource, sourceNotHere } from '../../host/source.js';
import { checkPort } from '../../port-number.js';
import { checkAddress, checkTimeout } from '../tcp/check-input.js';
import { giveUpAt } from '../tcp/give-up.js';
import { certificateFacts } from './certificate-facts.js';
import { classifyTlsFailure } from './classify-failure.js';
import { judgeCertificate } from './judge-certificate.js';
import { TlsTap } from './tap.js';
import { type Trust, trustWith } from './trust.js';
import type { TlsDocument, TlsProgress, TlsStatus } from './types.js';

export interface HandshakeInput {
  address: string;
  port: number;
  /** Whom to ask for: sent as SNI unless it is an address, and looked for in the certificate. */
  serverName: string;
}

/** A TCP connection that stands already, with how long that took. */
export interface Connection {
  socket: Socket;
  connectMs: number;
}

export interface HandshakeOptions {
  /** For the handshake, and for connecting where that is done here; in milliseconds, from 1 to 600000. Default 3000. */
  timeoutMs?: number | undefined;
  /** Shake hands over this connection to the address instead of a new one; it is closed with the handshake's own end. */
  connection?: Connection | undefined;
  /** PEM of authorities to trust beside this system's own. */
  ca?: string | undefined;
  /** The local address to bind to. */
  source?: string | undefined;
  /** Throw everything away: rejects with the signal's reason, once the socket is closed. */
  signal?: AbortSignal | undefined;
  /** Finish now: a handshake still under way ends as `error`, ECANCELED. */
  stop?: AbortSignal | undefined;
}

export interface HandshakeResult {
  document: TlsDocument;
  /**
   * The connection, when `status` is `ok`; the caller closes it. Errors on it do not surface unless listened
   * for.
   */
  socket: TLSSocket | null;
}

/**
 * Connects to one address, or takes a connection to it, and shakes hands. The certificate is looked at whatever is wrong
 * with it, and judged after that (see judgeCertificate); a connection that a verifying client would refuse is closed.
 * ALPN offers `http/1.1`, the only protocol that `ask` speaks. `progress` tells how far a handshake came that did not end.
 *
 * Throws InvalidInputError, or the reason of `signal`.
 */
export async function handshake(
  input: HandshakeInput,
  options: HandshakeOptions = {},
): Promise<HandshakeResult> {
  const { address, port, serverName } = input;
  const { timeoutMs = 3000, connection, ca, source, signal, stop } = options;
  try {
    checkAddress(address);
    checkPort(port);
    checkTimeout(timeoutMs);
    if (source !== undefined) checkSource(source, [address]);
    if (serverName === '') {
      throw new InvalidInputError(
        'serverName',
        'serverName: it is empty; give the name or address that the certificate should have',
      );
    }
    signal?.throwIfAborted();
    const trust = trustWith(ca);
    if (!stop?.aborted) return await shakeHands(input, { ...options, timeoutMs }, trust);
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
    ...nothingAgreed,
    connectMs: connection?.connectMs ?? null,
  };
  return { document, socket: null };
}

function shakeHands(
  { address, port, serverName }: HandshakeInput,
  { connection, source, timeoutMs, signal, stop }: HandshakeOptions & { timeoutMs: number },
  trust: Trust,
): Promise<HandshakeResult> {
  const header = startDocument('tls');
  const startMs = nowMs();
  let connectMs = connection?.connectMs ?? null;
  return new Promise((resolve, reject) => {
    const tcp = connection?.socket ?? openConnection(address, port, source);
    const tap = new TlsTap(tcp);
    let over = false;
    let secure: TLSSocket | null = null;
    const settle = () => {
      over = true;
      callOff();
    };
    const close = () => {
      secure?.destroy();
      tap.destroy();
    };
    const documentOf = (
      status: TlsStatus,
      errorCode: string | null,
      facts: AgreedFacts,
      progress: TlsProgress,
    ): TlsDocument => ({
      ...header(),
      address,
      port,
      serverName,
      status,
      errorCode,
      ...facts,
      connectMs,
      progress,
    });
    const fail = (status: TlsStatus, errorCode: string | null, acknowledged: boolean | null = null) => {
      // A socket that was handed over is its owner's.
      if (over) return;
      settle();
      const document = documentOf(status, errorCode, nothingAgreed, progressOf(tap, acknowledged));
      close();
      resolve({ document, socket: null });
    };
    // Never removed: what happens to a connection after the handshake is its owner's to hear, and must not
    // end the process.
    const onError = (error: NodeJS.ErrnoException) => {
      if (source !== undefined && isForeignSource(error)) reject(sourceNotHere(source));
      const { status, errorCode } = classifyTlsFailure(error);
      fail(status, errorCode);
    };
    const callOff = giveUpAt(
      { timeoutMs, signal, stop },
      {
        onTimeout: () => {
          void isAcknowledged(tcp).then((acknowledged) => fail('timeout', null, acknowledged));
        },
        onStop: () => fail('error', 'ECANCELED'),
        onAbort: (reason) => {
          settle();
          close();
          reject(reason);
        },
      },
    );

    const begin = () => {
      connectMs ??= elapsedMs(startMs);
      if (over) return;
      secure = connectTls({
        socket: tap,
        secureContext: trust.context,
        // RFC 6066 section 3 has no addresses in SNI, and no dot at the end of a name.
        servername: familyOf(serverName) === null ? serverName.replace(/\.$/, '') : '',
        ALPNProtocols: ['http/1.1'],
        // Not trust: the handshake goes on so that the certificate can be reported, and is judged below.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
      });
      const socket = secure;
      socket.on('error', onError);
      socket.once('close', () => fail('closed', null));
      socket.once('secureConnect', () => {
        if (over) return;
        settle();
        const facts = factsOf(socket, serverName, trust);
        const [first] = facts.problems;
        const status: TlsStatus = first?.status ?? 'ok';
        const progress: TlsProgress = { ...progressOf(tap, true), heard: 'done' };
        const document = documentOf(status, first?.code ?? null, facts, progress);
        if (status !== 'ok') close();
        resolve({ document, socket: status === 'ok' ? socket : null });
      });
    };
    tap.on('error', (error) => {
      // TLS over a stream hears that it ended, not why.
      if (over) secure?.destroy(error);
      else onError(error);
    });
    tap.once('close', () => fail('closed', null));
    if (connection === undefined) tcp.once('connect', begin);
    else begin();
  });
}

function openConnection(address: string, port: number, source: string | undefined): Socket {
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

type AgreedFacts = Pick<TlsDocument, 'protocol' | 'cipher' | 'alpn' | 'certificate' | 'problems'>;

const nothingAgreed: AgreedFacts = {
  protocol: null,
  cipher: null,
  alpn: null,
  certificate: null,
  problems: [],
};

function factsOf(socket: TLSSocket, serverName: string, trust: Trust): AgreedFacts {
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
