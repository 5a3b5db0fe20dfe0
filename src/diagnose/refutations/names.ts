import { list } from '../../core/text.js';
import { hostAnswers, isReply, systemDifference } from '../../documents/observed/dns.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import { isSameName } from '../../target/dns-name.js';

/** Lookups, and answers of getaddrinfo(3), that refute what is said about a name. */

/** A reply of a server to a query for a name, or for any name where `name` is null. */
export function replyOf(
  { observations }: Evidence,
  server: string,
  name: string | null,
): EvidenceItem | null {
  for (const [index, doc] of observations.dns.entries()) {
    const reply = doc.attempts.find(
      (each) => each.server === server && isReply(each) && (name === null || isSameName(each.name, name)),
    );
    if (reply !== undefined)
      return {
        observation: `dns[${index}]`,
        text: `${server} answered the query for ${reply.type} of ${reply.name}: ${reply.outcome}`,
      };
  }
  return null;
}

export function addressFrom({ observations }: Evidence, server: string, name: string): EvidenceItem | null {
  const index = observations.dns.findIndex(
    (doc) => doc.server === server && isSameName(doc.question.name, name) && doc.addresses.length > 0,
  );
  return index < 0
    ? null
    : { observation: `dns[${index}]`, text: `${server} gave an address for ${name} in another lookup` };
}

/** getaddrinfo(3) gives addresses for the target: a source besides DNS, or a cache, has the name. */
export function knownToPrograms({ observations }: Evidence): EvidenceItem | null {
  const { system } = observations;
  return system === undefined || system.addresses.length === 0
    ? null
    : { observation: 'system', text: `getaddrinfo gives programs on this host ${list(system.addresses, 4)}` };
}

/** A resolver that has addresses for the target where the one in use has none. */
export function knownElsewhere(evidence: Evidence): EvidenceItem | null {
  const found = hostAnswers(evidence).find(({ doc }) => doc.addresses.length > 0);
  return found === undefined
    ? null
    : {
        observation: found.ref,
        text: `${found.doc.server ?? 'another resolver'} has addresses for ${found.doc.question.name}`,
      };
}

/** getaddrinfo(3) gives addresses of another place than DNS. */
export function otherForPrograms(evidence: Evidence): EvidenceItem | null {
  const difference = systemDifference(evidence);
  return difference === null
    ? null
    : {
        observation: 'system',
        text: `getaddrinfo gives ${list(difference.system, 4)}, and not what DNS has`,
      };
}

/** getaddrinfo(3) gives an address that DNS has too: what is asked before DNS decides nothing. */
export function dnsForPrograms(evidence: Evidence): EvidenceItem | null {
  const { system } = evidence.observations;
  const known = hostAnswers(evidence)[0]?.doc.addresses.map(({ address }) => address) ?? [];
  const shared = system?.addresses.filter((address) => known.includes(address)) ?? [];
  return shared.length === 0
    ? null
    : { observation: 'system', text: `getaddrinfo gives ${list(shared, 4)}, which DNS has too` };
}
