import { shellLine } from '../../core/shell-line.js';
import { excerpt, list } from '../../core/text.js';
import { hostAnswers, resolverOf } from '../../documents/observed/dns.js';
import type { Evidence } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { places, short } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';
import { removeHostsLine } from '../remedies/name-service.js';

/** Blocked, Censored, Filtered (RFC 8914 sections 4.16 to 4.18). */
const FILTER_CODES: ReadonlySet<number> = new Set([15, 16, 17]);

/**
 * The name gives 0.0.0.0 or ::, the answer of a filter. A connection to it arrives at this host itself (RFC 1122 section
 * 3.2.1.3), so that a service here can answer in place of the target.
 */
const blocked = rule(
  'dns.blocked',
  { needs: ['dns', 'origin'] },
  (evidence): Judgement | null => byHostsFile(evidence) ?? byResolver(evidence),
);

function byResolver(evidence: Evidence): Judgement | null {
  const answer = hostAnswers(evidence)[0];
  const addresses = answer?.doc.addresses.map(({ address }) => address).filter(isUnspecified) ?? [];
  if (answer === undefined || addresses.length === 0) return null;
  const { host } = evidence.target;
  const reason = answer.doc.extendedErrors.find(({ code }) => FILTER_CODES.has(code));
  const shown = list([...new Set(addresses)]);
  return {
    phase: 'resolve',
    confidence: reason === undefined ? 'high' : 'certain',
    summary: `A filter blocks ${short(host, 'the name')}: ${resolverOf(answer.doc)} gives ${places(addresses)} for it.`,
    evidence: [
      { observation: answer.ref, text: `${resolverOf(answer.doc)} gives ${shown} for ${host}` },
      ...(reason === undefined
        ? []
        : [
            {
              observation: answer.ref,
              text: `the resolver adds the extended error ${reason.code}, ${excerpt(reason.text)}`,
            },
          ]),
    ],
    remedies: [
      {
        text: `Allow ${host} in the filter of ${resolverOf(answer.doc)} (Route 53 Resolver DNS Firewall, AdGuard Home, Pi-hole, Umbrella), or correct the record if it is your own`,
      },
    ],
    claims: [{ says: 'dns-decides' }],
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
    confidence: 'certain',
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
