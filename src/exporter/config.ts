import {
  boolean,
  checkNumber,
  checkOptions,
  isPlainObject,
  listOf,
  nested,
  type OptionChecks,
  oneOf,
  refused,
  string,
  waitBound,
  within,
} from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import { familyOf } from '../net/address/address.js';
import type { ProbeDefaults } from '../observe/options.js';
import { type AllowList, readAllowList } from '../target/allow-list.js';
import { type HostAndPort, parseControl } from '../target/host-port.js';
import { parseTargetChecks } from '../target/parse-target.js';

/** What the probes of one module measure, as in the configuration. */
export interface ProbeModule {
  /** `diagnose`: DNS, TCP, TLS and HTTP as the target has them; `tcp`: DNS and TCP alone. */
  check: 'diagnose' | 'tcp';
  /** The whole probe ends within this time, with what was measured. */
  timeoutMs: number;
  /** Also trace the path to addresses that do not open. */
  trace: boolean;
  family?: 4 | 6;
  /** The address of this host that probes are sent from. No member of the file. */
  source?: string;
  vpce?: string;
  apiId?: string;
  control?: HostAndPort;
  /** One series for each address. */
  perAddress: boolean;
  /** A probe succeeds with one of these HTTP statuses at every address, and only with them. */
  expectStatus?: readonly number[];
}

/** The configuration of `pprobe serve`. */
export interface ServeConfig {
  modules: ReadonlyMap<string, ProbeModule>;
  /** The targets that may be asked for. */
  allow: AllowList;
  /** Probes at the same time. */
  maxConcurrent: number;
  /** Probes that wait for others to end. */
  maxQueue: number;
}

/** The members of the file. */
interface ConfigFile {
  modules: unknown;
  allow: unknown;
  maxConcurrent: number;
  maxQueue: number;
}

interface ModuleMembers extends Partial<Omit<ProbeModule, 'control' | 'expectStatus' | 'source'>> {
  control?: string;
  expectStatus?: readonly number[];
}

/** The time limit of a probe. */
export const timeoutBound = { ...waitBound(10_000, 120_000), min: 100 };
const statusBound = { noun: 'an HTTP status', unit: null, min: 100, max: 599, default: null } as const;
const concurrentBound = { noun: 'a number of probes', unit: null, min: 1, max: 1000, default: 8 } as const;
const queueBound = { noun: 'a number of probes', unit: null, min: 0, max: 10_000, default: 64 } as const;

const fileChecks: OptionChecks<ConfigFile> = {
  modules: (value, argument) => {
    if (!isPlainObject(value))
      throw refused(argument, value, 'modules', 'give an object: {"NAME": {"check": "diagnose"}}');
  },
  allow: () => {},
  maxConcurrent: within(concurrentBound),
  maxQueue: within(queueBound),
};

const moduleChecks: OptionChecks<ModuleMembers> = {
  check: oneOf('diagnose', 'tcp'),
  timeoutMs: within(timeoutBound),
  trace: boolean,
  family: oneOf(4, 6),
  vpce: parseTargetChecks.vpce,
  apiId: parseTargetChecks.apiId,
  control: string('give HOST:PORT'),
  perAddress: boolean,
  expectStatus: listOf((value, argument) => checkNumber(argument, value, statusBound)),
};

/** The longest text of a configuration file. */
const longestConfig = 1_000_000;
/** More modules are a mistake: each has series of its own in /metrics. */
const mostModules = 100;

/** The module of a request that names none, where the configuration has it or has no other. */
export const defaultModule = 'default';

/**
 * Reads the configuration: JSON with `allow`, and perhaps `modules`, `maxConcurrent` and `maxQueue`. `defaults`: what modules do that
 * do not say it.
 *
 * @throws InvalidInputError that names the member
 */
export function readServeConfig(text: string, defaults: ProbeDefaults = {}): ServeConfig {
  if (text.length > longestConfig)
    throw new InvalidInputError('--config', `--config: more than ${longestConfig} characters`);
  const file = parsed(text);
  checkOptions(fileChecks, file);
  if (file.allow === undefined)
    throw new InvalidInputError(
      'allow',
      'allow: missing; list the targets that may be probed, like [{"cidr": "10.0.0.0/8", "ports": [443]}]',
    );
  return {
    modules: readModules(file.modules ?? { [defaultModule]: {} }, defaults),
    allow: readAllowList(file.allow),
    maxConcurrent: numberOf(file.maxConcurrent, concurrentBound.default),
    maxQueue: numberOf(file.maxQueue, queueBound.default),
  };
}

function parsed(text: string): Record<string | symbol, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError('--config', `--config: not JSON: ${why}`);
  }
  if (isPlainObject(value)) return value;
  throw refused('--config', value, 'a configuration', 'give an object: {"modules": {…}, "allow": […]}');
}

function numberOf(value: unknown, usual: number): number {
  return typeof value === 'number' ? value : usual;
}

function readModules(given: unknown, defaults: ProbeDefaults): ReadonlyMap<string, ProbeModule> {
  const entries = isPlainObject(given) ? Object.entries(given) : [];
  if (entries.length === 0 || entries.length > mostModules)
    throw new InvalidInputError('modules', `modules: ${entries.length} are given; give 1 to ${mostModules}`);
  return new Map(entries.map(([name, members]) => [name, readModule(name, members, defaults)]));
}

function readModule(name: string, members: unknown, defaults: ProbeDefaults): ProbeModule {
  const argument = `modules.${quoted(name)}`;
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name))
    throw new InvalidInputError(argument, `${argument}: give a name of letters, digits, "_", "." and "-"`);
  const check = nested(moduleChecks);
  check(members, argument);
  const { control, timeoutMs, family = defaults.family, ...rest } = isModule(members) ? members : {};
  const { source } = defaults;
  const isOfFamily = source !== undefined && (family === undefined || familyOf(source) === family);
  return {
    check: 'diagnose',
    trace: false,
    perAddress: false,
    ...rest,
    ...(family === undefined ? {} : { family }),
    ...(isOfFamily ? { source } : {}),
    timeoutMs: timeoutMs ?? defaults.timeoutMs ?? timeoutBound.default,
    ...(control === undefined ? {} : { control: parseControl(control, `${argument}.control`) }),
  };
}

/** The members have passed their checks. */
function isModule(members: unknown): members is ModuleMembers {
  return isPlainObject(members);
}
