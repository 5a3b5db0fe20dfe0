import { command } from '../../core/shell-command.js';
import { list } from '../../core/text.js';
import { addressSet, endpointAnswer, hostAnswers, type Seen } from '../../documents/observed/dns.js';
import { allWorked } from '../../documents/observed/http.js';
import { addressesOf, addressOutcomes, withStatus } from '../../documents/observed/tcp.js';
import type { Evidence, ObservedDns, Remedy } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { type Judgement, type Rule, rule } from '../finding.js';

/**
 * Something that comes before DNS gives the name other addresses. A fault where the endpoint, or DNS, is known to say
 * otherwise or where they lead out of the VPC; else only the first thing to doubt when nothing opens.
 */
const hostsOverride = rule(
  'dns.hosts-override',
  { needs: ['tcp', 'system', 'origin'] },
  (evidence): Judgement | null => {
    const found = overridden(evidence);
    if (found === null || found.addresses.length === 0) return null;
    const { privateApi } = evidence.target;
    const right = rightAnswer(evidence);
    const known = addressSet(right?.doc.addresses ?? []);
    if (known.length > 0 && known.some((address) => found.addresses.includes(address))) return null;
    const elsewhere = known.length > 0;
    const outside = privateApi !== null && found.addresses.some(isOutside);
    // pprobe goes by the hosts file, as programs do; where the two went the same way and it worked, there is no fault.
    if (found.by === 'hosts-file' && allWorked(evidence)) return null;
    if (found.by === 'getaddrinfo' && allWorked(evidence) && !partsScopes(found.addresses, known))
      return null;
    const opens = withStatus(addressOutcomes(evidence), 'open').length > 0;
    if (!elsewhere && !outside && opens) return null;
    return {
      phase: elsewhere || outside ? 'resolve' : 'connect',
      confidence: elsewhere || outside ? 'high' : 'low',
      summary: summaryOf(evidence, found, known),
      evidence: [
        { observation: found.ref, text: sourceOf(evidence, found) },
        ...(right === null || !elsewhere
          ? []
          : [{ observation: right.ref, text: `${right.doc.question.name} leads to ${list(known)} by DNS` }]),
      ],
      remedies: [remedyOf(evidence, found)],
      check: command('pprobe', 'dns', evidence.target.host, '--system'),
    };
  },
);

/** The endpoint's own name says best where it is, then DNS about the target. */
function rightAnswer(evidence: Evidence): Seen<ObservedDns> | null {
  const answers = [endpointAnswer(evidence), ...hostAnswers(evidence)];
  return answers.find((answer) => answer !== null && answer.doc.addresses.length > 0) ?? null;
}

const PRIVATE: ReadonlySet<string> = new Set(['private', 'unique-local']);

function isOutside(address: string): boolean {
  return familyOf(address) !== null && !PRIVATE.has(scopeOf(address));
}

/** Private here and public there; sets that merely differ are what a rotating answer looks like. */
function partsScopes(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.every(isOutside) !== theirs.every(isOutside);
}

function summaryOf({ target }: Evidence, { by, addresses }: Overridden, known: readonly string[]): string {
  const says = known.length > 0 ? `; DNS says ${list(known, 4)}` : ', without asking DNS';
  return by === 'hosts-file'
    ? `This host takes ${target.host} to be ${list(addresses, 4)} from its hosts file${says}.`
    : `Programs on this host are told that ${target.host} is ${list(addresses, 4)}${says}.`;
}

function sourceOf({ target }: Evidence, { by, addresses, path, lines }: Overridden): string {
  if (by === 'getaddrinfo') return `getaddrinfo gives ${list(addresses)} for ${target.host}`;
  const at = lines.length === 0 ? '' : `, line${lines.length > 1 ? 's' : ''} ${list(lines.map(String))}`;
  return path === null
    ? `${list(addresses)} for ${target.host} came from no resolver`
    : `${path}${at} gives ${list(addresses)} for ${target.host}`;
}

function remedyOf({ target }: Evidence, { by, path }: Overridden): Remedy {
  return by === 'hosts-file'
    ? {
        text: `Remove the line for ${target.host} from the hosts file, or correct it`,
        command: command('grep', '-n', target.host, path ?? '/etc/hosts'),
      }
    : {
        text: `See where it comes from: the hosts line of nsswitch.conf says what is asked before DNS, and a cache (nscd, sssd, systemd-resolved) may be out of date`,
        command: command('getent', '-s', 'dns', 'ahosts', target.host),
      };
}

export const hostsOverrideRules: readonly Rule[] = [hostsOverride];

/** Addresses that did not come from DNS, and what says so. */
interface Overridden {
  addresses: string[];
  ref: string;
  by: 'hosts-file' | 'getaddrinfo';
  /** `/etc/hosts`; null where it is not known which file. */
  path: string | null;
  lines: number[];
}

/**
 * Whether programs on this host are told of other addresses than DNS has: by the hosts file, or by whatever else
 * getaddrinfo(3) asks first. Older reports do not tell the source; there, addresses for a name that no resolver was asked
 * about can only be the hosts file's. null where DNS decides, or where it is not known.
 */
function overridden(evidence: Evidence): Overridden | null {
  const { target, observations } = evidence;
  const { origin, system } = observations;
  if (familyOf(target.host) !== null) return null;
  if (origin?.source === 'hosts-file') {
    return {
      addresses: origin.addresses,
      ref: 'origin',
      by: 'hosts-file',
      path: origin.hostsFile?.path ?? null,
      lines: origin.hostsFile?.lines ?? [],
    };
  }
  const told = hostAnswers(evidence)[0]?.doc.addresses.map(({ address }) => address);
  if (system !== undefined && system.addresses.length > 0 && told !== undefined) {
    return system.addresses.some((address) => told.includes(address))
      ? null
      : { addresses: system.addresses, ref: 'system', by: 'getaddrinfo', path: null, lines: [] };
  }
  const [first] = addressOutcomes(evidence);
  if (origin !== undefined || first === undefined || told !== undefined) return null;
  return {
    addresses: addressesOf(addressOutcomes(evidence)),
    ref: first.ref,
    by: 'hosts-file',
    path: null,
    lines: [],
  };
}
