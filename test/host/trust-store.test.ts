import { rootCertificates } from 'node:tls';
import { test } from 'tap';
import { trustWith } from '../../src/host/trust-store.js';
import { authorityPem, identities } from '../probe/tls/certificates.js';

test('all certificates of a file are read, with any text between them', async (t) => {
  const [first = '', second = ''] = rootCertificates;
  const file = `# a comment\r\n${first.replaceAll('\n', '\r\n')}\r\n subject=CN - x\n${second}`;
  t.equal(trustWith(file).given.length, 2);
});

test('the authorities are parsed once for all addresses of a target', async (t) => {
  t.equal(trustWith(authorityPem), trustWith(authorityPem));
  t.not(trustWith(authorityPem), trustWith(identities.selfSigned.certificate));
});
