import { type Finding, PHASES, type Rule } from './finding.js';
import { inconclusive } from './inconclusive.js';
import type { Evidence } from './observations.js';
import { RULES } from './rules/index.js';
import { withoutUnsendable } from './sendable.js';
import type { Alternative, Confidence, EvidenceItem, Verdict } from './verdict.js';

const CONFIDENCES: readonly Confidence[] = ['certain', 'high', 'medium', 'low'];

export interface ClassifyOptions {
  /** In place of our own: `[...rules, mine]`. What is ranked even keeps their order. */
  rules?: readonly Rule[] | undefined;
}

/**
 * Judges evidence: the finding of the earliest broken phase is the verdict, the more certain one where a phase has two.
 * Later findings are most often its consequences, so they support it as evidence and stay on as alternatives.
 *
 * Pure: the same evidence gives the same verdict on any host. Evidence that is empty or partial gives `inconclusive`, and
 * text of any kind in it is only ever quoted; but it must have the types it says, which `explain` checks of a file. What
 * a judge in `options.rules` throws is thrown on. Classes `reachable` and `inconclusive` have the cause `none`.
 */
export function classify(all: Evidence, options: ClassifyOptions = {}): Verdict {
  const evidence = withoutUnsendable(all);
  const [verdict, ...others] = findingsOf(evidence, options.rules);
  if (verdict === undefined) return inconclusive(evidence);
  return {
    class: verdict.class,
    cause: verdict.cause,
    confidence: verdict.confidence,
    summary: verdict.summary,
    evidence: withConsequences(verdict, others),
    remedies: verdict.remedies,
    alternatives: alternativesOf(verdict, others),
  };
}

/** Everything the rules see, the verdict first. */
export function findingsOf(evidence: Evidence, rules: readonly Rule[] = RULES): Finding[] {
  const findings = rules.map((rule) => rule.judge(evidence)).filter((finding) => finding !== null);
  return findings
    .map((finding, order) => ({ finding, order }))
    .sort(
      (a, b) =>
        PHASES.indexOf(a.finding.phase) - PHASES.indexOf(b.finding.phase) ||
        CONFIDENCES.indexOf(a.finding.confidence) - CONFIDENCES.indexOf(b.finding.confidence) ||
        a.order - b.order,
    )
    .map(({ finding }) => finding);
}

function withConsequences(verdict: Finding, others: readonly Finding[]): EvidenceItem[] {
  const items = [...verdict.evidence];
  for (const { evidence } of others) {
    const [first] = evidence;
    // One observation is one fact: said once.
    if (first !== undefined && !items.some(({ observation }) => observation === first.observation))
      items.push(first);
  }
  return items;
}

function alternativesOf(verdict: Finding, others: readonly Finding[]): Alternative[] {
  // That other addresses answer supports the verdict, as evidence; it is nothing else that could be wrong.
  const faults = others.filter((finding) => finding.class !== 'reachable');
  const found = faults.map(
    (finding): Alternative => ({
      class: finding.class,
      cause: finding.cause,
      confidence: finding.confidence,
      text: finding.summary,
      observed: true,
      ...(finding.check === null ? {} : { check: finding.check }),
    }),
  );
  const told = new Set<string>([verdict.cause]);
  return [...found, ...verdict.alternatives].filter(({ class: verdictClass, cause }) => {
    const key = cause === 'none' ? `${cause} ${verdictClass}` : cause;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}
