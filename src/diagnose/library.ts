import {
  type Check,
  checkOptions,
  isPlainObject,
  listOf,
  type OptionChecks,
  refused,
} from '../core/check-options.js';
import { startDocument } from '../documents/header.js';
import type { Evidence, Verdict } from '../documents/report.js';
import { checkReport } from '../documents/saved-report.js';
import type { Target } from '../documents/target.js';
import { upgradeEvidence } from '../documents/upgrade.js';
import { type ClassifyOptions, checkTarget, classify, findingsOf } from './classify.js';
import { withGates } from './configuration/gates.js';
import type { Finding, Rule } from './finding.js';

/**
 * The judging functions of the library. The form of their arguments is checked, and evidence is completed as that of a saved
 * report is. Evidence that pprobe has just measured needs neither, and `diagnose` does not load them.
 */

const rule: Check = (value, argument) => {
  if (!isPlainObject(value) || typeof value.judge !== 'function')
    throw refused(argument, value, 'a rule', 'give an object with the members of Rule');
};

const classifyChecks: OptionChecks<ClassifyOptions> = { rules: listOf(rule) };

/**
 * Judges evidence. The verdict is the finding of the earliest phase that failed; of two in one phase, the more certain one.
 * Later findings are usually consequences of it: they become evidence and alternatives.
 *
 * Pure: the same evidence gives the same verdict on any host. Empty or partial evidence gives `inconclusive`. An error
 * thrown by a judge in `options.rules` is passed on. The classes `reachable` and `inconclusive` have the cause `none`.
 *
 * @throws InvalidInputError for evidence that does not have the form of what `observe` returns
 */
export function classifyGiven(evidence: Evidence, options: ClassifyOptions = {}): Verdict {
  checkOptions(classifyChecks, options);
  checkEvidence(evidence);
  return classify(evaluated(upgradeEvidence(evidence)), options);
}

/**
 * The findings of all rules about evidence, the verdict first. `rules` replaces pprobe's own.
 *
 * @throws InvalidInputError for evidence that does not have the form of what `observe` returns
 */
export function findingsOfGiven(evidence: Evidence, rules?: readonly Rule[]): Finding[] {
  if (rules !== undefined) listOf(rule)(rules, 'rules');
  checkEvidence(evidence);
  return findingsOf(evaluated(upgradeEvidence(evidence)), rules);
}

/**
 * The fault in the text of a target, before anything is sent: a verdict `url.*` with the corrected URL, or null. A private zone can still serve such a name; `classify` then does not report it.
 *
 * @throws InvalidInputError for a target that does not have the form of what `parseTarget` returns
 */
export function checkGivenTarget(target: Target): Verdict | null {
  const nothing: Omit<Evidence, 'target'> = {
    vantage: { hostname: 'host', addresses: [], nameservers: [], platform: process.platform },
    observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
    skipped: [],
  };
  if (!isPlainObject(target)) throw refused('target', target, 'a target', 'give what parseTarget returns');
  checkEvidence({ ...nothing, target });
  return checkTarget(target);
}

/** Evidence with the gates of its configuration. */
function evaluated(evidence: Evidence): Evidence {
  return evidence.observations.configuration == null ? evidence : withGates(evidence);
}

/** A report is evidence with a header. */
function checkEvidence(evidence: unknown): void {
  if (!isPlainObject(evidence)) throw refused('evidence', evidence, 'evidence', 'give what observe returns');
  const { target, vantage, observations, skipped } = evidence;
  checkReport({ ...startDocument('report')(), target, vantage, observations, skipped }, 'evidence');
}
