import { list } from '../core/text.js';
import type { ComparedEvidence } from '../documents/comparison.js';
import type { DnsDocument } from '../documents/dns.js';
import { addressSet, hostAnswers, type Seen } from '../documents/observed/dns.js';
import {
  type AddressOutcome,
  addressOutcomes,
  clientAddress,
  withoutUnsendable,
} from '../documents/observed/tcp.js';
import type { Evidence, ReportDocument, Verdict } from '../documents/report.js';
import { inRange, parseRange } from '../net/address/range.js';

/** One report as the comparison sees it. */
export interface Side {
  /** Position among the reports. */
  report: number;
  label: string;
  evidence: Evidence;
  verdict: Verdict;
  startedAt: string;
  client: string | null;
  /** What programs on that host are told; null where DNS was not asked. */
  answer: Seen<DnsDocument> | null;
  outcomes: AddressOutcome[];
}

/** Reads reports into sides, with labels that tell them apart. */
export function sidesOf(reports: readonly ReportDocument[]): Side[] {
  const labels = labelsOf(reports);
  return reports.map((document, report) => {
    const evidence = withoutUnsendable(document);
    return {
      report,
      label: labels[report] ?? `report ${report + 1}`,
      evidence,
      verdict: document.verdict,
      startedAt: document.startedAt,
      client: clientAddress(evidence),
      answer: hostAnswers(evidence)[0] ?? null,
      outcomes: addressOutcomes(evidence),
    };
  });
}

/** The hostname; with the address where two share one, and with a number where that is not enough. */
function labelsOf(reports: readonly ReportDocument[]): string[] {
  const names = reports.map(({ vantage }) => vantage.hostname || 'unnamed host');
  const placed = reports.map((report, index) => {
    const name = names[index] ?? '';
    const address = clientAddress(report);
    return isShared(name, names) && address !== null ? `${name} (${address})` : name;
  });
  return placed.map((name, index) =>
    isShared(name, placed)
      ? `${name} #${placed.slice(0, index + 1).filter((each) => each === name).length}`
      : name,
  );
}

function isShared(name: string, names: readonly string[]): boolean {
  return names.filter((each) => each === name).length > 1;
}

/** Hosts in a sentence: `web-1, web-2 and 3 more`. */
export function names(sides: readonly Side[]): string {
  return list(
    sides.map(({ label }) => label),
    4,
  );
}

/** The addresses the name led this host to, sorted: from its hosts file, its resolver, or the one given. */
export function addressesFor({ evidence, answer, outcomes }: Side): string[] {
  const used = evidence.observations.origin?.addresses ?? outcomes.map(({ address }) => address);
  const told = used.length > 0 ? used : addressSet(answer?.doc.addresses ?? []);
  return [...new Set(told)].sort();
}

/** Whether this host got through to the service, whatever the service then said. */
export function gotThrough({ verdict }: Side): boolean {
  return verdict.class === 'reachable' || verdict.class === 'service' || isDenial(verdict);
}

/** A policy of the API's or the endpoint's: the request arrived. */
function isDenial({ cause }: Verdict): boolean {
  return /^policy\.(?:resource|endpoint)-|^policy\.(?:identity|organization|denied)$/.test(cause);
}

/** Whether a verdict says anything of the network. */
export function isSettled({ verdict }: Side): boolean {
  return verdict.class !== 'inconclusive';
}

/**
 * Whether two hosts most likely stand in one subnet, as far as addresses can tell: the same /24, or the same /64. Subnets
 * of other sizes exist, so this weakens or strengthens and never decides.
 */
export function besideEachOther(first: Side, second: Side): boolean {
  if (first.client === null || second.client === null) return false;
  const own = parseRange(second.client);
  const block = parseRange(`${first.client}/${first.client.includes(':') ? 64 : 24}`);
  return own !== null && block !== null && inRange(own, block);
}

/** Whether the reports come from one and the same host. */
export function isSameHost(first: Side, second: Side): boolean {
  return (
    first.evidence.vantage.hostname === second.evidence.vantage.hostname && first.client === second.client
  );
}

/** The verdict of a side, as evidence. */
export function saysVerdict({ report, verdict }: Side): ComparedEvidence {
  return { report, observation: 'verdict', text: verdict.summary.replace(/\.$/, '') };
}
