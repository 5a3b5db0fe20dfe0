import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import t from 'tap';
import { createAuthority } from './certificate.js';

const hourMs = 3_600_000;
const names = ['*.execute-api.us-east-1.amazonaws.com', 'second.example.com'];
const validFrom = new Date(Date.now() - hourMs);
const validTo = new Date(Date.now() + hourMs);

t.test('a certificate has the fields requested and the signature of its authority', async (t) => {
  const authority = await createAuthority('Test CA');
  const issuer = new X509Certificate(authority.certificate);
  const certificate = new X509Certificate((await authority.issue({ names, validFrom, validTo })).certificate);

  t.equal(issuer.ca, true);
  t.equal(issuer.verify(issuer.publicKey), true);
  t.equal(certificate.ca, false);
  t.equal(certificate.subject, `CN=${names[0]}`);
  t.equal(certificate.subjectAltName, names.map((name) => `DNS:${name}`).join(', '));
  t.equal(certificate.checkIssued(issuer), true);
  t.equal(certificate.verify(issuer.publicKey), true);
  t.equal(
    certificate.verify(new X509Certificate((await createAuthority('Test CA')).certificate).publicKey),
    false,
  );
  t.equal(Math.floor(Date.parse(certificate.validFrom) / 1000), Math.floor(validFrom.getTime() / 1000));
  t.equal(Math.floor(Date.parse(certificate.validTo) / 1000), Math.floor(validTo.getTime() / 1000));
  t.equal(certificate.checkHost('abc.execute-api.us-east-1.amazonaws.com') !== undefined, true);
  t.equal(certificate.checkHost('execute-api.us-east-1.amazonaws.com'), undefined);
});

t.test(
  'a TLS client accepts the certificate only if it trusts the authority and the certificate is valid now',
  async (t) => {
    const authority = await createAuthority('Test CA');
    const host = 'second.example.com';
    const failure = async (ca: string, period: { validFrom: Date; validTo: Date }): Promise<unknown> => {
      const { certificate, key } = await authority.issue({ names, ...period });
      const server = tls.createServer({ cert: certificate, key }, (socket) => socket.end());
      server.on('tlsClientError', () => {});
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const socket = tls.connect({ host: '127.0.0.1', port, servername: host, ca });
      const error = await once(socket, 'secureConnect').then(
        () => null,
        (reason: unknown) => reason,
      );
      socket.destroy();
      server.close();
      return error instanceof Error && 'code' in error ? error.code : null;
    };
    const now = { validFrom, validTo };
    const past = { validFrom: new Date(Date.now() - 2 * hourMs), validTo: validFrom };
    t.equal(await failure(authority.certificate, now), null);
    t.equal(
      await failure((await createAuthority('Test CA')).certificate, now),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    t.equal(await failure(authority.certificate, past), 'CERT_HAS_EXPIRED');
  },
);
