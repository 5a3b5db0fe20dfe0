import { InvalidInputError } from '../../errors.js';
import type { ReportDocument } from '../verdict.js';
import { compareAddresses } from './addresses.js';
import { compareAnswers } from './answers.js';
import { compareDns } from './dns.js';
import { compareLocal } from './local.js';
import { comparePaths } from './paths.js';
import { compareReach, eachByItself } from './reach.js';
import { type Side, sidesOf } from './side.js';
import { compareTargets } from './targets.js';
import { compareTimes } from './times.js';
import type { Comparison, ComparisonFinding, ComparisonKind } from './types.js';

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
