import { InvalidInputError } from '../core/errors.js';
import { list } from '../core/text.js';
import { CAUSES, type Cause } from '../documents/causes.js';
import type { Comparison, ComparisonFinding, ComparisonKind } from '../documents/comparison.js';
import type { ReportDocument } from '../documents/report.js';
import { hostPort } from '../target/host-port.js';
import { compareAnswers } from './answers.js';
import { compareAddresses, compareDns } from './dns.js';
import { comparePaths } from './paths.js';
import { compareReach, eachByItself } from './reach.js';
import { isSameHost, isSettled, names, type Side, saysVerdict, sidesOf } from './side.js';

/** The most telling first: what was asked, then where the hosts part, then what they share. */
const RANK: readonly ComparisonKind[] = [
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

const JUDGES: readonly ((sides: readonly Side[]) => ComparisonFinding[])[] = [
  compareReach,
  compareDns,
  compareAddresses,
  compareLocal,
  comparePaths,
  compareAnswers,
  compareTimes,
];

/**
 * Lays two or more reports side by side: what differs between the hosts, and what that means. What works in one
 * subnet only points at that subnet's network ACL or routes, other answers from another resolver at DNS, the same fault
 * everywhere at the endpoint's side.
 *
 * Pure, and reads each report's own verdict: judge saved reports again first. Reports that settled nothing are listed and
 * compared with none.
 *
 * @throws InvalidInputError when fewer than two reports are given.
 */
export function compareReports(reports: readonly ReportDocument[]): Comparison {
  if (reports.length < 2) {
    throw new InvalidInputError(
      'reports',
      `reports: ${reports.length === 0 ? 'none' : 'one'} given; a comparison needs two or more`,
    );
  }
  const sides = sidesOf(reports);
  const others = compareTargets(sides);
  return {
    target: others === null ? (reports[0]?.target.input ?? null) : null,
    reports: sides.map(({ label, evidence, client, startedAt, verdict }) => ({
      label,
      hostname: evidence.vantage.hostname,
      address: client,
      startedAt,
      class: verdict.class,
      cause: verdict.cause,
      confidence: verdict.confidence,
      summary: verdict.summary,
    })),
    findings: others === null ? findingsOf(sides) : [others],
  };
}

function findingsOf(sides: readonly Side[]): ComparisonFinding[] {
  const found = JUDGES.flatMap((judge) => judge(sides));
  return found.length === 0 ? [eachByItself(sides)] : ranked(found);
}

function ranked(findings: ComparisonFinding[]): ComparisonFinding[] {
  return findings.toSorted((first, second) => RANK.indexOf(first.kind) - RANK.indexOf(second.kind));
}

/** Reports about different services share nothing that could be compared. */
function compareTargets(sides: readonly Side[]): ComparisonFinding | null {
  const names = sides.map(({ evidence }) => hostPort(evidence.target.host, evidence.target.port));
  const asked = [...new Set(names)];
  if (asked.length === 1) return null;
  return {
    kind: 'other-targets',
    suspects: [],
    confidence: 'certain',
    summary: `The reports are about different targets: ${list(asked)}.`,
    meaning: 'What differs between them says nothing about the hosts they were made on.',
    evidence: sides.map(({ report }, index) => ({
      report,
      observation: 'target',
      text: `asked for ${names[index]}`,
    })),
    remedies: [{ text: 'Compare reports about one target, made on different hosts' }],
    check: null,
  };
}

/** One host at two times: what changed is not where it stands. */
function compareTimes(sides: readonly Side[]): ComparisonFinding[] {
  const inOrder = sides.filter(isSettled).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  return inOrder.flatMap((later, index) => {
    const earlier = inOrder.slice(0, index).findLast((side) => isSameHost(side, later));
    if (earlier === undefined || earlier.verdict.cause === later.verdict.cause) return [];
    const finding: ComparisonFinding = {
      kind: 'changed',
      suspects: [],
      confidence: 'certain',
      summary: `On ${later.evidence.vantage.hostname} it was ${named(earlier)} at ${earlier.startedAt} and ${named(later)} at ${later.startedAt}.`,
      meaning: 'The host is the same, so something was changed in between, or the fault comes and goes.',
      evidence: [earlier, later].map(saysVerdict),
      remedies: [],
      check: 'run it a few times more: a fault that comes and goes shows again',
    };
    return [finding];
  });
}

function named({ verdict }: Side): string {
  return verdict.cause === 'none' ? verdict.class : verdict.cause;
}

/** Faults that a host has all by itself: its firewall, its permissions, its routing table, its hosts file. */
const OWN: readonly Cause[] = [
  'local.firewall',
  'local.permission',
  'local.capability',
  'route.local',
  'dns.hosts-override',
];

function compareLocal(sides: readonly Side[]): ComparisonFinding[] {
  const own = sides.filter(({ verdict }) => OWN.some((cause) => cause === verdict.cause));
  const others = sides.filter((side) => isSettled(side) && !own.includes(side));
  if (others.length === 0) return [];
  return own.map((side): ComparisonFinding => {
    const cause = OWN.find((each) => each === side.verdict.cause) ?? 'local.firewall';
    return {
      kind: 'local-only',
      suspects: [cause],
      confidence: side.verdict.confidence,
      summary: `What ${side.label} sees is its own affair: ${CAUSES[cause].words}.`,
      meaning: `${names(others)} ${others.length > 1 ? 'do' : 'does'} not have it; nothing at the target or on the way needs to change for it.`,
      evidence: [side, ...others].map(saysVerdict),
      remedies: side.verdict.remedies,
      check: null,
    };
  });
}
