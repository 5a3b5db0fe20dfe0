import { inspectorIn } from '../../documents/observed/tls.js';
import { canonicalAddress, familyOf } from '../../net/address/address.js';
import { type AddressScope, scopeOf, vpcResolverIPv4, vpcResolverIPv6 } from '../../net/address/scope.js';
import { addressToBytes } from '../../net/packet/address-bytes.js';
import { isServiceLabel } from '../../target/private-api/check-api-name.js';
import { SUFFIXES } from '../../target/private-api/partitions.js';
import type { MaskSeed } from './seeded.js';

/** The number of masks that are tried for a value: more than a block has addresses. */
const MOST_TRIES = 70_000;

/** Numbers that are given by a seed: of a host in its subnet, of a subnet, and of everything else. */
const hostNumbers = 250;
const subnetNumbers = { 4: 255, 6: 65_535 } as const;
const otherNumbers = 2 ** 31;

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}[a-z]?$|^[a-z]{2,4}\d-az\d{1,2}$/;

/** Labels of AWS's own names, which are kept. */
const SERVICES = new Set([
  'execute-api',
  'vpce',
  'vpce-svc',
  'compute',
  'compute-1',
  'elb',
  'ec2',
  's3',
  '*',
]);

const SUFFIXES_KEPT: readonly string[] = [
  ...SUFFIXES,
  'compute.internal',
  'ec2.internal',
  'cloudfront.net',
  'on.aws',
];

/** The source of a pattern for ids of AWS resources: a kind, and 8 or 17 hexadecimal digits. */
export const RESOURCE_ID =
  '((?:vpce-svc|vpce|vpc|subnet|sgr|sg|eni|eipalloc|rtb|acl|igw|eigw|vgw|lgw|cagw|nat|tgw-attach|tgw-rtb|tgw|pl|pcx|dopt|rslvr-in|rslvr-out|rslvr-rr|rslvr-frgassoc|rslvr-frg|rslvr-fdl|lb|i)-)([0-9a-f]{17}|[0-9a-f]{8})';

const RESOURCE = new RegExp(`^${RESOURCE_ID}$`);

/** Whether a name in lower case is under a domain of AWS, which is kept. */
export function isUnderAws(name: string): boolean {
  return SUFFIXES_KEPT.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

/** Whether `text` is the id of an AWS resource. */
export function isResource(text: string): boolean {
  return RESOURCE.test(text);
}

/**
 * The masks of one document. A value always gets the same mask. No mask is a text of the document, because it would look like
 * a value that was not masked.
 */
export class Masks {
  readonly #masks = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #counts = new Map<string, number>();
  readonly #isOriginal: (mask: string) => boolean;
  readonly #seed: MaskSeed | null;

  /**
   * `isOriginal` returns whether the document contains a text. With a seed, a value has the mask that it has in other documents with the
   * same seed, too.
   */
  constructor(isOriginal: (mask: string) => boolean, seed: MaskSeed | null = null) {
    this.#isOriginal = isOriginal;
    this.#seed = seed;
  }

  /** The mask of an address in any spelling, with or without a zone. */
  address(address: string): string {
    if (isEverywhere(address)) return address;
    const plain = canonicalAddress(address);
    const octets = addressToBytes(plain);
    if (this.#seed?.privateAddress(octets, 1) != null)
      return this.#mask(`address ${plain}`, 'try', (n) => this.#seed?.privateAddress(octets, n) ?? plain);
    const subnet = this.#number('subnet', subnetOf(plain));
    return this.#mask(`address ${plain}`, `host ${subnet}`, (n) => maskedAddress(plain, subnet, n));
  }

  /** The mask of an account id: twelve digits, or `********9012` if AWS has hidden the first eight. */
  account(account: string): string {
    const hidden = account.startsWith('*');
    const mask = this.#mask(`account ${account}`, 'account', (n) => String(n).padStart(12, '0'));
    return hidden ? `********${mask.slice(-4)}` : mask;
  }

  /** The mask of a resource id, which keeps its kind: `vpce-…`, `sg-…`. */
  resource(id: string): string {
    const [, kind = '', digits = ''] = RESOURCE.exec(id) ?? [];
    return this.#mask(
      `id ${id}`,
      `id ${kind}`,
      (n) => `${kind}${n.toString(16).padStart(digits.length, '0')}`,
    );
  }

  /** The mask of an API id. It keeps the length and any character that an API id must not have, because these can be the fault. */
  api(id: string): string {
    return this.#mask(`label ${id}`, 'api', (n) => {
      const mask = `api${String(n).padStart(id.length - 3, '0')}`.slice(-id.length);
      return [...mask].map((each, index) => (/[a-z0-9]/.test(id[index] ?? '') ? each : id[index])).join('');
    });
  }

  /** The mask of any other word: `name-1`. The name of a product that inspects TLS is kept, because the verdict depends on it. */
  word(word: string): string {
    const product = /\s|=/.test(word) ? inspectorIn(word) : null;
    const rest = product === null ? '' : ` (${product})`;
    return this.#mask(`label ${word}`, 'name', (n) => `name-${n}${rest}`);
  }

  /**
   * The mask of a domain name, label by label, so that a name under another one, a name with a search domain and a wildcard are
   * still recognizable. Services, Regions and domains of AWS are kept.
   */
  host(name: string): string {
    const lower = name.toLowerCase().replace(/\.$/, '');
    const suffix = SUFFIXES_KEPT.find((each) => lower === each || lower.endsWith(`.${each}`));
    if (suffix === lower || lower === 'localhost') return lower;
    if (suffix === undefined) return this.#foreign(lower.split('.')).join('.');
    return `${this.#aws(lower.slice(0, -suffix.length - 1).split('.')).join('.')}.${suffix}`;
  }

  /** Labels of a name of AWS. Those after the service are a Region, misspelled or not, and are kept. */
  #aws(labels: readonly string[]): string[] {
    const service = labels.findIndex(isServiceLabel);
    return labels.map((label, index) =>
      service >= 0 && index >= service ? label : this.#awsLabel(label, labels[index + 1]),
    );
  }

  /** Labels of any other name. A misspelled name of AWS keeps the labels with the fault: `execute-api.amazonaws.org`. */
  #foreign(labels: readonly string[]): string[] {
    const service = labels.findIndex(isServiceLabel);
    const after = service + 1;
    const hasDomain = labels.some((label, index) => index >= after && label.startsWith('amazonaws'));
    if (service >= 0 && hasDomain) return this.#aws(labels);
    const isAws = service >= 0 && REGION.test(labels[after] ?? '');
    const kept = isAws ? this.#aws(labels.slice(0, after + 1)) : [];
    // The rules read the domain of multicast DNS (RFC 6762).
    const isKept = (label: string, index: number) =>
      label === '*' || (label === 'local' && index === labels.length - 1);
    return [
      ...kept,
      ...labels
        .slice(kept.length)
        .map((label, index) => (isKept(label, kept.length + index) ? label : this.word(label))),
    ];
  }

  /** One label; `next` is the label to the right of it. The label before `execute-api` is an API id. */
  #awsLabel(label: string, next: string | undefined): string {
    if (SERVICES.has(label) || REGION.test(label)) return label;
    const endpoint =
      /^(?:(?<api>[a-z0-9]+)-)?(?<id>vpce-(?:[0-9a-f]{17}|[0-9a-f]{8}))(?:-(?<tail>[a-z0-9]+))?(?:-(?<zone>.+))?$/.exec(
        label,
      );
    const { api, id, tail, zone } = endpoint?.groups ?? {};
    if (id !== undefined) {
      const parts = [
        api === undefined ? null : this.api(api),
        this.resource(id),
        tail === undefined
          ? null
          : this.#mask(`tail ${tail}`, 'tail', (n) => `masked${String(n).padStart(2, '0')}`),
        zone === undefined ? null : REGION.test(zone) ? zone : this.word(zone),
      ];
      return parts.filter((part) => part !== null).join('-');
    }
    return next !== undefined && isServiceLabel(next) ? this.api(label) : this.word(label);
  }

  #mask(key: string, kind: string, make: (n: number) => string): string {
    const known = this.#masks.get(key);
    if (known !== undefined) return known;
    const first = this.#first(key, kind);
    let mask = make(first ?? this.#next(kind));
    for (let tries = 1; tries <= MOST_TRIES && this.#isTaken(mask); tries++)
      mask = make(first === null ? this.#next(kind) : first + tries);
    this.#used.add(mask);
    this.#masks.set(key, mask);
    return mask;
  }

  /** The first number to try for a value; null where values are numbered in the order of their appearance. */
  #first(key: string, kind: string): number | null {
    if (this.#seed === null) return null;
    if (kind === 'try') return 1;
    return this.#seed.number(key, kind.startsWith('host ') ? hostNumbers : otherNumbers);
  }

  #isTaken(mask: string): boolean {
    return this.#used.has(mask) || this.#isOriginal(mask) || (familyOf(mask) !== null && isEverywhere(mask));
  }

  /** The number of `value` among those of its kind, from 1. */
  #number(kind: string, value: string): number {
    if (this.#seed !== null)
      return this.#seed.number(`${kind} ${value}`, subnetNumbers[value.length > 6 ? 6 : 4]);
    const key = `${kind} ${value}`;
    const known = this.#counts.get(key) ?? this.#next(kind);
    this.#counts.set(key, known);
    return known;
  }

  #next(kind: string): number {
    const n = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, n);
    return n;
  }
}

/**
 * The blocks of masks by scope. A mask has the scope of its address, so that a masked report has the verdict of the original.
 * Masks of public addresses are in the blocks for benchmarks (RFC 2544, RFC 5180), those of multicast addresses in the block
 * of RFC 5771 section 9.2.
 */
const IPV4: Readonly<Partial<Record<AddressScope, readonly string[]>>> = {
  public: ['198.18', '198.19'],
  private: ['10.200', '10.201'],
  shared: ['100.127', '100.126'],
  'link-local': ['169.254'],
  documentation: ['203.0.113', '198.51.100', '192.0.2'],
  multicast: ['233.252'],
};

const IPV6: Readonly<Partial<Record<AddressScope, string>>> = {
  public: '2001:2:0',
  'unique-local': 'fdff:0:0',
  'link-local': 'fe80:0:0',
  documentation: '2001:db8:ffff',
  multicast: 'ff3e:0:0',
};

/** Whether an address is the same on every host, so that it identifies none: loopback, and the fixed addresses of the VPC resolver. */
function isEverywhere(address: string): boolean {
  const plain = canonicalAddress(address);
  const scope = scopeOf(plain);
  const own = plain === vpcResolverIPv4 || plain === vpcResolverIPv6;
  return own || scope === 'loopback' || scope === 'unspecified';
}

/**
 * The `n`th candidate for the mask of `address`, from 1, in canonical form. It has the family and the scope of the address, and is
 * in the `subnet`th masked subnet while that has room. A zone, which is the name of an interface, is replaced.
 */
function maskedAddress(address: string, subnet: number, n: number): string {
  const plain = canonicalAddress(address);
  const scope = scopeOf(plain);
  if (familyOf(plain) === 4) return maskedIPv4(scope, subnet, n);
  const block = IPV6[scope];
  // An IPv6 address that embeds an IPv4 address (RFC 6052) has the scope of that address.
  if (block === undefined) return canonicalAddress(`64:ff9b::${maskedIPv4(scope, subnet, n)}`);
  const mask = canonicalAddress(`${block}:${subnet.toString(16)}::${n.toString(16)}`);
  return plain.includes('%') ? `${mask}%if` : mask;
}

function maskedIPv4(scope: AddressScope, subnet: number, n: number): string {
  const blocks = IPV4[scope] ?? [];
  const more = Math.floor(n / 256);
  const third = (subnet + more) % 256;
  const block = blocks[more % blocks.length] ?? '198.18';
  return block.split('.').length === 3 ? `${block}.${n % 256}` : `${block}.${third}.${n % 256}`;
}

/** The prefix of the subnet of an address, in hexadecimal digits: /24, the size of most VPC subnets, and /64. */
function subnetOf(address: string): string {
  const octets = Buffer.from(addressToBytes(canonicalAddress(address)));
  return octets.toString('hex', 0, octets.length === 4 ? 3 : 8);
}
