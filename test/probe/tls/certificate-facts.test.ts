import type { PeerCertificate } from 'node:tls';
import { test } from 'tap';
import { certificateFacts } from '../../../src/probe/tls/certificate.js';
import { peerCertificate } from './peer-certificate.js';

/** Node's types have one string for every part of a name; real values have some parts, and lists. */
function name(json: string): PeerCertificate['subject'] {
  return JSON.parse(json);
}

test('names and times are read from the certificate of Node', async (t) => {
  t.same(certificateFacts(peerCertificate({ subjectaltname: 'DNS:api.test, IP Address:192.0.2.1' })), {
    subject: 'api.test',
    issuer: 'authority',
    names: ['api.test', '192.0.2.1'],
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: '2027-01-01T00:00:00.000Z',
  });
});

test('a name without a common name is returned as a whole', async (t) => {
  const facts = certificateFacts(
    peerCertificate({
      subject: name('{"O":"Example","OU":["One","Two"],"C":"US"}'),
      issuer: name('{"C":"US","CN":["less","most specific"]}'),
    }),
  );
  t.match(facts, { subject: 'O=Example, OU=One, OU=Two, C=US', issuer: 'most specific' });
});

test('a certificate without subject, alternative names and times', async (t) => {
  const facts = certificateFacts(
    peerCertificate({ subject: name('{}'), valid_from: 'Bad time value', valid_to: 'Bad time value' }),
  );
  t.match(facts, { subject: '', names: [], validFrom: null, validTo: null });
});

test('control characters of the peer are kept, and cleaned when printed', async (t) => {
  const facts = certificateFacts(peerCertificate({ subject: name('{"CN":"\\u001b[31mred"}') }));
  t.equal(facts?.subject, '\u001b[31mred');
});

test('a missing certificate is null', async (t) => {
  t.equal(certificateFacts(JSON.parse('{}')), null);
});
