import { test } from 'tap';
import type { TcpAttempt, TcpCause } from '../../src/documents/tcp.js';
import { exitCodeOf } from '../../src/documents/terms/exit-code.js';
import { tcpAttempt, tcpDocument } from '../report/documents.js';

test('tcp: exit code 3 for what this host lacks, unless an address answered', async (t) => {
  const lacking = (cause: TcpCause | null): TcpAttempt =>
    tcpAttempt({ status: 'error', errno: 'EADDRNOTAVAIL', cause, local: true });
  const codeOf = (status: 'error' | 'open', attempts: TcpAttempt[]) =>
    exitCodeOf(tcpDocument({ status, attempts }));
  for (const cause of ['no-ports', 'no-descriptors', 'no-memory', 'no-source-address'] as const)
    t.equal(codeOf('error', [lacking(cause)]), 3, cause);
  t.equal(codeOf('error', [lacking(null)]), 20, 'not known');
  t.equal(codeOf('error', [lacking('canceled')]), 20, 'canceled');
  t.equal(codeOf('open', [lacking('no-ports'), tcpAttempt({ status: 'open' })]), 0, 'one address answered');
});
