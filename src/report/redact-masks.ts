import { canonicalAddress } from '../address/canonical.js';
import { familyOf } from '../address/family.js';
import { SUFFIXES } from '../diagnose/private-api/partitions.js';
import { isEverywhere, maskedAddress, subnetOf } from './redact-address.js';

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

  /** An API id keeps the length that all of them have. */
  api(id: string): string {
    return this.#mask(`label ${id}`, 'api', (n) => `api${String(n).padStart(7, '0')}`);
  }

  /** Any other word: `name-1`. */
  word(word: string): string {
    return this.#mask(`label ${word}`, 'name', (n) => `name-${n}`);
  }

  /**
   * A domain name label by label, so that a name under another, and a wildcard, still are. Services, Regions and
   * domains of AWS stay; other names end in `.example` (RFC 2606).
   */
  host(name: string): string {
    const lower = name.toLowerCase().replace(/\.$/, '');
    const suffix = SUFFIXES_KEPT.find((each) => lower === each || lower.endsWith(`.${each}`));
    if (suffix === lower || lower === 'localhost') return lower;
    if (suffix === undefined) {
      const labels = lower.split('.');
      if (labels.length === 1) return this.#label(lower);
      return (
        [...labels.slice(0, -2), labels.slice(-2).join('.')].map((label) => this.#label(label)).join('.') +
        '.example'
      );
    }
    const labels = lower.slice(0, -suffix.length - 1).split('.');
    return `${labels.map((label, index) => this.#awsLabel(label, labels[index + 1])).join('.')}.${suffix}`;
  }

  #label(label: string): string {
    return label === '*' ? label : this.word(label);
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
    return next === 'execute-api' ? this.api(label) : this.word(label);
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
