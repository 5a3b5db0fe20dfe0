import { test } from 'tap';
import { type CertificateFindings, judgeCertificate } from '../../../src/probe/tls/certificate.js';
import { peerCertificate } from './peer-certificate.js';

function judge(findings: Partial<CertificateFindings>): [status: string, code: string][] {
  const problems = judgeCertificate({
    serverName: 'api.test',
    certificate: peerCertificate({ subjectaltname: 'DNS:api.test' }),
    chainError: null,
    hiddenError: null,
    ...findings,
  });
  return problems.map(({ status, code }) => [status, code]);
}

const mismatch: [string, string] = ['name-mismatch', 'ERR_TLS_CERT_ALTNAME_INVALID'];

test('a valid chain for the right name has no problem', async (t) => {
  t.same(judge({}), []);
  t.same(judge({ serverName: 'api.test.' }), [], 'a dot at the end changes nothing');
});

test('the chain comes before the name, as verifying clients report it', async (t) => {
  const serverName = 'other.test';
  t.same(judge({ serverName }), [mismatch]);
  t.same(judge({ serverName, chainError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), [
    ['untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    mismatch,
  ]);
  t.same(judge({ serverName, chainError: 'CERT_NOT_YET_VALID' }), [
    ['expired', 'CERT_NOT_YET_VALID'],
    mismatch,
  ]);
});

test('a self-signed certificate that has expired is untrusted first', async (t) => {
  t.same(judge({ chainError: 'CERT_HAS_EXPIRED', hiddenError: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), [
    ['untrusted', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ]);
  t.same(
    judge({ chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT', hiddenError: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    [['untrusted', 'DEPTH_ZERO_SELF_SIGNED_CERT']],
    'and is listed once',
  );
});

test('an address must match an address, and a name a name', async (t) => {
  const certificate = peerCertificate({ subjectaltname: 'DNS:api.test, IP Address:192.0.2.1' });
  t.same(judge({ certificate, serverName: '192.0.2.1' }), []);
  t.same(judge({ certificate, serverName: '192.0.2.2' }), [mismatch]);
  t.same(
    judge({ certificate: peerCertificate({}) }),
    [],
    'the common name, where there is no alternative name',
  );
});

test('a name inside a quoted name does not count', async (t) => {
  t.same(judge({ certificate: peerCertificate({ subjectaltname: 'DNS:"evil.test, DNS:api.test"' }) }), [
    mismatch,
  ]);
});

test('alternative names that Node rejects are valid for no name', async (t) => {
  t.same(judge({ certificate: peerCertificate({ subjectaltname: 'DNS:"api.test' }) }), [
    ['name-mismatch', 'ERR_TLS_CERT_ALTNAME_FORMAT'],
  ]);
});
