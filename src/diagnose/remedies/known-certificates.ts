import type { TlsDocument } from '../../documents/tls.js';
import type { Advice } from './advice.js';

/** Certificates that software makes for itself, or that are meant for one purpose: to trust their issuer is not the remedy. */

interface Known {
  /** Matched against the subject, the issuer and the names, one in each line. */
  pattern: RegExp;
  advice: (doc: TlsDocument) => Advice;
}

const KNOWN: readonly Known[] = [
  {
    pattern: /^TRAEFIK DEFAULT CERT$|\.traefik\.default$/m,
    advice: ({ serverName }) => ({
      text: `Traefik shows its default certificate, because it has none for ${serverName}: check that a router with tls has a Host rule for this name, and in the log of Traefik why its certificate resolver has no certificate`,
    }),
  },
  {
    pattern: /^Kubernetes Ingress Controller Fake Certificate$|^ingress\.local$/m,
    advice: ({ serverName }) => ({
      text: `The ingress controller shows its default certificate, because it has none for ${serverName}: check that an Ingress lists this host under tls, and that its secret exists in the same namespace and has a certificate for the name`,
      command: ['kubectl', 'get', 'ingress', '--all-namespaces'],
    }),
  },
  {
    pattern: /^cert-manager\.local$|temporary certificate/im,
    advice: ({ serverName }) => ({
      text: `cert-manager shows a temporary certificate, because the one for ${serverName} is not issued yet: see why`,
      command: ['kubectl', 'describe', 'certificate,certificaterequest,order,challenge', '--all-namespaces'],
    }),
  },
  {
    pattern: /^Caddy Local Authority/m,
    advice: ({ serverName }) => ({
      text: `Caddy signed the certificate with its own local authority: let it get a public one for ${serverName} (no "tls internal", and a name that public DNS leads to this server), or trust its root certificate on the clients`,
    }),
  },
  {
    pattern: /^\(STAGING\)|^Fake LE /m,
    advice: ({ serverName }) => ({
      text: `The certificate is one of the staging environment of Let's Encrypt, which nobody trusts: get one for ${serverName} from the production environment`,
    }),
  },
  {
    pattern: /^CloudFlare Origin (?:SSL )?(?:Certificat|ECC|RSA)/im,
    advice: ({ serverName, address }) => ({
      text: `The certificate is one for origins of Cloudflare, which Cloudflare alone trusts: let the record of ${serverName} be proxied by Cloudflare, or give ${address} a public certificate`,
    }),
  },
  {
    pattern: /^localhost\.localdomain$|^SomeOrganization/m,
    advice: ({ serverName, address }) => ({
      text: `The server at ${address} shows the certificate that its package made: give it one for ${serverName}`,
    }),
  },
];

/** What to do about a certificate that is known by its names; null for all others. */
export function knownCertificateAdvice(doc: TlsDocument): Advice | null {
  const { certificate } = doc;
  if (certificate === null) return null;
  const text = [certificate.subject, certificate.issuer, ...certificate.names].join('\n');
  return KNOWN.find(({ pattern }) => pattern.test(text))?.advice(doc) ?? null;
}
