import { command } from '../../shell-command.js';
import { addressesOf, addressOutcomes, withStatus } from '../facts/tcp.js';
import { explainingTraces, portUnreachable } from '../facts/trace.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import type { Evidence } from '../observations.js';
import { findInterfaces } from '../remedies/security-group.js';
import type { EvidenceItem } from '../verdict.js';
import { duration, list } from '../words.js';

/** Something answered, with no: never a security group or network ACL, which are silent. */
const refused = rule('tcp.refused', { needs: ['tcp'] }, (evidence): Judgement | null => {
  const outcomes = addressOutcomes(evidence);
  const refusing = withStatus(outcomes, 'refused', 'reset');
  const [first] = refusing;
  if (first === undefined) return null;
  const { port, privateApi } = evidence.target;
  const addresses = addressesOf(refusing);
  const opening = withStatus(outcomes, 'open');
  const some =
    opening.length > 0
      ? `, while ${list(addressesOf(opening), 4)} ${opening.length === 1 ? 'opens' : 'open'}`
      : '';
  const rejection = rejectEvidence(evidence);
  return {
    phase: 'connect',
    confidence: rejection.length > 0 ? 'medium' : 'high',
    summary: `${list(addresses, 4)} ${addresses.length === 1 ? 'refuses' : 'refuse'} TCP ${port}${some}: packets get there and back, but nothing listens.`,
    evidence: [
      ...refusing.map(({ ref, address, errno, durationMs }) => ({
        observation: ref,
        text: `${address} answered with ${errno ?? 'RST'} in ${duration(durationMs)}`,
      })),
      ...rejection,
    ],
    remedies: [
      privateApi === null
        ? {
            text: `Start the service on ${list(addresses, 4)}, and look there that it listens on TCP ${port} of this very address`,
            command: 'ss -ltn',
          }
        : {
            text: `Check that ${list(addresses, 4)} ${addresses.length === 1 ? 'is' : 'are'} the endpoint's: an endpoint always listens on TCP 443, so the record is stale or the port wrong`,
          },
      ...(privateApi === null ? [] : [findInterfaces(evidence, addresses)]),
    ],
    alternatives: [
      possible(
        'policy.reset-injected',
        `${command('pprobe', 'trace', first.address, '-p', String(port))}: a RST from nearer than the target's own hop is a firewall's`,
        rejection.length > 0 ? 'medium' : 'low',
      ),
    ],
    check: `is something listening on TCP ${port} there: ss -ltn on the target`,
  };
});

/** Linux reports ICMP port unreachable as ECONNREFUSED too, but no closed TCP port sends it: a REJECT rule does. */
function rejectEvidence(evidence: Evidence): EvidenceItem[] {
  return explainingTraces(evidence).flatMap(({ ref, doc }) => {
    const by = portUnreachable(doc);
    return by === null
      ? []
      : [
          {
            observation: ref,
            text: `${by.from} (hop ${by.ttl}) sent ICMP port unreachable, as a firewall's REJECT does; a closed port sends RST`,
          },
        ];
  });
}

export const refusedRules: readonly Rule[] = [refused];
