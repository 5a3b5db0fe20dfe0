import { createHash } from 'node:crypto';
import { isPlainObject, refused } from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { list, quoted } from '../../core/text.js';
import { type AllowList, readAllowList } from '../../target/allow-list.js';
import { idPattern } from '../job.js';
import { type FleetKey, readPublicKey } from '../signature.js';

/** How much an agent does for others. */
export interface AgentLimits {
  /** For each key. */
  jobsPerMinute: number;
  /** Jobs under way at the same time. */
  atOnce: number;
  /** Different addresses that one job sends packets to. */
  addresses: number;
  /** The last TTL of a trace. */
  hops: number;
  /** SYNs and DNS queries of all jobs together. What exceeds it waits. */
  packetsPerSecond: number;
  /** The longest time that one job takes. */
  jobMs: number;
}

/** The file agent.json, checked. */
export interface AgentConfig {
  /** Whose jobs are run. */
  keys: readonly FleetKey[];
  allow: AllowList;
  /** Tells agents with the same `allow`: the first 16 hexadecimal digits of its SHA-256. */
  allowHash: string;
  groups: readonly string[];
  /** Where results wait that are not delivered, and the ids of jobs seen. */
  stateDir: string;
  /** The longest random wait before the first connection and before a reconnection, milliseconds. */
  connectSpreadMs: number;
  /** Mask every report. */
  redact: boolean;
  limits: AgentLimits;
}

const limitBounds: Readonly<Record<keyof AgentLimits, { default: number; max: number }>> = {
  jobsPerMinute: { default: 6, max: 6000 },
  atOnce: { default: 2, max: 64 },
  addresses: { default: 16, max: 1000 },
  hops: { default: 30, max: 255 },
  packetsPerSecond: { default: 200, max: 100_000 },
  jobMs: { default: 60_000, max: 600_000 },
};

const members = ['keys', 'allow', 'groups', 'stateDir', 'connectSpreadMs', 'redact', 'limits'];

const mostKeys = 16;
const mostGroups = 64;

/**
 * Reads agent.json. Without `keys` no signature is right, and without `allow` no target.
 *
 * @throws InvalidInputError that names the member
 */
export function readAgentConfig(text: string): AgentConfig {
  const value = parsed(text);
  if (!isPlainObject(value)) throw refused('config', value, 'an object', 'give the object of agent.json');
  const keys = value.keys ?? [];
  const groups = value.groups ?? [];
  refuseUnknown(value, members, '');
  if (!Array.isArray(keys) || keys.length > mostKeys)
    throw refused('keys', keys, `a list of at most ${mostKeys} public keys`, 'give PEM texts');
  if (!Array.isArray(groups) || groups.length > mostGroups)
    throw refused('groups', groups, `a list of at most ${mostGroups} names`, 'give names like "core"');
  return {
    keys: keys.map((pem: unknown, index) => readPublicKey(pem, `keys[${index}]`)),
    allow: readAllowList(value.allow),
    allowHash: createHash('sha256')
      .update(JSON.stringify(value.allow ?? []))
      .digest('hex')
      .slice(0, 16),
    groups: groups.map((name: unknown, index) => groupName(name, `groups[${index}]`)),
    stateDir: directory(value.stateDir ?? '/var/lib/pprobe'),
    connectSpreadMs: whole('connectSpreadMs', value.connectSpreadMs, 10_000, 0, 600_000),
    redact: yesNo(value.redact ?? false),
    limits: readLimits(value.limits ?? {}),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const isPem = text.includes('-----BEGIN ') && /control character/.test(why);
    const hint = isPem
      ? '; a text in JSON has no line breaks: write \\n for each, or only the line between BEGIN and END'
      : '';
    throw new InvalidInputError('config', `config: not JSON: ${why}${hint}`, { cause });
  }
}

function refuseUnknown(value: object, known: readonly string[], prefix: string): void {
  const stranger = Object.keys(value).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const meant = nearest(stranger, known);
  const hint = meant === undefined ? `give ${list(known, 10)}` : `did you mean "${meant}"?`;
  throw new InvalidInputError(
    `${prefix}${stranger}`,
    `config: there is no member ${quoted(prefix + stranger)}; ${hint}`,
  );
}

function groupName(name: unknown, argument: string): string {
  if (typeof name === 'string' && idPattern.test(name)) return name;
  throw refused(argument, name, 'a group', 'give 1 to 64 letters, digits, - and _');
}

function directory(value: unknown): string {
  if (typeof value === 'string' && value.startsWith('/') && !value.includes('\0')) return value;
  throw refused('stateDir', value, 'an absolute path', 'give a directory like /var/lib/pprobe');
}

function yesNo(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw refused('redact', value, 'a boolean', 'give true or false');
}

function readLimits(value: unknown): AgentLimits {
  if (!isPlainObject(value)) throw refused('limits', value, 'an object', 'give {"jobsPerMinute": 6}');
  refuseUnknown(value, Object.keys(limitBounds), 'limits.');
  const limit = (name: keyof AgentLimits): number =>
    whole(`limits.${name}`, value[name], limitBounds[name].default, 1, limitBounds[name].max);
  return {
    jobsPerMinute: limit('jobsPerMinute'),
    atOnce: limit('atOnce'),
    addresses: limit('addresses'),
    hops: limit('hops'),
    packetsPerSecond: limit('packetsPerSecond'),
    jobMs: limit('jobMs'),
  };
}

function whole(argument: string, value: unknown, byDefault: number, min: number, max: number): number {
  if (value === undefined) return byDefault;
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw refused(argument, value, 'a number in range', `give a whole number from ${min} to ${max}`);
}
