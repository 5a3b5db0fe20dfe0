import type { DnsStatus } from '../documents/dns.js';
import type { HttpDocument } from '../documents/http.js';
import type { TcpStatus } from '../documents/tcp.js';
import type { TlsDocument } from '../documents/tls.js';
import type { TraceDocument } from '../documents/trace.js';

/** How one step went. `warn`: it worked only partly, or its failure is doubtful; `none`: it was not measured. */
export type Mark = 'ok' | 'failed' | 'warn' | 'none';

/** Whether a text is good news, bad news, something to look at, or of little weight. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim';

/** The form of each mark: a sign of one cell, its substitute in ASCII, and a word for screen readers. */
export const MARKS: Readonly<Record<Mark, { sign: string; ascii: string; word: string; tone: Tone }>> = {
  ok: { sign: '✓', ascii: '+', word: 'ok', tone: 'good' },
  failed: { sign: '✗', ascii: 'x', word: 'failed', tone: 'bad' },
  warn: { sign: '!', ascii: '!', word: 'warning', tone: 'warn' },
  none: { sign: '·', ascii: '-', word: 'not measured', tone: 'dim' },
};

/** The mark of a DNS answer. */
export function dnsMark(status: DnsStatus): Mark {
  return status === 'answered' ? 'ok' : 'failed';
}

/** The mark of a connection attempt. `error` is a fault of this host or of pprobe, and says nothing about the target. */
export function tcpMark(status: TcpStatus): Mark {
  if (status === 'error') return 'warn';
  return status === 'open' ? 'ok' : 'failed';
}

/** The mark of a TLS handshake. */
export function tlsMark({ status }: Pick<TlsDocument, 'status'>): Mark {
  return status === 'ok' ? 'ok' : 'failed';
}

/** The mark of an HTTP request. It is `failed` without an answer, for a status of 400 or more, and for an error of API Gateway. */
export function httpMark({ status, failure, errorType }: HttpDocument): Mark {
  return status !== null && status < 400 && failure === null && errorType === null ? 'ok' : 'failed';
}

/**
 * The mark of a path. A reset comes from the target, so the path works although the port is closed. If a connection to the
 * address succeeded (`opened`), a trace that did not arrive is only a warning.
 */
export function pathMark({ outcome }: Pick<TraceDocument, 'outcome'>, opened: boolean): Mark {
  if (outcome === 'open' || outcome === 'closed') return 'ok';
  if (outcome === 'interrupted') return 'none';
  return opened ? 'warn' : 'failed';
}
