import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { checkAddress, checkPort, checkTimeout } from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import { startDocument } from '../../documents/header.js';
import type { TlsDocument } from '../../documents/tls.js';
import { checkSource } from '../../host/source.js';
import { trustWith } from '../../host/trust-store.js';
import { nothingAgreed, shakeHands } from './client.js';

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
