import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { readAuthorityFile, readAuthorityLists, readPem } from '../../src/host/authorities.js';
import { certificateParts } from '../../src/host/certificate-der.js';

const [first = '', second = '', ...others] = rootCertificates;
const both = `${first}\n${second}\n`;

function withFile(t: Test, path: string, text: string): string {
  const root = t.testdir({});
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return root;
}

for (const [system, path] of [
  ['Debian, Ubuntu', '/etc/ssl/certs/ca-certificates.crt'],
  ['Amazon Linux, RHEL', '/etc/pki/tls/certs/ca-bundle.crt'],
  ['RHEL 7', '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem'],
  ['Alpine', '/etc/ssl/cert.pem'],
  ['SUSE', '/etc/ssl/ca-bundle.pem'],
  ['SUSE', '/var/lib/ca-certificates/ca-bundle.pem'],
  ['FreeBSD', '/usr/local/share/certs/ca-root-nss.crt'],
] as const) {
  test(`the list of ${system}: ${path}`, async (t) => {
    const root = withFile(t, path, both);
    const lists = readAuthorityLists({}, root);
    t.match(lists, [{ store: 'system', path: `${root}${path}`, problem: null }]);
    t.equal(lists[0]?.authorities.size, 2);
  });
}

test('a system without a file has a directory of hashed names, or no list', async (t) => {
  const root = withFile(t, '/etc/ssl/certs/0a0a0a0a.0', first);
  t.match(readAuthorityLists({}, root), [{ path: `${root}/etc/ssl/certs`, problem: null }]);
  const [none] = readAuthorityLists({}, t.testdir({}));
  t.match(none, { path: null, problem: /ca-certificates/ });
});

test('variables name further lists, and several directories', async (t) => {
  const root = t.testdir({ one: { '0a0a0a0a.0': first }, two: { '0b0b0b0b.1': second }, 'own.pem': both });
  const lists = readAuthorityLists(
    { SSL_CERT_FILE: join(root, 'own.pem'), SSL_CERT_DIR: `${root}/one:${root}/two`, CURL_CA_BUNDLE: '' },
    root,
  );
  t.same(
    lists.slice(1).map(({ store, authorities }) => [store, authorities.size]),
    [
      ['SSL_CERT_FILE', 2],
      ['SSL_CERT_DIR', 1],
      ['SSL_CERT_DIR', 1],
    ],
  );
});

test('a file that cannot be read is reported, and nothing waits', async (t) => {
  const root = t.testdir({
    'empty.pem': '',
    'key.pem': '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    'half.pem': `${first}\n${second.slice(0, 400)}`,
    'damaged.pem': `${first}\n${second.replace(/^MI/m, 'zz')}`,
    plain: { 'company.pem': first },
    folder: {},
  });
  symlinkSync(join(root, 'loop'), join(root, 'loop'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  const problemOf = (path: string) => readAuthorityFile(path).problem;
  t.equal(problemOf(join(root, 'missing.pem')), 'ENOENT');
  t.equal(problemOf(join(root, 'loop')), 'ELOOP');
  t.equal(problemOf(join(root, 'empty.pem', 'x')), 'ENOTDIR');
  t.equal(problemOf(join(root, 'fifo')), 'not a file');
  t.equal(problemOf('/dev/zero'), 'not a file');
  t.equal(problemOf(join(root, 'empty.pem')), 'no certificate in it');
  t.equal(problemOf(join(root, 'key.pem')), 'no certificate in it');
  t.equal(problemOf(join(root, 'half.pem')), '1 of 2 certificates cannot be read');
  t.equal(problemOf(join(root, 'damaged.pem')), '1 of 2 certificates cannot be read');
  t.match(problemOf(join(root, 'plain')), /no file with a hashed name: run `openssl rehash/);
  t.equal(problemOf(join(root, 'folder')), 'no certificate in it');
});

test('500 certificates, and a file that changes', async (t) => {
  const many = Array.from({ length: 500 }, (_, index) => others[index % others.length] ?? first);
  const root = t.testdir({ 'own.pem': many.join('\n') });
  const path = join(root, 'own.pem');
  t.equal(readAuthorityFile(path).authorities.size, 500);
  t.equal(readAuthorityFile(path), readAuthorityFile(path), 'is read once');
  writeFileSync(path, both);
  t.equal(readAuthorityFile(path).authorities.size, 2);
});

test('authorities are found by their subject, in files of any line ending and with text between', async (t) => {
  const text = `# comment\r\n${first.replaceAll('\n', '\r\n')}\r\n subject=CN - x\n${second.replaceAll('BEGIN CERT', 'BEGIN TRUSTED CERT')}`;
  const { certificates, damaged } = readPem(text);
  t.equal(damaged, 0);
  t.equal(certificates.length, 2);
  const root = t.testdir({ 'own.pem': text });
  const { authorities } = readAuthorityFile(join(root, 'own.pem'));
  for (const { subject } of certificates) t.equal(authorities.named(subject).length, 1);
  t.same(authorities.named(Buffer.from('nobody')), []);
});

test('every root of Node has its parts', async (t) => {
  const { certificates, damaged } = readPem(rootCertificates.join('\n'));
  t.equal(damaged, 0);
  t.equal(certificates.length, rootCertificates.length);
  for (const { der, subject } of certificates) {
    const parts = certificateParts(der);
    t.ok(parts?.issuer.equals(subject));
    t.ok(parts?.subject.equals(subject));
  }
});

test('no octets and no text make it throw', async () => {
  const [{ der } = { der: Buffer.alloc(0) }] = readPem(first).certificates;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(der.length), fc.nat(255), (bytes, at, value) => {
      certificateParts(Buffer.from(bytes));
      const changed = Buffer.from(der);
      changed[at] = value;
      certificateParts(changed);
      certificateParts(changed.subarray(0, at));
      return true;
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(first, first.slice(0, 90), '-----BEGIN CERTIFICATE-----', '\n', 'x-')),
      (parts) => {
        const { certificates, damaged } = readPem(parts.join(''));
        return certificates.length + damaged <= parts.length;
      },
    ),
  );
});
