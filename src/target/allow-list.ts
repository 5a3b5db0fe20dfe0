import { isPlainObject, portBound, refused } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import { familyOf, withoutZone } from '../net/address/address.js';
import { deniedKindOf, leadToSameHost } from '../net/address/denied.js';
import { mappedIPv4, parseOctets } from '../net/address/octets.js';
import { inRange, parseRange, type Range } from '../net/address/range.js';
import { withoutFinalDot } from './dns-name.js';
import { checkHost } from './host.js';

/** Whether packets may go to a port of an address, an IP literal. */
export type Permit = (address: string, port: number) => boolean;

/** Places that no rule allows, beside the addresses that are always denied: the broker of an agent. */
export interface DeniedPlaces {
  /** Host names, in lower case. */
  names: readonly string[];
  addresses: readonly string[];
}

/** One entry of `allow`, parsed. A place must match every member that is not null. */
interface AllowRule {
  /** `*`, `*.` and a suffix, or a host name, in lower case without final dot. */
  name: string | null;
  range: Range | null;
  ports: readonly number[] | null;
}

const nowhere: DeniedPlaces = { names: [], addresses: [] };

/** More entries are a mistake: every target is compared with all of them. */
const mostRules = 1000;

/**
 * What a remote caller may have measured. An entry with `name` allows that name and every address that it has; an entry with `cidr`
 * allows addresses, where the target is one; an entry with both allows the name at these addresses only. `*` stands for all names and
 * addresses. Loopback, link-local, multicast, broadcast and metadata addresses are denied whatever the entries say, and so are addresses that contain one.
 * Pure.
 */
export class AllowList {
  readonly #rules: readonly AllowRule[];

  constructor(rules: readonly AllowRule[]) {
    this.#rules = rules;
  }

  /** Without entries nothing is allowed. */
  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /**
   * Before resolution: why `host`, a name or an address, may not be asked on this port; null where it may. Without a port, as for a
   * lookup: why on none.
   */
  refusalOf(host: string, port: number | null, besides: DeniedPlaces = nowhere): string | null {
    const name = plainName(host);
    if (familyOf(host) !== null) {
      const why = denialOf(host, besides);
      if (why !== null) return `${withoutZone(host)} is ${why}`;
      const isCovered = this.#rules.some(
        (rule) => isOfAddresses(rule) && coversPort(rule, port) && coversAddress(rule, host),
      );
      return isCovered ? null : `${placeText(host, port)} is not allowed`;
    }
    if (name === 'localhost' || name.endsWith('.localhost')) return `${name} is this host itself`;
    if (besides.names.includes(name)) return `${name} is the broker`;
    const isAllowed = this.#rules.some((rule) => coversName(rule, name) && coversPort(rule, port));
    return isAllowed ? null : `${placeText(name, port)} is not allowed`;
  }

  /** After resolution: whether a packet for `host` may go to an address. Every address must be asked for, each time that it is resolved. */
  permitFor(host: string, besides: DeniedPlaces = nowhere): Permit {
    const isAddress = familyOf(host) !== null;
    const name = plainName(host);
    return (address, port) => {
      if (denialOf(address, besides) !== null) return false;
      return this.#rules.some(
        (rule) =>
          coversPort(rule, port) &&
          coversAddress(rule, address) &&
          (isAddress ? isOfAddresses(rule) : coversName(rule, name)),
      );
    };
  }
}

function denialOf(address: string, { addresses }: DeniedPlaces): string | null {
  const kind = deniedKindOf(address);
  if (kind !== null) return `always denied: ${kind}`;
  return addresses.some((each) => leadToSameHost(each, address)) ? 'the broker' : null;
}

function placeText(host: string, port: number | null): string {
  return port === null ? host : `${host} port ${port}`;
}

function plainName(host: string): string {
  return withoutFinalDot(host.toLowerCase());
}

/** A name is allowed by an entry that has a name: an entry with addresses alone is for targets that are addresses. */
function coversName({ name: pattern }: AllowRule, name: string): boolean {
  if (pattern === null) return false;
  if (pattern === '*') return true;
  return pattern.startsWith('*.')
    ? name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1
    : name === pattern;
}

/** Whether an entry allows targets that are addresses. */
function isOfAddresses({ name }: AllowRule): boolean {
  return name === null || name === '*';
}

function coversPort({ ports }: AllowRule, port: number | null): boolean {
  return ports === null || port === null || ports.includes(port);
}

function coversAddress({ range }: AllowRule, address: string): boolean {
  if (range === null) return true;
  const octets = parseOctets(withoutZone(address));
  if (octets === null) return false;
  const sent = mappedIPv4(octets) ?? octets;
  return inRange({ octets: sent, length: 8 * sent.length }, range);
}

/**
 * Reads the `allow` of a configuration file: `[{"name": "*.example.com", "ports": [443]}, {"cidr": "10.0.0.0/8"}]`. Left out, it
 * allows nothing.
 *
 * @throws InvalidInputError that names the entry
 */
export function readAllowList(value: unknown, argument = 'allow'): AllowList {
  if (value === undefined || value === null) return new AllowList([]);
  if (!Array.isArray(value))
    throw refused(argument, value, 'a list', 'give a list of {"name" or "cidr", "ports"}');
  if (value.length > mostRules)
    throw new InvalidInputError(argument, `${argument}: ${value.length} entries; give at most ${mostRules}`);
  return new AllowList(value.map((entry, index) => readRule(entry, `${argument}[${index}]`)));
}

const known = ['name', 'cidr', 'ports'];

function readRule(entry: unknown, argument: string): AllowRule {
  if (!isPlainObject(entry)) throw refused(argument, entry, 'an entry', 'give {"name": …, "ports": […]}');
  const stranger = Object.keys(entry).find((key) => !known.includes(key));
  if (stranger !== undefined)
    throw new InvalidInputError(
      argument,
      `${argument}: ${quoted(stranger)} is not known; give ${known.join(', ')}`,
    );
  const { name, cidr, ports } = entry;
  if (name === undefined && cidr === undefined)
    throw new InvalidInputError(argument, `${argument}: allows no place; give "name" or "cidr"`);
  return {
    name: name === undefined ? null : readName(name, `${argument}.name`),
    range: cidr === undefined ? null : readCidr(cidr, `${argument}.cidr`),
    ports: ports === undefined ? null : readPorts(ports, `${argument}.ports`),
  };
}

function readName(value: unknown, argument: string): string {
  const right = 'give a host name, "*." and a suffix, or "*"';
  if (typeof value !== 'string') throw refused(argument, value, 'a name', right);
  if (value === '*') return value;
  const isSuffix = value.startsWith('*.');
  const name = isSuffix ? value.slice(2) : value;
  if (name.includes('*')) throw refused(argument, value, 'a name', right);
  const host = withoutFinalDot(checkHost(name, argument)).toLowerCase();
  if (familyOf(host) !== null)
    throw new InvalidInputError(argument, `${argument}: ${quoted(value)} is an address; give it as "cidr"`);
  return isSuffix ? `*.${host}` : host;
}

function readCidr(value: unknown, argument: string): Range {
  const range = typeof value === 'string' ? parseRange(value) : null;
  if (range === null)
    throw refused(argument, value, 'a block of addresses', 'give it like 10.0.0.0/8 or fd00::/8');
  return range;
}

function readPorts(value: unknown, argument: string): number[] {
  const isPort = (each: unknown): each is number =>
    Number.isInteger(each) && Number(each) >= portBound.min && Number(each) <= portBound.max;
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPort))
    throw refused(argument, value, 'a list of ports', 'give ports from 1 to 65535, like [443, 5432]');
  return value;
}
