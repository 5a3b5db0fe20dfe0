import { list } from '../core/text.js';
import { hostAnswers } from '../documents/observed/dns.js';
import { withoutUnsendable } from '../documents/observed/sendable.js';
import { addressesOf, addressOutcomes, withStatus } from '../documents/observed/tcp.js';
import type { Alternative, Confidence, Evidence, EvidenceItem, Verdict } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import { type Finding, PHASES, type Rule } from './finding.js';
import { RULES } from './rules/index.js';

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

/** The verdict where no rule sees anything: what was measured, and what was not and why. */
function inconclusive(evidence: Evidence): Verdict {
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

/**
 * What is wrong with a target by its text alone, before anything is sent: a `url.*` verdict with the URL that would be right,
 * or null where nothing is. Such a name may still work where somebody serves it on purpose; `classify` of measurements
 * that did drops it.
 */
export function checkTarget(target: Target): Verdict | null {
  const verdict = classify({
    target,
    vantage: { hostname: '', addresses: [], nameservers: [], platform: '' },
    observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
    skipped: [],
  });
  return verdict.cause.startsWith('url.') ? verdict : null;
}
