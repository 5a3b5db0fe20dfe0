import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { evidence, tls } from '../evidence.js';
import { connected } from './situations.js';

test('a certificate with two faults shows both', (t) => {
  const problems = [
    { status: 'untrusted', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    { status: 'expired', code: 'CERT_HAS_EXPIRED' },
  ] as const;
  const twice = classify(evidence({ ...connected, tls: [tls('untrusted', { problems: [...problems] })] }));
  t.match(twice.evidence[1]?.text, /CERT_HAS_EXPIRED/);
  t.end();
});
