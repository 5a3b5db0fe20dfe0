import { shellLine } from '../../core/shell-line.js';
import { excerpt, list } from '../../core/text.js';
import { hostAnswers, isInHosts, resolverOf } from '../../documents/observed/dns.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { places, short } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';
import { removeHostsLine } from '../remedies/name-service.js';
import { filterReason } from './failed-lookup.js';

/**
 * The name gives 0.0.0.0 or ::, the answer of a filter, or the resolver says that a filter removed the name. A connection to it arrives at this host itself (RFC 1122 section
 * 3.2.1.3), so that a service here can answer in place of the target.
 */
const blocked = rule(
  'dns.blocked',
  { needs: ['dns', 'origin'] },
  (evidence): Judgement | null => byHostsFile(evidence) ?? byResolver(evidence),
);

function byResolver(evidence: Evidence): Judgement | null {
  const answer = hostAnswers(evidence)[0];
  if (answer === undefined || isInHosts(evidence)) return null;
  const { doc, ref } = answer;
  const addresses = doc.addresses.map(({ address }) => address).filter(isUnspecified);
  const reason = filterReason(doc);
  const isRemoved = addresses.length === 0 && doc.addresses.length === 0 && reason !== null;
  if (addresses.length === 0 && (!isRemoved || addressOutcomes(evidence).length > 0)) return null;
  const { host } = evidence.target;
  const gives = isRemoved ? `replies ${doc.rcode ?? doc.status}` : `gives ${places(addresses)}`;
  const shown = isRemoved ? `replies ${doc.rcode ?? doc.status}` : `gives ${list([...new Set(addresses)])}`;
  return {
    phase: 'resolve',
    // Of several addresses programs can use another one.
    confidence: addresses.length < doc.addresses.length ? 'medium' : reason === null ? 'high' : 'certain',
    summary: `A filter blocks ${short(host, 'the name')}: ${resolverOf(doc)} ${gives} for it.`,
    evidence: [
      { observation: ref, text: `${resolverOf(doc)} ${shown} for ${host}` },
      ...(reason === null
        ? []
        : [
            {
              observation: ref,
              text: `the resolver adds the extended error ${reason.code}, ${excerpt(reason.text)}`,
            },
          ]),
    ],
    remedies: [
      {
        text: `Allow ${host} in the filter of ${resolverOf(doc)} (Route 53 Resolver DNS Firewall, AdGuard Home, Pi-hole, Umbrella)${isRemoved ? ', or use the resolver intended for this host' : ', or correct the record if it is your own'}`,
      },
    ],
    claims: isRemoved
      ? [{ says: 'unknown-to-programs' }, { says: 'known-nowhere' }, { says: 'dns-decides' }]
      : [{ says: 'dns-decides' }],
    check: `another resolver gives another answer: ${shellLine(pprobeAgain(evidence.target, { command: 'dns', name: host, server: '169.254.169.253' }))}`,
  };
}

function byHostsFile(evidence: Evidence): Judgement | null {
  const { origin } = evidence.observations;
  const addresses = origin?.source === 'hosts-file' ? origin.addresses.filter(isUnspecified) : [];
  if (origin === undefined || addresses.length === 0) return null;
  const { host } = evidence.target;
  const path = origin.hostsFile?.path ?? null;
  return {
    phase: 'resolve',
    confidence: addresses.length < origin.addresses.length ? 'medium' : 'certain',
    summary: `The hosts file of this host blocks ${short(host, 'the name')}: it gives ${places(addresses)}.`,
    evidence: [
      { observation: 'origin', text: `${path ?? 'the hosts file'} gives ${list(addresses)} for ${host}` },
    ],
    remedies: [removeHostsLine(host, path)],
    claims: [{ says: 'dns-passed-over' }],
    check: shellLine(pprobeAgain(evidence.target, { command: 'dns', name: host, options: ['--system'] })),
  };
}

function isUnspecified(address: string): boolean {
  return familyOf(address) !== null && scopeOf(address) === 'unspecified';
}

export const dnsBlockedRules: readonly Rule[] = [blocked];
