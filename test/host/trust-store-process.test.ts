import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import { test } from 'tap';
import { authorityPem, identities } from '../probe/tls/certificates.js';
import { listenTls } from '../probe/tls/servers.js';
import { programArguments } from '../program.js';

test('a given authority does not replace those of NODE_EXTRA_CA_CERTS', async (t) => {
  const { port } = await listenTls(t, identities.valid);
  const script = programArguments(new URL('./handshake-here.ts', import.meta.url));
  const statusWith = async (extra: string) => {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: extra };
    const { stdout } = await promisify(execFile)(process.execPath, [...script, String(port)], { env });
    return stdout;
  };
  const folder = t.testdir({ 'authority.pem': authorityPem });
  t.equal(await statusWith(join(folder, 'authority.pem')), 'ok');
  t.equal(
    await statusWith(join(folder, 'missing.pem')),
    'untrusted',
    'a file that cannot be read adds no authority',
  );
});

test('the authorities of the operating system and of SSL_CERT_FILE count beside Node’s', async (t) => {
  const { port } = await listenTls(t, identities.valid);
  const script = programArguments(new URL('./handshake-here.ts', import.meta.url));
  const folder = t.testdir({ 'authority.pem': authorityPem, 'other.pem': rootCertificates[0] ?? '' });
  const statusWith = async (variable: string, file: string) => {
    const env = { ...process.env, [variable]: join(folder, file) };
    const command = [...script, String(port)];
    return (await promisify(execFile)(process.execPath, command, { env })).stdout;
  };
  t.equal(await statusWith('SSL_CERT_FILE', 'authority.pem'), 'ok');
  t.equal(await statusWith('SSL_CERT_FILE', 'other.pem'), 'untrusted');
  t.equal(await statusWith('CURL_CA_BUNDLE', 'authority.pem'), 'untrusted', 'curl is one program');
});
