import { join } from 'node:path';
import { test } from 'tap';
import { trustWords } from '../../../src/documents/observed/tls.js';
import { handshake } from '../../../src/probe/tls/handshake.js';
import { judgeTrust } from '../../../src/probe/tls/trust.js';
import { type Made, make } from './hierarchy.js';
import { listenTls } from './servers.js';

const root = await make({ name: 'Corp Root', organization: 'Corp', authority: true });
const middle = await make({ name: 'Corp Issuing', organization: 'Corp', authority: true }, root);
const leaf = await make({ name: 'api.test', fetchable: true }, middle);
const sent = [leaf.certificate, middle.certificate];
const nobody = { given: [] };

test('a list that vouches is reported beside those that do not', async (t) => {
  const folder = t.testdir({ 'corp.pem': root.pem });
  const path = join(folder, 'corp.pem');
  const facts = judgeTrust(sent, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', nobody, { SSL_CERT_FILE: path });
  t.match(facts, { chainError: null, hiddenError: null, chainFault: null });
  t.match(
    facts.trust?.find(({ store }) => store === 'node'),
    { trusts: false },
  );
  t.match(
    facts.trust?.find(({ store }) => store === 'SSL_CERT_FILE'),
    { path, trusts: true, problem: null },
  );
  t.match(
    trustWords(facts),
    /^accepted by programs that obey SSL_CERT_FILE \(.*corp\.pem\); rejected by Node/,
  );
});

test('the list of a single program is reported, and does not decide', async (t) => {
  const folder = t.testdir({ 'corp.pem': root.pem });
  const path = join(folder, 'corp.pem');
  const facts = judgeTrust(sent, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', nobody, { AWS_CA_BUNDLE: path });
  t.match(facts, { chainError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
  t.match(trustWords(facts), /^accepted by the AWS CLI and SDKs with AWS_CA_BUNDLE/);
});

test('where no list vouches, the chain’s fault is named', async (t) => {
  const facts = judgeTrust(sent, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', nobody, {});
  t.match(
    facts,
    { chainFault: { kind: 'missing-intermediate', depth: 1, name: 'Corp Root' } },
    'or a private root',
  );
  t.match(facts.chain, [
    { subject: 'api.test', issuer: 'Corp Issuing', selfSigned: false },
    { subject: 'Corp Issuing', issuer: 'Corp Root', selfSigned: false },
  ]);
  t.match(trustWords(facts), /^no list of authorities on this host vouches for it/);
});

test('an expired certificate of an unknown authority is untrusted, too', async (t) => {
  const old = await make({ name: 'api.test', to: -0.1 }, root);
  const folder = t.testdir({ 'corp.pem': root.pem });
  const environment = { SSL_CERT_FILE: join(folder, 'corp.pem') };
  t.match(judgeTrust([old.certificate], 'CERT_HAS_EXPIRED', nobody, {}), {
    chainError: 'CERT_HAS_EXPIRED',
    hiddenError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  });
  t.match(judgeTrust([old.certificate], 'CERT_HAS_EXPIRED', nobody, environment), {
    chainError: 'CERT_HAS_EXPIRED',
    hiddenError: null,
    chainFault: { kind: 'expired', depth: 0 },
  });
});

test('variables whose list does not vouch are told where Node’s does', async (t) => {
  const folder = t.testdir({ 'corp.pem': root.pem, 'other.pem': middle.pem });
  t.same(judgeTrust(sent, null, nobody, {}), { chainError: null, hiddenError: null });
  t.equal(judgeTrust(sent, null, nobody, { SSL_CERT_FILE: join(folder, 'corp.pem') }).trust, undefined);
  const missing = judgeTrust(sent, null, nobody, { SSL_CERT_FILE: '/nope.pem' });
  t.match(missing.trust, [
    { store: 'node', trusts: true },
    { store: 'SSL_CERT_FILE', path: '/nope.pem', trusts: null, problem: 'ENOENT' },
  ]);
});

test('an authority of NODE_EXTRA_CA_CERTS alone is told, with what other programs say', async (t) => {
  const folder = t.testdir({ 'corp.pem': root.pem });
  const path = join(folder, 'corp.pem');
  const facts = judgeTrust(sent, null, nobody, { NODE_EXTRA_CA_CERTS: path });
  t.equal(facts.chainError, null);
  t.match(facts.trust, [
    { store: 'node', trusts: false },
    { store: 'NODE_EXTRA_CA_CERTS', path, trusts: true, problem: null },
    { store: 'system' },
  ]);
  t.not(facts.trust?.[2]?.trusts, true);
  const words = trustWords(facts) ?? '';
  t.match(words, 'accepted by Node with NODE_EXTRA_CA_CERTS');
  t.match(words, 'rejected by Node without NODE_EXTRA_CA_CERTS');
  t.equal(judgeTrust(sent, null, nobody, { NODE_EXTRA_CA_CERTS: '/nope.pem' }).trust, undefined);
});

test('the variable that names an unreadable list is told', async (t) => {
  const facts = judgeTrust(sent, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', nobody, {
    SSL_CERT_FILE: '/nonexistent/bundle.pem',
  });
  t.match(trustWords(facts), 'SSL_CERT_FILE names /nonexistent/bundle.pem: ENOENT');
});

test('a file of NODE_EXTRA_CA_CERTS that Node could not read', async (t) => {
  const facts = judgeTrust(sent, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', nobody, {
    NODE_EXTRA_CA_CERTS: '/nope.pem',
  });
  t.match(facts.trust?.[0], { store: 'node', problem: 'NODE_EXTRA_CA_CERTS=/nope.pem: ENOENT' });
});

async function serve(t: Parameters<typeof listenTls>[0], own: Made, ...chain: Made[]) {
  const certificate = [own, ...chain].map(({ pem }) => pem).join('');
  const { port } = await listenTls(t, { certificate, key: own.key });
  const { document, socket } = await handshake(
    { address: '127.0.0.1', port, serverName: 'api.test' },
    { ca: root.pem, timeoutMs: 60_000 },
  );
  socket?.destroy();
  return document;
}

test('faults of the chain on the wire', async (t) => {
  t.match(await serve(t, leaf, middle), { status: 'ok' });
  t.match(await serve(t, leaf), {
    status: 'untrusted',
    chainFault: { kind: 'missing-intermediate', depth: 0, name: 'Corp Issuing' },
    trust: [
      { store: 'node', trusts: false },
      { store: 'given', trusts: false },
    ],
  });
  const old = await make({ name: 'Old Issuing', authority: true, to: -0.1 }, root);
  t.match(await serve(t, await make({ name: 'api.test' }, old), old), {
    status: 'expired',
    errorCode: 'CERT_HAS_EXPIRED',
    chainFault: { kind: 'expired', depth: 1, name: 'Old Issuing' },
  });
  t.match(await serve(t, await make({ name: 'api.test', from: 3 }, root)), {
    status: 'expired',
    errorCode: 'CERT_NOT_YET_VALID',
    chainFault: { kind: 'not-yet-valid', depth: 0 },
  });
  t.match(await serve(t, await make({ name: 'api.test' })), {
    status: 'untrusted',
    chainFault: { kind: 'self-signed', depth: 0 },
  });
});
