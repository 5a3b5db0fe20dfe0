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
import { withoutZone } from '../net/address/address.js';
import { parseOctets } from '../net/address/octets.js';

/** One of the reports that are compared. */
export interface Side {
  /** Position among the reports. */
  report: number;
  label: string;
  evidence: Evidence;
  verdict: Verdict;
  startedAt: string;
  /** `startedAt` in milliseconds since 1970. */
  atMs: number;
  client: string | null;
  /** The answer of DNS that programs on that host get; null if DNS was not asked. */
  answer: Seen<DnsDocument> | null;
  outcomes: AddressOutcome[];
}

/** Makes a side of each report, with `labels` or else with unique labels of its own. */
export function sidesOf(
  reports: readonly ReportDocument[],
  labels: readonly string[] = labelsOf(reports),
): Side[] {
  return reports.map((document, report) => {
    const evidence = withoutUnsendable(document);
    return {
      report,
      label: labels[report] ?? `report ${report + 1}`,
      evidence,
      verdict: document.verdict,
      startedAt: document.startedAt,
      atMs: Date.parse(document.startedAt),
      client: clientAddress(evidence),
      answer: hostAnswers(evidence)[0] ?? null,
      outcomes: addressOutcomes(evidence),
    };
  });
}

/** The hostnames; equal ones with their address, and with a number if the addresses are equal, too. */
function labelsOf(reports: readonly ReportDocument[]): string[] {
  const given = reports.map(({ vantage }) => vantage.hostname || 'unnamed host');
  const shared = timesOf(given);
  const placed = reports.map((report, index) => {
    const name = given[index] ?? '';
    const address = clientAddress(report);
    return (shared.get(name) ?? 0) > 1 && address !== null ? `${name} (${address})` : name;
  });
  const times = timesOf(placed);
  const seen = new Map<string, number>();
  return placed.map((name) => {
    if ((times.get(name) ?? 0) < 2) return name;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return `${name} #${number}`;
  });
}

/** How often each text occurs. */
function timesOf(texts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
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

/** Whether this host connects to some addresses of the target, and its fault is that it does not connect to the others. */
export function reachedSome(side: Side): boolean {
  const { verdict, outcomes } = side;
  const isPath =
    verdict.class === 'timeout' || verdict.class === 'refused' || verdict.class === 'unreachable';
  return isPath && outcomes.some(({ status }) => status === 'open');
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
 * The /24 or /64 of a host's address; null where that is not known. Hosts with the same are probably in one subnet. Subnets of other
 * sizes exist, so this changes the confidence of a finding only.
 */
export function neighbourhoodOf({ client }: Side): string | null {
  const octets = client === null ? null : parseOctets(withoutZone(client));
  return octets === null ? null : octets.slice(0, octets.length === 4 ? 3 : 8).join('.');
}

/** Whether two reports were made on one host. */
export function isSameHost(first: Side, second: Side): boolean {
  return hostKey(first) === hostKey(second);
}

/** The same for all reports that were made on one host. */
export function hostKey({ evidence, client }: Side): string {
  return `${evidence.vantage.hostname} ${client ?? ''}`;
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
