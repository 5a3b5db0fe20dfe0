import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { InvalidInputError } from '../core/errors.js';

/** Whom to believe in a handshake. */
export interface Trust {
  context: tls.SecureContext;
  /** What was given beyond this system's own authorities. */
  given: X509Certificate[];
}

/** Reading some 140 authorities takes 40 ms, which every address of a name would pay. */
let latest: { ca: string; trust: Trust } | null = null;

/**
 * The authorities that any Node program on this host trusts, and those in `ca` (PEM, one or more) besides.
 * Throws InvalidInputError when `ca` holds no certificate, or one that cannot be read.
 */
export function trustWith(ca: string | undefined): Trust {
  if (ca === undefined) return { context: tls.createSecureContext(), given: [] };
  if (latest?.ca === ca) return latest.trust;
  const given = parseCertificates(ca);
  // Node's `ca` replaces the default authorities, so they are named again.
  const context = tls.createSecureContext({ ca: [...defaultAuthorities(), ...given.map(String)] });
  latest = { ca, trust: { context, given } };
  return latest.trust;
}

function parseCertificates(ca: string): X509Certificate[] {
  const blocks = ca.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw new InvalidInputError(
      'ca',
      'ca file: no certificate in it; give PEM text with -----BEGIN CERTIFICATE-----',
    );
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new InvalidInputError(
        'ca',
        `ca file: certificate ${index + 1} of ${blocks.length} cannot be read; give X.509 certificates in PEM`,
        { cause },
      );
    }
  });
}

/** What Node trusts unasked, including the file of NODE_EXTRA_CA_CERTS. */
function defaultAuthorities(): readonly string[] {
  // From Node 22.15 on, Node itself knows; it also honours --use-system-ca and --use-openssl-ca.
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function') {
    const authorities: unknown = tls.getCACertificates('default');
    if (Array.isArray(authorities)) return authorities.map(String);
  }
  const extraFile = process.env.NODE_EXTRA_CA_CERTS;
  return extraFile ? [...tls.rootCertificates, ...extraAuthorities(extraFile)] : tls.rootCertificates;
}

/** Node warns of a file that it cannot use and goes on without it; so does this, less the second warning. */
function extraAuthorities(file: string): string[] {
  try {
    return parseCertificates(readFileSync(file, 'utf8')).map(String);
  } catch {
    return [];
  }
}
