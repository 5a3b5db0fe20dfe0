import { type Check, isPlainObject, listOf, refused } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { list } from '../core/text.js';
import { type ExplainOptions, explain } from '../diagnose/explain.js';
import { CAUSES, type Cause } from '../documents/causes.js';
import type {
  Comparison,
  ComparisonDocument,
  ComparisonFinding,
  ComparisonKind,
  NotCompared,
} from '../documents/comparison.js';
import { startDocument } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import { checkReport } from '../documents/saved-report.js';
import { hostPort } from '../target/host-port.js';
import { compareAnswers } from './answers.js';
import { DistinctReports } from './distinct.js';
import { compareAddresses, compareDns } from './dns.js';
import { compareMoments, lessConfident } from './moments.js';
import { comparePaths } from './paths.js';
import { compareReach, eachByItself } from './reach.js';
import { groupBy, hostKey, isConclusive, names, type Side, sidesOf, verdictEvidence } from './side.js';

/** A saved report. `name` is the path of its file, for messages. */
export interface NamedReport {
  name: string;
  text: string;
}

const namedReport: Check = (value, argument) => {
  const isNamed = isPlainObject(value) && typeof value.name === 'string' && typeof value.text === 'string';
  if (!isNamed) throw refused(argument, value, 'a saved report', 'give { name, text }');
};

const judgedReport: Check = (value, argument) => {
  const verdict = isPlainObject(value) ? value.verdict : undefined;
  checkReport(value, argument);
  const isVerdict =
    isPlainObject(verdict) &&
    [verdict.class, verdict.cause, verdict.confidence, verdict.summary].every(
      (each) => typeof each === 'string',
    ) &&
    [verdict.evidence, verdict.remedies, verdict.alternatives].every(Array.isArray);
  if (!isVerdict)
    throw refused(`${argument}.verdict`, verdict, 'a verdict', 'give what diagnose or explain returned');
};

/**
 * Judges several saved reports again with the rules of this version, and compares them. Measures nothing. A report that is given
 * twice counts once.
 *
 * @throws InvalidInputError for fewer than two reports, or if one of them is not a report; the message names it.
 */
export function explainTogether(
  reports: readonly NamedReport[],
  options: ExplainOptions = {},
): ComparisonDocument {
  listOf(namedReport)(reports, 'reports');
  const header = startDocument('comparison');
  checkNumber(reports.length);
  const judged = reports.map(({ name, text }) => {
    try {
      return explain(text, options);
    } catch (cause) {
      if (!(cause instanceof InvalidInputError)) throw cause;
      throw new InvalidInputError(cause.argument, `${name}: ${cause.message}`, { cause });
    }
  });
  const once = new DistinctReports();
  const distinct = judged.filter((report) => once.isNew(report));
  const comparison = comparisonOf(distinct, { repeated: judged.length - distinct.length });
  return { ...header(), ...comparison };
}

/**
 * Compares two or more reports, and says what the differences between the hosts mean. A service that works in one subnet only
 * points to the network ACL or routes of a subnet, different answers of resolvers point to DNS, and the same fault everywhere
 * points to the endpoint.
 *
 * It uses the verdict in each report, so saved reports must be judged again first (`explain`). Inconclusive reports are listed
 * but not compared.
 *
 * @throws InvalidInputError for fewer than two reports.
 */
export function compareReports(reports: readonly ReportDocument[]): Comparison {
  listOf(judgedReport)(reports, 'reports');
  checkNumber(reports.length);
  return comparisonOf(reports);
}

function checkNumber(given: number): void {
  if (given >= 2) return;
  throw new InvalidInputError(
    'reports',
    `reports: ${given === 0 ? 'none' : 'one'} given; a comparison needs two or more`,
  );
}

/** What is known about reports beside what is in them. */
export interface ComparisonContext {
  /** Who made each report; by default the hostnames in them. */
  labels?: readonly string[];
  /** The reports were asked for at one moment, whatever the clocks of their hosts say. */
  isOneMoment?: boolean;
  /** How many copies of the reports were given. */
  repeated?: number;
  notCompared?: readonly NotCompared[];
  /** How many hosts were asked and have no report here. */
  missing?: number;
}

/** The comparison of judged reports, each of which is given once; of a single one, too. Checks nothing. */
export function comparisonOf(
  reports: readonly ReportDocument[],
  { labels, isOneMoment = false, repeated = 0, notCompared = [], missing = 0 }: ComparisonContext = {},
): Comparison {
  const sides = sidesOf(reports, labels);
  const others = compareTargets(sides);
  const findings = others === null ? findingsOf(sides, isOneMoment) : [others];
  return {
    target: others === null ? (reports[0]?.target.input ?? null) : null,
    reports: sides.map(({ label, evidence, client, startedAt, verdict, report }) => ({
      label,
      reportId: reports[report]?.reportId ?? null,
      hostname: evidence.vantage.hostname,
      address: client,
      startedAt,
      class: verdict.class,
      cause: verdict.cause,
      confidence: verdict.confidence,
      summary: verdict.summary,
      ...(reports[report] === undefined ? {} : { toolVersion: reports[report].tool.version }),
    })),
    repeated,
    notCompared: [...notCompared],
    findings: missing > 0 ? findings.map(lessConfident) : findings,
  };
}

/** The kinds of findings in the order of a comparison, the most useful first. */
const RANK: readonly ComparisonKind[] = [
  'single',
  'other-times',
  'other-targets',
  'all-reachable',
  'dns-differs',
  'works-in-some',
  'address-differs',
  'same-fault',
  'address-fails-everywhere',
  'local-only',
  'path-differs',
  'tls-differs',
  'answer-differs',
  'other-fault',
  'changed',
];

const COMPARISONS: readonly ((sides: readonly Side[]) => ComparisonFinding[])[] = [
  compareReach,
  compareDns,
  compareAddresses,
  compareLocal,
  comparePaths,
  compareAnswers,
  compareTimes,
];

function findingsOf(sides: readonly Side[], isOneMoment: boolean): ComparisonFinding[] {
  const [only, second] = sides;
  if (only !== undefined && second === undefined) return [nothingBeside(only)];
  const found = COMPARISONS.flatMap((compare) => compare(sides));
  const findings = found.length === 0 ? [eachByItself(sides)] : ranked(found);
  const times = isOneMoment ? [] : compareMoments(sides);
  return times.length === 0 ? findings : [...times, ...findings.map(lessConfident)];
}

/** The finding for a single report, which may have been given several times. */
function nothingBeside(side: Side): ComparisonFinding {
  return {
    kind: 'single',
    suspects: [],
    confidence: 'certain',
    summary: `There is only the report of ${side.label}, so there is nothing to compare it with.`,
    meaning: null,
    evidence: [verdictEvidence(side)],
    remedies: [{ text: 'Make a report on another host, and compare the two' }],
    check: null,
  };
}

function ranked(findings: ComparisonFinding[]): ComparisonFinding[] {
  return findings.toSorted((first, second) => RANK.indexOf(first.kind) - RANK.indexOf(second.kind));
}

/** The finding for reports about different targets, which are not compared; null if the target is the same. */
function compareTargets(sides: readonly Side[]): ComparisonFinding | null {
  const targets = sides.map(({ evidence }) => hostPort(evidence.target.host, evidence.target.port));
  const asked = [...new Set(targets)];
  if (asked.length === 1) return null;
  return {
    kind: 'other-targets',
    suspects: [],
    confidence: 'certain',
    summary: `The reports are about different targets: ${list(asked)}.`,
    meaning: 'Their differences say nothing about the hosts that made them.',
    evidence: sides.map(({ report }, index) => ({
      report,
      observation: 'target',
      text: `asked for ${targets[index]}`,
    })),
    remedies: [{ text: 'Compare reports about one target, made on different hosts' }],
    check: null,
  };
}

/** Compares the reports of one host at different times. */
function compareTimes(sides: readonly Side[]): ComparisonFinding[] {
  const inOrder = sides.filter(isConclusive).toSorted((one, other) => one.atMs - other.atMs);
  const changes = [...groupBy(inOrder, hostKey).values()].flatMap((ofHost) =>
    ofHost.flatMap((later, index): Change[] => {
      const earlier = ofHost[index - 1];
      if (earlier === undefined || earlier.verdict.cause === later.verdict.cause) return [];
      return [{ earlier, later }];
    }),
  );
  const alike = groupBy(changes, ({ earlier, later }) => `${resultOf(earlier)} > ${resultOf(later)}`);
  return [...alike.values()].map((group) => changeFinding(group));
}

/** Two reports of one host, one after the other, with different results. */
interface Change {
  earlier: Side;
  later: Side;
}

function changeFinding(changes: readonly Change[]): ComparisonFinding {
  const hosts = [...new Set(changes.map(({ later }) => later.evidence.vantage.hostname))];
  const [{ earlier, later } = { earlier: null, later: null }] = changes;
  const [before, after] = [earlier, later].map((side) => (side === null ? '' : resultOf(side)));
  const times =
    changes.length === 1
      ? `On ${list(hosts)} the result was ${before} at ${earlier?.startedAt}, and ${after} at ${later?.startedAt}.`
      : `On ${list(hosts, 4)} the result was ${before} first, and ${after} later.`;
  return {
    kind: 'changed',
    suspects: [],
    confidence: 'certain',
    summary: times,
    meaning: 'The host is the same, so something has changed in between, or the fault comes and goes.',
    evidence: changes.flatMap((change) => [change.earlier, change.later]).map(verdictEvidence),
    remedies: [],
    check: 'repeat the diagnosis a few times: a fault that comes and goes shows again',
  };
}

function resultOf({ verdict }: Side): string {
  return verdict.cause === 'none' ? verdict.class : verdict.cause;
}

/** Causes on the host itself: its firewall, its permissions, its routing table, its hosts file. */
const OWN: readonly Cause[] = [
  'local.firewall',
  'local.permission',
  'local.capability',
  'route.local',
  'dns.hosts-override',
];

/** Compares faults of single hosts with the hosts that do not have them. */
function compareLocal(sides: readonly Side[]): ComparisonFinding[] {
  const own = sides.filter(({ verdict }) => OWN.some((cause) => cause === verdict.cause));
  const others = sides.filter((side) => isConclusive(side) && !own.includes(side));
  if (others.length === 0) return [];
  const groups = groupBy(own, ({ verdict }) => `${verdict.cause} ${verdict.confidence}`);
  return [...groups.values()].map((group): ComparisonFinding => {
    const cause = OWN.find((each) => each === group[0]?.verdict.cause) ?? 'local.firewall';
    return {
      kind: 'local-only',
      suspects: [cause],
      confidence: group[0]?.verdict.confidence ?? 'low',
      summary: `Only ${names(group)} ${group.length > 1 ? 'have' : 'has'} this fault: ${CAUSES[cause].words}.`,
      meaning: `${names(others)} ${others.length > 1 ? 'do' : 'does'} not have it, so that fault is not at the target or on the path.`,
      evidence: [...group, ...others].map(verdictEvidence),
      remedies: group[0]?.verdict.remedies ?? [],
      check: null,
    };
  });
}
