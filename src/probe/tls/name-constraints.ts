import type { X509Certificate } from 'node:crypto';
import { certificateParts, elementsOf } from '../../host/certificate-der.js';

/** Extensions of RFC 5280 by their object identifiers. */
const NAME_CONSTRAINTS = '551d1e';
const SUBJECT_ALT_NAME = '551d11';

/** Tags of a GeneralName (RFC 5280 section 4.2.1.6), and those of the two lists of name constraints. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const DIRECTORY_NAME = 0xa4;
const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;

interface Name {
  tag: number;
  content: Buffer;
}

/**
 * Whether the name constraints of an issuer allow the names of a server's certificate (RFC 5280 section 4.2.1.10); null where they
 * are about distinguished names, which are not evaluated here. Pure.
 */
export function allowsNames(issuer: X509Certificate, own: X509Certificate): boolean | null {
  const value = certificateParts(issuer.raw)?.extensions.get(NAME_CONSTRAINTS);
  if (value === undefined) return true;
  const lists = elementsOf(elementsOf(value)[0]?.content ?? Buffer.alloc(0));
  const subtrees = (list: number): Name[] =>
    lists
      .filter(({ tag }) => tag === list)
      .flatMap(({ content }) => elementsOf(content).flatMap((tree) => elementsOf(tree.content)[0] ?? []));
  const [permitted, excluded] = [subtrees(PERMITTED), subtrees(EXCLUDED)];
  const isAllowed = namesOf(own).every((name) => {
    const allowing = permitted.filter(({ tag }) => tag === name.tag);
    const isPermitted = allowing.length === 0 || allowing.some((tree) => isWithin(name, tree));
    return isPermitted && !excluded.some((tree) => tree.tag === name.tag && isWithin(name, tree));
  });
  if (!isAllowed) return false;
  return [...permitted, ...excluded].some(({ tag }) => tag === DIRECTORY_NAME) ? null : true;
}

/** The DNS names and addresses of subjectAltName. */
function namesOf(certificate: X509Certificate): Name[] {
  const value = certificateParts(certificate.raw)?.extensions.get(SUBJECT_ALT_NAME);
  const names = elementsOf(elementsOf(value ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0));
  return names.filter(({ tag }) => tag === DNS_NAME || tag === IP_ADDRESS);
}

function isWithin({ tag, content }: Name, tree: Name): boolean {
  return tag === DNS_NAME ? isSubdomain(text(content), text(tree.content)) : isInBlock(content, tree.content);
}

function text(content: Buffer): string {
  return content.toString('latin1').toLowerCase();
}

/** `shop.test` has itself and all names below it; `.shop.test`, which is not of the RFC, has those below alone in OpenSSL. */
function isSubdomain(name: string, domain: string): boolean {
  if (domain === '') return true;
  if (domain.startsWith('.')) return name.endsWith(domain);
  return name === domain || name.endsWith(`.${domain}`);
}

/** A block is an address followed by its mask. */
function isInBlock(address: Buffer, block: Buffer): boolean {
  if (block.length !== 2 * address.length) return false;
  return address.every((octet, index) => {
    const mask = block[address.length + index] ?? 0;
    return (octet & mask) === ((block[index] ?? 0) & mask);
  });
}
