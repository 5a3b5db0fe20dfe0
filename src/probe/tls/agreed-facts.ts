import type { TLSSocket } from 'node:tls';
import { certificateFacts } from './certificate-facts.js';
import { judgeCertificate } from './judge-certificate.js';
import type { Trust } from './trust.js';
import type { TlsDocument } from './types.js';

/** What a handshake that came to its end settled, and what is wrong with the certificate. */
export type AgreedFacts = Pick<TlsDocument, 'protocol' | 'cipher' | 'alpn' | 'certificate' | 'problems'>;

/** Of a handshake that did not. */
export const nothingAgreed: AgreedFacts = {
  protocol: null,
  cipher: null,
  alpn: null,
  certificate: null,
  problems: [],
};

/** Of a connection whose handshake is done; `serverName` is looked for in the certificate. */
export function agreedFacts(socket: TLSSocket, serverName: string, trust: Trust): AgreedFacts {
  const certificate = socket.getPeerCertificate();
  const own = socket.getPeerX509Certificate();
  return {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().name,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    certificate: certificateFacts(certificate),
    problems: judgeCertificate({
      serverName,
      certificate,
      // Typed as an Error; it has always been its code.
      chainError: socket.authorized ? null : String(socket.authorizationError),
      selfSigned:
        own?.checkIssued(own) === true &&
        !trust.given.some(({ fingerprint256 }) => fingerprint256 === own.fingerprint256),
    }),
  };
}
