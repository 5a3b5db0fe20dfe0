import { test } from 'tap';
import { classifyTlsFailure, type TlsFailure } from '../../../src/probe/tls/handshake.js';

test('the error that ended a handshake is classified by code and system call', async (t) => {
  const rows: [
    code: string | undefined,
    syscall: string | undefined,
    TlsFailure['status'],
    errorCode: string | null,
  ][] = [
    ['ECONNRESET', 'read', 'reset', 'ECONNRESET'],
    ['ECONNRESET', undefined, 'closed', null],
    ['EPIPE', 'write', 'reset', 'EPIPE'],
    ['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', undefined, 'closed', 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING'],
    ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', undefined, 'protocol', 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
    ['EPROTO', undefined, 'protocol', 'EPROTO'],
    ['EPROTO', 'connect', 'error', 'EPROTO'],
    ['ETIMEDOUT', 'connect', 'timeout', 'ETIMEDOUT'],
    ['ECONNREFUSED', 'connect', 'error', 'ECONNREFUSED'],
    ['EHOSTUNREACH', 'connect', 'error', 'EHOSTUNREACH'],
    [undefined, undefined, 'error', null],
  ];
  for (const [code, syscall, status, errorCode] of rows) {
    const error = Object.assign(new Error('x'), { code, syscall });
    t.same(classifyTlsFailure(error), { status, errorCode }, `${code} of ${syscall}`);
  }
});
