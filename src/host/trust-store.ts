import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { InvalidInputError } from '../core/errors.js';
import { readTextNow } from '../core/read-text.js';
import { Authorities, readAuthorityFile, readPem } from './authorities.js';

/** The certificate authorities to trust in a handshake. */
export interface Trust {
  context: tls.SecureContext;
  /** The authorities given in addition to those of Node. */
  given: X509Certificate[];
}

/** The latest result: reading them takes time, and all addresses of a target need the same ones. */
let latest: { ca: string; trust: Trust } | null = null;

/**
 * The authorities that Node programs on this host trust, and those in `ca` (one or more in PEM). Throws InvalidInputError
 * if `ca` has no certificate, or one that cannot be parsed.
 */
export function trustWith(ca: string | undefined): Trust {
  if (ca === undefined) return { context: tls.createSecureContext(), given: [] };
  if (latest?.ca === ca) return latest.trust;
  const given = parseCertificates(ca);
  latest = { ca, trust: { context: contextWith(given.map(String)), given } };
  return latest.trust;
}

/**
 * A context that trusts Node's authorities and those in `given` (PEM). Node's option `ca` replaces the default authorities, and
 * parsing them anew takes 40 ms. OpenSSL's context adds to a copy of those that Node has parsed; where a version of Node lacks
 * this method, all are given.
 */
function contextWith(given: readonly string[]): tls.SecureContext {
  const context = tls.createSecureContext();
  const native: unknown = context.context;
  if (!hasAddCACert(native)) return tls.createSecureContext({ ca: [...defaultAuthorities(), ...given] });
  // The copy of Node 20 lacks those of NODE_EXTRA_CA_CERTS; adding one twice does no harm.
  for (const pem of [...extraAuthorities(), ...given]) native.addCACert(pem);
  return context;
}

function hasAddCACert(native: unknown): native is { addCACert(pem: string): void } {
  return (
    typeof native === 'object' &&
    native !== null &&
    'addCACert' in native &&
    typeof native.addCACert === 'function'
  );
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

let nodes: Authorities | null = null;

/** The authorities that Node programs on this host trust, to be searched. */
export function nodeAuthorities(): Authorities {
  nodes ??= new Authorities(readPem(defaultAuthorities().join('\n')).certificates);
  return nodes;
}

let bundled: Authorities | null = null;

/** The authorities that are built into Node, without those of NODE_EXTRA_CA_CERTS, to be searched. */
export function bundledAuthorities(): Authorities {
  bundled ??= new Authorities(readPem(tls.rootCertificates.join('\n')).certificates);
  return bundled;
}

/** The authorities that Node trusts by default, including those of NODE_EXTRA_CA_CERTS. */
function defaultAuthorities(): readonly string[] {
  // Since Node 22.15. Also respects --use-system-ca and --use-openssl-ca.
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function') {
    const authorities: unknown = tls.getCACertificates('default');
    if (Array.isArray(authorities)) return authorities.map(String);
  }
  return [...tls.rootCertificates, ...extraAuthorities()];
}

/** Those of NODE_EXTRA_CA_CERTS. Ignores a file that cannot be used, as Node does, which has already printed a warning. */
function extraAuthorities(): string[] {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  if (file === undefined || file === '') return [];
  try {
    return parseCertificates(readTextNow(file)).map(String);
  } catch {
    return [];
  }
}

/** Why the file of NODE_EXTRA_CA_CERTS cannot be used; null when it can, and without the variable. */
export function unreadExtraFile(environment: Readonly<Record<string, string | undefined>>): string | null {
  const file = environment.NODE_EXTRA_CA_CERTS;
  if (file === undefined || file === '') return null;
  const { problem } = readAuthorityFile(file);
  return problem === null ? null : `NODE_EXTRA_CA_CERTS=${file}: ${problem}`;
}
