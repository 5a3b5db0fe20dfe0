import { shellLine } from '../../core/shell-line.js';
import { list } from '../../core/text.js';
import { addressSet, endpointAnswer, hostAnswers, type Seen } from '../../documents/observed/dns.js';
import { allWorked } from '../../documents/observed/http.js';
import { addressOutcomes, withStatus } from '../../documents/observed/tcp.js';
import { hasProvenName } from '../../documents/observed/tls.js';
import type { Evidence, ObservedDns } from '../../documents/report.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { places, short } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';
import { findNameSource, isOutside, isPinned, repairHostsLine } from '../remedies/name-service.js';

/**
 * The name gets its addresses from a source that is asked before DNS. It is a fault where the endpoint's name or DNS gives
 * other addresses, or where they are outside the VPC; otherwise it is reported only when nothing opens.
 */
const hostsOverride = rule(
  'dns.hosts-override',
  { needs: ['tcp', 'system', 'origin'] },
  (evidence): Judgement | null => {
    const found = overridden(evidence);
    if (found === null || found.addresses.length === 0) return null;
    // The hosts file is where this name belongs (RFC 6761 section 6.3).
    if (/^(?:.+\.)?localhost$/i.test(evidence.target.host)) return null;
    const { privateApi } = evidence.target;
    const right = rightAnswer(evidence);
    const known = addressSet(right?.doc.addresses ?? []);
    if (known.length > 0 && known.some((address) => found.addresses.includes(address))) return null;
    const outside = privateApi !== null && found.addresses.some(isOutside);
    const isListed = found.by === 'hosts-file';
    const isMeant =
      isListed &&
      right?.doc.asked?.purpose !== 'endpoint' &&
      isPinned(evidence.target, found.addresses, known);
    const elsewhere = known.length > 0 && !isMeant;
    // pprobe uses the hosts file as programs do: where that worked, there is no fault.
    if (isListed && allWorked(evidence)) return null;
    if (!isListed && allWorked(evidence) && !differsInScope(found.addresses, known)) return null;
    const opens = withStatus(addressOutcomes(evidence), 'open').length > 0;
    if (!elsewhere && !outside && opens) return null;
    const isProven = isListed && opens && hasProvenName(evidence);
    return {
      phase: isProven ? 'done' : elsewhere || outside ? 'resolve' : 'connect',
      confidence: isProven ? 'medium' : elsewhere || outside ? 'high' : 'low',
      summary: summaryOf(evidence, found, known),
      evidence: [
        { observation: found.ref, text: sourceOf(evidence, found) },
        ...(right === null || !elsewhere
          ? []
          : [{ observation: right.ref, text: `in DNS, ${right.doc.question.name} has ${list(known)}` }]),
      ],
      remedies:
        found.by === 'hosts-file'
          ? repairHostsLine(evidence.target, found.addresses, known, found.path)
          : [findNameSource(evidence.target.host)],
      claims: [{ says: 'dns-passed-over' }],
      check: shellLine(
        pprobeAgain(evidence.target, {
          command: 'dns',
          name: evidence.target.host,
          options: ['--system'],
        }),
      ),
    };
  },
);

/** The answer for the endpoint's own name, or else DNS about the target. */
function rightAnswer(evidence: Evidence): Seen<ObservedDns> | null {
  const answers = [endpointAnswer(evidence), ...hostAnswers(evidence)];
  return answers.find((answer) => answer !== null && answer.doc.addresses.length > 0) ?? null;
}

/** One set is private and the other public. Sets that only differ can be a rotating answer. */
function differsInScope(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.every(isOutside) !== theirs.every(isOutside);
}

function summaryOf({ target }: Evidence, { by, addresses }: Overridden, known: readonly string[]): string {
  const name = short(target.host, 'the name');
  const says = known.length > 0 ? ', and DNS gives others' : ', without a DNS lookup';
  return by === 'hosts-file'
    ? `The hosts file of this host gives ${places(addresses)} for ${name}${says}.`
    : `Programs on this host resolve ${name} to ${places(addresses)}${says}.`;
}

function sourceOf({ target }: Evidence, { by, addresses, path, lines }: Overridden): string {
  if (by === 'getaddrinfo') return `getaddrinfo gives ${list(addresses)} for ${target.host}`;
  const at = lines.length === 0 ? '' : `, line${lines.length > 1 ? 's' : ''} ${list(lines.map(String))}`;
  return path === null
    ? `${list(addresses)} for ${target.host} did not come from a resolver`
    : `${path}${at} gives ${list(addresses)} for ${target.host}`;
}

export const hostsOverrideRules: readonly Rule[] = [hostsOverride];

/** Addresses that did not come from DNS, and the observation that shows it. */
interface Overridden {
  addresses: string[];
  ref: string;
  by: 'hosts-file' | 'getaddrinfo';
  /** `/etc/hosts`, or null. */
  path: string | null;
  lines: number[];
}

/**
 * Addresses that programs on this host get from a source other than DNS: the hosts file, or whatever else getaddrinfo(3)
 * asks first. null where DNS decides, or where the source is not known.
 */
function overridden(evidence: Evidence): Overridden | null {
  const { origin, system } = evidence.observations;
  if (origin?.source === 'hosts-file') {
    const { addresses, hostsFile } = origin;
    return {
      addresses,
      ref: 'origin',
      by: 'hosts-file',
      path: hostsFile?.path ?? null,
      lines: hostsFile?.lines ?? [],
    };
  }
  const inDns = hostAnswers(evidence)[0]?.doc.addresses.map(({ address }) => address);
  if (system === undefined || system.addresses.length === 0 || inDns === undefined) return null;
  if (system.addresses.some((address) => inDns.includes(address))) return null;
  return { addresses: system.addresses, ref: 'system', by: 'getaddrinfo', path: null, lines: [] };
}
