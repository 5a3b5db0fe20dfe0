import { type Check, checkString, invalidText } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { list } from '../core/text.js';
import { canonicalAddress, familyOf, withoutZone, zoneOf } from '../net/address/address.js';
import { parseOctets } from '../net/address/octets.js';
import { isBroadcast, parseRange } from '../net/address/range.js';
import { type AddressScope, scopeOf } from '../net/address/scope.js';
import { localInterfaces } from '../net/libc/interfaces.js';
import { checkName } from './dns-name.js';
import { checkNumberForm } from './number-form.js';
import { refusePasted } from './pasted.js';

/**
 * Reads a host, as every command and the library take it, into the one form the rest of pprobe uses: an address in
 * canonical form without brackets, or an ASCII name (IDNA) in lower case, with its final dot if it has one.
 *
 * An address is an IPv4 address of four decimal numbers, or an IPv6 address with or without brackets. A link-local IPv6
 * address has a zone (RFC 4007), and no other address has one. Broadcast and multicast addresses are refused: TCP does not
 * connect to them (RFC 1122 section 4.2.3.10). checkSendable checks the zone and
 * the broadcast addresses of this host's networks.
 *
 * @throws InvalidInputError naming `argument`
 */
export function checkHost(text: unknown, argument = 'host'): string {
  checkString(argument, text, 'give a host name or an IP address');
  const address = readAddress(text, argument);
  if (address !== null) return address;
  refusePasted(text, argument);
  refuseUrl(text, argument);
  if (text === '') throw invalidText(argument, text, 'is empty; give a host name or an IP address');
  const name = checkName(text, argument).toLowerCase();
  // A wildcard, the root and the slash of RFC 2317 are names in DNS, but not hosts.
  if (!/^[a-z0-9_.-]+$/.test(name) || name === '.')
    throw invalidText(
      argument,
      text,
      'is not a host name; only letters, digits, - and _ are allowed between its dots',
    );
  return name;
}

/**
 * Reads an IP address, by the same rules as checkHost.
 *
 * @throws InvalidInputError naming `argument`; for a text that is not an address it says `right`
 */
export function checkHostAddress(text: unknown, argument: string, right: string): string {
  checkString(argument, text, right);
  const address = readAddress(text, argument);
  if (address === null) throw invalidText(argument, text, `is not an IP address; ${right}`);
  return address;
}

const rightSource = "give one of this host's own, as `ip address` lists them";

/** The check of a `source` option: an address to send from. Whether this host has it is checked by bind(2). */
export const sourceAddress: Check = (value, argument) => {
  familyOfSource(value, argument);
};

function familyOfSource(value: unknown, argument: string): 4 | 6 {
  checkString(argument, value, rightSource);
  checkHostAddress(value, argument, rightSource);
  const family = familyOf(value);
  // The address is passed to bind(2) as it is written, so brackets are refused here.
  if (family === null) throw invalidText(argument, value, `is not an IP address; ${rightSource}`);
  return family;
}

/**
 * Returns the family of the address to send from. Whether this host has the address is checked by bind(2):
 * networkInterfaces() does not list all of 127.0.0.0/8, nor the addresses that ip_nonlocal_bind allows.
 *
 * @throws InvalidInputError if `source` is not an address, or if none of `addresses` (if there are any) is of its family
 */
export function checkSource(source: string, addresses: readonly string[]): 4 | 6 {
  const family = familyOfSource(source, 'source');
  checkSendable(source, 'source');
  const [first] = addresses;
  if (first !== undefined && !addresses.some((address) => familyOf(address) === family)) {
    throw new InvalidInputError(
      'source',
      `source: ${source} is IPv${family} and cannot reach ${first}; give an IPv${family === 4 ? 6 : 4} source, or none`,
    );
  }
  return family;
}

/** The canonical address; null for a text that is not an address. Throws InvalidInputError for an address that is refused. */
function readAddress(text: string, argument: string): string | null {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const family = familyOf(bare);
  if (family === null || (family === 4 && bare !== text)) {
    if (bare !== text) throw invalidText(argument, text, 'has no IPv6 address in its brackets');
    checkNumberForm(text, argument);
    return null;
  }
  const address = canonicalAddress(bare);
  checkUnicast(address, text, argument);
  const zone = zoneOf(bare);
  if (isLinkLocal(bare)) {
    if (zone === null)
      throw invalidText(
        argument,
        text,
        `is link-local and means another host on each link; ${zoneAdvice(bare)}`,
      );
  } else if (zone !== null) {
    throw invalidText(
      argument,
      text,
      'has a zone, and only link-local addresses (fe80::/10) have one; leave out the % and what follows it',
    );
  }
  return address;
}

/** Other broadcast addresses than the limited one are known only with the netmask of their network: checkSendable has those of this host. */
function checkUnicast(address: string, text: string, argument: string): void {
  const isBroadcast = address === '255.255.255.255';
  if (!isBroadcast && !/^(?:2(?:2[4-9]|3\d)\.|ff[0-9a-f]{2}:)/.test(address)) return;
  const kind = isBroadcast ? 'the broadcast address' : 'a multicast address';
  throw invalidText(argument, text, `is ${kind}; give the address of one host`);
}

/** Refuses a text with credentials, a scheme or a path around the host. Throws InvalidInputError naming `argument`. */
export function refuseUrl(text: string, argument: string): void {
  // Dropped silently, credentials would make an answer (401) mean something else than the user thinks.
  if (text.includes('@'))
    throw invalidText(
      argument,
      text,
      'carried credentials; pprobe sends none and keeps none: leave out what is before the @',
    );
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw invalidText(argument, text, `is a URL; write only the host name in it${authorityOf(text)}`);
  if (/[/\\?#]/.test(text))
    throw invalidText(argument, text, `has a path in it; write only the host name${authorityOf(text)}`);
}

/** `: api.example.com:8443` for a message; empty for a text without a host. */
function authorityOf(text: string): string {
  const authority = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/[/\\?#].*$/s, '');
  return /^[\w.:[\]-]+$/.test(authority) ? `: ${authority}` : '';
}

/** Every spelling of an address in fe80::/10 (RFC 4291 section 2.4) begins like this. */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}

/** An interface that a zone can name, by its name or its index. */
interface LinkLocalInterface {
  name: string;
  index: number;
}

function linkLocalInterfaces(): LinkLocalInterface[] {
  return Object.entries(localInterfaces()).flatMap(([name, addresses = []]) => {
    const own = addresses.find((each) => each.family === 'IPv6' && isLinkLocal(each.address));
    return own?.family === 'IPv6' ? [{ name, index: own.scopeid }] : [];
  });
}

function zoneAdvice(address: string): string {
  const names = linkLocalInterfaces().map(({ name }) => name);
  const [first = 'eth0'] = names;
  const here =
    names.length === 0 ? 'this host has none with a link-local address' : `this host has ${list(names)}`;
  return `add the interface, as in ${withoutZone(address)}%${first}; ${here}`;
}

/** The interface of this host whose network has the address as its broadcast address; null for any other address. */
function broadcastInterface(address: string): string | null {
  const octets = parseOctets(address);
  // The last two bits of the broadcast address of a network of /30 or larger are set. Hosts have hundreds of interfaces.
  if (octets === null || octets.length !== 4 || ((octets[3] ?? 0) & 3) !== 3) return null;
  const own = Object.entries(localInterfaces()).find(([, addresses = []]) =>
    addresses.some(({ cidr }) => {
      const network = parseRange(cidr ?? '');
      return network !== null && isBroadcast({ octets, length: 8 * octets.length }, network);
    }),
  );
  return own?.[0] ?? null;
}

/**
 * Checks what only this host knows of a host to send to: the interface that a link-local address names, and the broadcast
 * addresses of its own networks. Other hosts pass.
 *
 * @throws InvalidInputError naming `argument`: the kernel would only say EINVAL or ENETUNREACH
 */
export function checkSendable(host: string, argument = 'host'): void {
  const network = broadcastInterface(host);
  if (network !== null)
    throw invalidText(
      argument,
      host,
      `is the broadcast address of the network of ${network}; give the address of one host`,
    );
  const zone = zoneOf(host);
  if (zone === null || !isLinkLocal(host)) return;
  if (linkLocalInterfaces().some(({ name, index }) => zone === name || zone === String(index))) return;
  throw invalidText(argument, host, `names an interface that this host does not have; ${zoneAdvice(host)}`);
}

/**
 * Who can reach `address`, an IP literal with or without zone: `private`, `public`, …
 *
 * @throws InvalidInputError when the text is not an IP literal.
 */
export function scopeOfAddress(address: string): AddressScope {
  const right = 'write it like 10.0.0.1 or fd00::1';
  checkString('address', address, right);
  if (familyOf(address) === null) throw invalidText('address', address, `is not an IP address; ${right}`);
  return scopeOf(address);
}
