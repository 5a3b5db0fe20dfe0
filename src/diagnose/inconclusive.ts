import { hostAnswers } from './facts/dns.js';
import { addressesOf, addressOutcomes, withStatus } from './facts/tcp.js';
import type { Evidence } from './observations.js';
import type { EvidenceItem, Verdict } from './verdict.js';
import { list } from './words.js';

/** The verdict where no rule sees anything: what was measured, and what was not and why. */
export function inconclusive(evidence: Evidence): Verdict {
  const { target, observations } = evidence;
  const steps = (['dns', 'tcp', 'tls', 'http', 'trace'] as const).filter(
    (step) => observations[step].length > 0,
  );
  const measured =
    steps.length === 0
      ? 'nothing was measured'
      : `what was measured (${list(steps.map((step) => step.toUpperCase()))}) does not settle it`;
  return {
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
    summary: `Whether ${target.host} can be reached stays open: ${measured}.`,
    evidence: seen(evidence),
    remedies: [
      {
        text: 'Run it again and let it finish; pprobe doctor says what this host can measure',
        command: 'pprobe doctor',
      },
    ],
    alternatives: [],
  };
}

function seen(evidence: Evidence): EvidenceItem[] {
  const items: EvidenceItem[] = [];
  const answer = hostAnswers(evidence)[0];
  if (answer !== undefined) {
    const addresses = answer.doc.addresses.map(({ address }) => address);
    items.push({
      observation: answer.ref,
      text:
        addresses.length > 0
          ? `${evidence.target.host} leads to ${list(addresses)}`
          : `DNS ended with ${answer.doc.status}`,
    });
  }
  const open = withStatus(addressOutcomes(evidence), 'open');
  if (open[0] !== undefined)
    items.push({
      observation: open[0].ref,
      text: `TCP ${evidence.target.port} opens at ${list(addressesOf(open))}`,
    });
  return items;
}
