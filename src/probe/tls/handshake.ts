import type { TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { familyOf } from '../../address/family.js';
import { elapsedMs, nowMs } from '../../clock.js';
import { startDocument } from '../../document.js';
import { InvalidInputError } from '../../errors.js';
import {
  checkAddress,
  checkPort,
  checkSource,
  checkTimeout,
  isForeignSource,
  sourceNotHere,
} from '../tcp/check-input.js';
import { giveUpAt } from '../tcp/give-up.js';
import { certificateFacts } from './certificate-facts.js';
import { classifyTlsFailure } from './classify-failure.js';
import { judgeCertificate } from './judge-certificate.js';
import { type Trust, trustWith } from './trust.js';
import type { TlsDocument, TlsStatus } from './types.js';

export interface HandshakeInput {
  address: string;
  port: number;
  /** Whom to ask for: sent as SNI unless it is an address, and looked for in the certificate. */
  serverName: string;
}

export interface HandshakeOptions {
  /** For connecting and shaking hands together, in milliseconds, from 1 to 600000. Default 3000. */
  timeoutMs?: number | undefined;
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
 * Connects to one address and shakes hands. The certificate is looked at whatever is wrong with it, and
 * judged after that (see judgeCertificate); a connection that a verifying client would refuse is closed. ALPN
 * offers `http/1.1`, the only protocol that `ask` speaks.
 *
 * Throws InvalidInputError, or the reason of `signal`.
 */
export async function handshake(
  input: HandshakeInput,
  options: HandshakeOptions = {},
): Promise<HandshakeResult> {
  const { address, port, serverName } = input;
  const { timeoutMs = 3000, ca, source, signal, stop } = options;
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

  const header = startDocument('tls');
  const startMs = nowMs();
  let connectMs: number | null = null;
  const failed = (status: TlsStatus, errorCode: string | null): HandshakeResult => ({
    document: { ...header(), address, port, serverName, status, errorCode, ...nothingAgreed, connectMs },
    socket: null,
  });
  if (stop?.aborted) return failed('error', 'ECANCELED');

  return new Promise((resolve, reject) => {
    const wanted: ConnectionOptions & TcpNetConnectOpts = {
      host: address,
      port,
      ...(source === undefined ? {} : { localAddress: source }),
      autoSelectFamily: false,
      secureContext: trust.context,
      // RFC 6066 section 3 has no addresses in SNI, and no dot at the end of a name.
      servername: familyOf(serverName) === null ? serverName.replace(/\.$/, '') : '',
      ALPNProtocols: ['http/1.1'],
      // Not trust: the handshake goes on so that the certificate can be reported, and is judged below.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    };
    const socket = connect(wanted);
    let over = false;
    const settle = () => {
      over = true;
      callOff();
    };
    const fail = (status: TlsStatus, errorCode: string | null) => {
      // A socket that was handed over is its owner's.
      if (over) return;
      settle();
      socket.destroy();
      resolve(failed(status, errorCode));
    };
    const callOff = giveUpAt(
      { timeoutMs, signal, stop },
      {
        onTimeout: () => fail('timeout', null),
        onStop: () => fail('error', 'ECANCELED'),
        onAbort: (reason) => {
          settle();
          socket.destroy();
          reject(reason);
        },
      },
    );

    socket.once('connect', () => {
      connectMs = elapsedMs(startMs);
    });
    // Never removed: what happens to a connection after the handshake is its owner's to hear, and must not
    // end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (source !== undefined && isForeignSource(error)) reject(sourceNotHere(source));
      const { status, errorCode } = classifyTlsFailure(error);
      fail(status, errorCode);
    });
    socket.once('close', () => fail('closed', null));
    socket.once('secureConnect', () => {
      settle();
      const facts = factsOf(socket, serverName, trust);
      const [first] = facts.problems;
      const status: TlsStatus = first?.status ?? 'ok';
      if (status !== 'ok') socket.destroy();
      const errorCode = first?.code ?? null;
      const document = { ...header(), address, port, serverName, status, errorCode, ...facts, connectMs };
      resolve({ document, socket: status === 'ok' ? socket : null });
    });
  });
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
