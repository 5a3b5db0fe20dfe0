import { classifyTlsFailure } from '../tls/classify-failure.js';
import type { HttpFailure } from './types.js';

/** Puts the error that broke an exchange into words. Pure. */
export function classifyHttpFailure(error: NodeJS.ErrnoException): {
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
