import type { TlsStatus } from './types.js';

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
