import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { InvalidInputError } from '../core/errors.js';
import { quote } from '../core/text.js';
import type { Target } from '../documents/target.js';
import { canonicalAddress } from '../net/address/address.js';

/** RFC 1035 section 2.3.4: 63 octets a label, 255 a name on the wire, which is 253 characters in text. */
const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;

/**
 * A host as a URL or a person writes it, in the one form the rest of pprobe uses: an address in canonical form without
 * brackets, or an ASCII name (IDNA) in lower case. A final dot is dropped: neither SNI (RFC 6066 section 3) nor the
 * names in a certificate carry it.
 *
 * @throws InvalidInputError naming `argument`, when it is neither.
 */
export function checkHost(host: string, argument: string): string {
  if (isIPv6(host)) {
    if (host.includes('%')) {
      throw new InvalidInputError(
        argument,
        `${argument}: ${quote(host)} has a zone; give the address without %, and --source to choose the interface`,
      );
    }
    return canonicalAddress(host);
  }
  const name = asciiName(host, argument);
  if (isIPv4(name)) return name;
  const labels = name.split('.');
  // `10.1` and `0x7f.1` are addresses to inet_aton and names to nobody: 443 alone would silently mean 0.0.1.187.
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) {
    throw new InvalidInputError(
      argument,
      `${argument}: ${quote(host)} is not an IPv4 address: four numbers from 0 to 255 are needed, like 10.0.1.5`,
    );
  }
  return name;
}

function asciiName(host: string, argument: string): string {
  const wrong = (what: string) => new InvalidInputError(argument, `${argument}: ${quote(host)} ${what}`);
  // A long label makes domainToASCII answer '' without a reason, so plain ASCII is measured before.
  const ascii = /^[\x21-\x7e]+$/.test(host) ? host.toLowerCase() : domainToASCII(host);
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  if (name === '') throw wrong('is not a host name: give a name like api.example.com or an address');
  if (name.length > LONGEST_NAME)
    throw wrong(`has ${name.length} characters; a name has at most ${LONGEST_NAME}`);
  for (const label of name.split('.')) {
    if (label === '') throw wrong('has an empty label: two dots stand together, or a dot stands first');
    if (label.length > LONGEST_LABEL) {
      throw wrong(`has a label of ${label.length} characters; a label has at most ${LONGEST_LABEL}`);
    }
    if (!/^[a-z0-9_-]+$/.test(label))
      throw wrong('is not a host name: only letters, digits, - and _ stand between dots');
  }
  return name;
}

/** A host as it stands in a URL or before a port: IPv6 in brackets (RFC 3986 section 3.2.2). */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** `host:port`, IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
  return `${bracketed(host)}:${port}`;
}

/** The path of the URL to ask, `/` where there is none. Never throws: a target may come from a report someone edited. */
export function pathOf({ url }: Pick<Target, 'url'>): string {
  return url !== null && URL.canParse(url) ? new URL(url).pathname : '/';
}
