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

/** One of the reports that are compared. */
export interface Side {
  /** Position among the reports. */
  report: number;
  label: string;
  evidence: Evidence;
  verdict: Verdict;
  startedAt: string;
  client: string | null;
  /** The answer of DNS that programs on that host get; null if DNS was not asked. */
  answer: Seen<DnsDocument> | null;
  outcomes: AddressOutcome[];
}

/** Makes a side of each report, with unique labels. */
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

/** The hostnames; equal ones with their address, and with a number if the addresses are equal, too. */
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

/** The labels in a sentence: `web-1, web-2 and 3 more`. */
export function names(sides: readonly Side[]): string {
  return list(
    sides.map(({ label }) => label),
    4,
  );
}

/** The addresses of the target on this host, sorted: from its hosts file, its resolver, or the target itself. */
export function addressesFor({ evidence, answer, outcomes }: Side): string[] {
  const used = evidence.observations.origin?.addresses ?? outcomes.map(({ address }) => address);
  const addresses = used.length > 0 ? used : addressSet(answer?.doc.addresses ?? []);
  return [...new Set(addresses)].sort();
}

/** Whether this host reached the service, whatever the service answered. */
export function reachedService({ verdict }: Side): boolean {
  return verdict.class === 'reachable' || verdict.class === 'service' || isDenial(verdict);
}

/** Whether API Gateway denied the request, which therefore arrived. */
function isDenial({ cause }: Verdict): boolean {
  return /^policy\.(?:resource|endpoint)-|^policy\.(?:identity|organization|denied)$/.test(cause);
}

/** Whether the report has a verdict about the network. */
export function isConclusive({ verdict }: Side): boolean {
  return verdict.class !== 'inconclusive';
}

/**
 * Whether two hosts are probably in one subnet: their addresses are in the same /24 or /64. Subnets of other sizes exist, so
 * this changes the confidence of a finding only.
 */
export function areNeighbours(first: Side, second: Side): boolean {
  if (first.client === null || second.client === null) return false;
  const own = parseRange(second.client);
  const block = parseRange(`${first.client}/${first.client.includes(':') ? 64 : 24}`);
  return own !== null && block !== null && inRange(own, block);
}

/** Whether two reports were made on one host. */
export function isSameHost(first: Side, second: Side): boolean {
  return (
    first.evidence.vantage.hostname === second.evidence.vantage.hostname && first.client === second.client
  );
}

/** The verdict of a side, as evidence. */
export function verdictEvidence({ report, verdict }: Side): ComparedEvidence {
  return { report, observation: 'verdict', text: verdict.summary.replace(/\.$/, '') };
}

/** Groups items by key, with the keys in the order in which they first appear. */
export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
