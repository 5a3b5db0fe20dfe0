import type { X509Certificate } from 'node:crypto';
import type { ChainCertificate, ChainFault } from '../../documents/tls.js';
import type { Authorities } from '../../host/authorities.js';
import { certificateParts, elementsOf } from '../../host/certificate-der.js';
import { allowsNames } from './name-constraints.js';

/** Extensions of RFC 5280 by their object identifiers, and of X.520. */
const BASIC_CONSTRAINTS = '551d13';
const EXTENDED_KEY_USAGE = '551d25';
const SERVER_AUTH = '2b06010505070301';
const ANY_USAGE = '551d2500';
const ORGANIZATION = '55040a';

/** Signatures that OpenSSL no longer accepts below the root: RSA with MD5 or SHA-1, ECDSA with SHA-1. */
const weakSignatures = new Set(['2a864886f70d010104', '2a864886f70d010105', '2a8648ce3d0401']);

/** Octets. A shorter name of an organization would be found in too many others. */
const leastName = 4;

/** Longer chains are not followed. OpenSSL's limit is 100; real chains have three or four certificates. */
const longestChain = 10;
/** Signatures to check. A hostile server can send a hundred certificates that could all issue each other. */
const mostChecks = 200;

/**
 * Whether a list of authorities vouches for a chain, as a program that trusts this list finds out (RFC 5280 section 6): every
 * certificate is signed by the next, the last one by an authority of the list, all of them are valid at `nowMs`, and the
 * issuers are allowed to issue. null: only a chain whose name constraints are of a kind that is not evaluated here leads to an authority.
 *
 * `sent` is what the server sent, its own certificate first. With `nowMs` null the time does not matter. Pure.
 */
export function vouchesFor(
  authorities: Pick<Authorities, 'named'>,
  sent: readonly X509Certificate[],
  nowMs: number | null,
): boolean | null {
  const [own, ...others] = sent;
  if (own === undefined || !servesTls(own)) return false;
  let isUnknown = false;
  let checks = 0;
  const isIssuer = (issuer: X509Certificate, certificate: X509Certificate, below: number): boolean => {
    checks += 1;
    return checks <= mostChecks && issued(issuer, certificate, below);
  };
  /** Follows the issuers of a certificate. `below` is the number of issuers below it. */
  const leadsToAuthority = (certificate: X509Certificate, below: number): boolean => {
    if (below > longestChain || !isValidAt(certificate, nowMs)) return false;
    const parts = certificateParts(certificate.raw);
    if (parts === null) return false;
    // An authority of the list is trusted as it is, also one that is not a root.
    if (
      authorities
        .named(parts.subject)
        .some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)
    )
      return true;
    if (weakSignatures.has(parts.signatureAlgorithm)) return false;
    const anchors = authorities.named(parts.issuer).filter((each) => isIssuer(each, certificate, below));
    for (const anchor of anchors) {
      if (!isValidAt(anchor, nowMs)) continue;
      const allowed = allowsNames(anchor, own);
      if (allowed === true) return true;
      if (allowed === null) isUnknown = true;
    }
    for (const issuer of others) {
      if (issuer === certificate || !isIssuer(issuer, certificate, below)) continue;
      const allowed = allowsNames(issuer, own);
      if (allowed === null) isUnknown = true;
      else if (allowed && leadsToAuthority(issuer, below + 1)) return true;
    }
    return false;
  };
  return leadsToAuthority(own, 0) ? true : isUnknown ? null : false;
}

/** Whether the issuer signed the certificate, and may: it is an authority, for this many issuers below it, and for TLS. */
function issued(issuer: X509Certificate, certificate: X509Certificate, below: number): boolean {
  if (!issuer.ca || !certificate.checkIssued(issuer) || !servesTls(issuer)) return false;
  const limit = pathLimit(issuer);
  if (limit !== null && below > limit) return false;
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that this OpenSSL does not know.
    return false;
  }
}

/** pathLenConstraint of basicConstraints; null without one. */
function pathLimit(certificate: X509Certificate): number | null {
  const value = certificateParts(certificate.raw)?.extensions.get(BASIC_CONSTRAINTS);
  const [list] = elementsOf(value ?? Buffer.alloc(0));
  const limit = elementsOf(list?.content ?? Buffer.alloc(0)).find(({ tag }) => tag === 0x02);
  return limit === undefined || limit.content.length > 4 || limit.content.length === 0
    ? null
    : limit.content.readUIntBE(0, limit.content.length);
}

function servesTls(certificate: X509Certificate): boolean {
  const value = certificateParts(certificate.raw)?.extensions.get(EXTENDED_KEY_USAGE);
  if (value === undefined) return true;
  const usages = elementsOf(elementsOf(value)[0]?.content ?? Buffer.alloc(0)).map(({ content }) =>
    content.toString('hex'),
  );
  return usages.includes(SERVER_AUTH) || usages.includes(ANY_USAGE);
}

function isValidAt({ validFrom, validTo }: X509Certificate, nowMs: number | null): boolean {
  if (nowMs === null) return true;
  // A text that is not a time gives NaN, and such a certificate is not valid.
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo);
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate);
}

/**
 * What is wrong with a chain that no list vouches for, or that a time rules out; null where nothing is found. `lists` are all
 * authorities that this host knows. Pure.
 */
export function chainFaultOf(
  sent: readonly X509Certificate[],
  lists: readonly Authorities[],
  nowMs: number,
): ChainFault | null {
  const [own] = sent;
  if (own === undefined) return null;
  if (lists.some((list) => vouchesFor(list, sent, nowMs) === true)) return null;
  // Of a chain that is trusted apart from the time, the time is the fault.
  const isOfTime = lists.some((list) => vouchesFor(list, sent, null) === true);
  for (const [depth, certificate] of isOfTime ? sent.entries() : []) {
    if (isValidAt(certificate, nowMs)) continue;
    const isEarly = Date.parse(certificate.validFrom) > nowMs;
    return { kind: isEarly ? 'not-yet-valid' : 'expired', depth, name: nameIn(certificate.subject) };
  }
  if (isSelfSigned(own)) return { kind: 'self-signed', depth: 0, name: nameIn(own.subject) };
  const last = lastOf(sent);
  const depth = sent.indexOf(last);
  const parts = certificateParts(last.raw);
  if (isSelfSigned(last)) return { kind: 'unknown-root', depth, name: nameIn(last.subject) };
  // An authority with the name of the issuer is known, so the chain is complete and something else is wrong with it.
  if (parts !== null && lists.some((list) => list.named(parts.issuer).length > 0))
    return { kind: 'other', depth, name: nameIn(last.issuer) };
  const organization = parts === null ? null : organizationIn(parts.issuer);
  const isKnownOwner = organization !== null && lists.some((list) => list.mentions(organization));
  const isFetchable = /CA Issuers - URI:/.test(last.infoAccess ?? '');
  return {
    kind: isKnownOwner || isFetchable ? 'missing-intermediate' : 'unknown-root',
    depth,
    name: nameIn(last.issuer),
  };
}

/** The last certificate that can be reached from the server's own one through issuers that the server sent. */
function lastOf(sent: readonly X509Certificate[]): X509Certificate {
  const [own] = sent;
  if (own === undefined) throw new RangeError('an empty chain');
  let last = own;
  for (let steps = 0; steps < longestChain; steps += 1) {
    const issuer = sent.find((each) => each !== last && last.checkIssued(each));
    if (issuer === undefined) break;
    last = issuer;
  }
  return last;
}

/** organizationName of an encoded distinguished name, without tag and length; null without one. */
function organizationIn(name: Buffer): Buffer | null {
  for (const { content: set } of elementsOf(name)) {
    for (const { content: pair } of elementsOf(set)) {
      const [type, value] = elementsOf(pair);
      if (
        type?.content.toString('hex') === ORGANIZATION &&
        value !== undefined &&
        value.content.length >= leastName
      )
        return value.content;
    }
  }
  return null;
}

/** The common name in Node's text of a distinguished name, or else the whole of it. */
function nameIn(text: string): string {
  const lines = text.split('\n');
  return lines.findLast((line) => line.startsWith('CN='))?.slice(3) ?? lines.join(', ');
}

/** The facts of a chain that a document keeps. */
export function chainFacts(sent: readonly X509Certificate[]): ChainCertificate[] {
  return sent.map((certificate) => ({
    subject: nameIn(certificate.subject ?? ''),
    issuer: nameIn(certificate.issuer ?? ''),
    validFrom: instantOf(certificate.validFrom),
    validTo: instantOf(certificate.validTo),
    selfSigned: isSelfSigned(certificate),
  }));
}

function instantOf(text: string): string | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
