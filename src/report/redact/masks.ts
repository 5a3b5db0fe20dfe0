import { inspectorIn } from '../../documents/observed/tls.js';
import { canonicalAddress, familyOf } from '../../net/address/address.js';
import { type AddressScope, scopeOf, vpcResolverIPv4, vpcResolverIPv6 } from '../../net/address/scope.js';
import { addressToBytes } from '../../net/packet/address-bytes.js';
import { isServiceLabel } from '../../target/private-api/check-api-name.js';
import { SUFFIXES } from '../../target/private-api/partitions.js';

/** More than the addresses of a block. */
const MOST_TRIES = 70_000;

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}[a-z]?$|^[a-z]{2,4}\d-az\d{1,2}$/;

/** Labels of AWS's own names; `amazonaws.com` and its sisters are kept as suffixes. */
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

/** Ids of AWS resources, as the source of a pattern: a kind, and 8 or 17 hexadecimal digits. */
export const RESOURCE_ID =
  '((?:vpce-svc|vpce|vpc|subnet|sg|eni|eipalloc|rtb|acl|igw|nat|tgw|pl|pcx|dopt|rslvr-in|rslvr-out|lb|i)-)([0-9a-f]{17}|[0-9a-f]{8})';

const RESOURCE = new RegExp(`^${RESOURCE_ID}$`);

/** Whether a name (lower case) lies under a domain of AWS, which is kept. */
export function isUnderAws(name: string): boolean {
  return SUFFIXES_KEPT.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

/** Whether `text` is the id of an AWS resource. */
export function isResource(text: string): boolean {
  return RESOURCE.test(text);
}

/**
 * The masks of one report. The same value gets the same mask; no mask is one of `originals`, which would then read as if it
 * had survived.
 */
export class Masks {
  readonly #masks = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #counts = new Map<string, number>();
  readonly #isOriginal: (mask: string) => boolean;

  /** `isOriginal` tells whether the report holds such a text anywhere. */
  constructor(isOriginal: (mask: string) => boolean) {
    this.#isOriginal = isOriginal;
  }

  /** A literal in any spelling, with or without zone. */
  address(address: string): string {
    if (isEverywhere(address)) return address;
    const plain = canonicalAddress(address);
    const subnet = this.#number('subnet', subnetOf(plain));
    return this.#mask(`address ${plain}`, `host ${subnet}`, (n) => maskedAddress(plain, subnet, n));
  }

  /** Twelve digits stay twelve; `********9012`, of which AWS hid the first eight, stays hidden. */
  account(account: string): string {
    const hidden = account.startsWith('*');
    const mask = this.#mask(`account ${account}`, 'account', (n) => String(n).padStart(12, '0'));
    return hidden ? `********${mask.slice(-4)}` : mask;
  }

  /** `vpce-0123…`, `sg-…`: the kind stays. */
  resource(id: string): string {
    const [, kind = '', digits = ''] = RESOURCE.exec(id) ?? [];
    return this.#mask(
      `id ${id}`,
      `id ${kind}`,
      (n) => `${kind}${n.toString(16).padStart(digits.length, '0')}`,
    );
  }

  /** An API id keeps its length, which all of them share, and what none of them may have: both can be what is wrong. */
  api(id: string): string {
    return this.#mask(`label ${id}`, 'api', (n) => {
      const mask = `api${String(n).padStart(id.length - 3, '0')}`.slice(-id.length);
      return [...mask].map((each, index) => (/[a-z0-9]/.test(id[index] ?? '') ? each : id[index])).join('');
    });
  }

  /** Any other word: `name-1`. Of an issuer, the product that opens TLS stays: it is what the verdict rests on. */
  word(word: string): string {
    const product = /\s|=/.test(word) ? inspectorIn(word) : null;
    const rest = product === null ? '' : ` (${product})`;
    return this.#mask(`label ${word}`, 'name', (n) => `name-${n}${rest}`);
  }

  /**
   * A domain name label by label, so that a name under another, a name with a search domain behind it, and a wildcard
   * still are. Services, Regions and domains of AWS stay.
   */
  host(name: string): string {
    const lower = name.toLowerCase().replace(/\.$/, '');
    const suffix = SUFFIXES_KEPT.find((each) => lower === each || lower.endsWith(`.${each}`));
    if (suffix === lower || lower === 'localhost') return lower;
    if (suffix === undefined) return this.#foreign(lower.split('.')).join('.');
    return `${this.#aws(lower.slice(0, -suffix.length - 1).split('.')).join('.')}.${suffix}`;
  }

  /** What stands right of the service is a Region and no secret, misspelled or not. */
  #aws(labels: readonly string[]): string[] {
    const service = labels.findIndex(isServiceLabel);
    return labels.map((label, index) =>
      service >= 0 && index >= service ? label : this.#awsLabel(label, labels[index + 1]),
    );
  }

  /** Under no domain of AWS; what means to be a name of AWS keeps what is wrong with it: `execute-api.amazonaws.org`. */
  #foreign(labels: readonly string[]): string[] {
    const service = labels.findIndex(isServiceLabel);
    const after = service + 1;
    const hasDomain = labels.some((label, index) => index >= after && label.startsWith('amazonaws'));
    if (service >= 0 && hasDomain) return this.#aws(labels);
    const isAws = service >= 0 && REGION.test(labels[after] ?? '');
    const kept = isAws ? this.#aws(labels.slice(0, after + 1)) : [];
    return [...kept, ...labels.slice(kept.length).map((label) => (label === '*' ? label : this.word(label)))];
  }

  /** `next` is the label to the right: what stands before `execute-api` is an API. */
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
    let mask = make(this.#next(kind));
    for (let tries = 0; tries < MOST_TRIES && this.#isTaken(mask); tries++) mask = make(this.#next(kind));
    this.#used.add(mask);
    this.#masks.set(key, mask);
    return mask;
  }

  #isTaken(mask: string): boolean {
    return this.#used.has(mask) || this.#isOriginal(mask) || (familyOf(mask) !== null && isEverywhere(mask));
  }

  /** Which one of its kind `value` is, counted from 1. */
  #number(kind: string, value: string): number {
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
 * Where masks lie, by scope, so that a masked report is judged as the original was. Public ones are in the blocks of
 * benchmarks, which nobody uses (RFC 2544, RFC 5180), multicast in that of RFC 5771 section 9.2.
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

/** An address that is the same on every host is no secret: loopback, and the VPC's resolver by its fixed address. */
function isEverywhere(address: string): boolean {
  const plain = canonicalAddress(address);
  const scope = scopeOf(plain);
  const own = plain === vpcResolverIPv4 || plain === vpcResolverIPv6;
  return own || scope === 'loopback' || scope === 'unspecified';
}

/**
 * The `n`th candidate for the mask of `address`, counted from 1: same family and scope, in the `subnet`th masked subnet for
 * as long as that has room. Canonical, with the zone, which names an interface, replaced.
 */
function maskedAddress(address: string, subnet: number, n: number): string {
  const plain = canonicalAddress(address);
  const scope = scopeOf(plain);
  if (familyOf(plain) === 4) return maskedIPv4(scope, subnet, n);
  const block = IPV6[scope];
  // An IPv6 address that carries an IPv4 one (RFC 6052) has the scope of that one.
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

/** What addresses of one subnet have in common: /24, as VPC subnets mostly are, and /64. In hexadecimal digits. */
function subnetOf(address: string): string {
  const octets = Buffer.from(addressToBytes(canonicalAddress(address)));
  return octets.toString('hex', 0, octets.length === 4 ? 3 : 8);
}
