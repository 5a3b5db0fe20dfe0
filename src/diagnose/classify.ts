import { duration, list } from '../core/text.js';
import { hostAnswers } from '../documents/observed/dns.js';
import { remembering } from '../documents/observed/memo.js';
import { addressesOf, addressOutcomes, withoutUnsendable, withStatus } from '../documents/observed/tcp.js';
import type { Alternative, Evidence, EvidenceItem, Verdict } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import { refutationOf } from './claims.js';
import { CONFIDENCES, leastConfident } from './confidence.js';
import { type Finding, PHASES, type Rule } from './finding.js';
import { fitted } from './headline.js';
import { asRemedies } from './remedies/advice.js';
import { withKnownIds } from './remedies/known-ids.js';
import { runDoctor } from './remedies/local.js';
import { configured } from './rules/configuration.js';
import { RULES } from './rules/index.js';
import { urlRules } from './rules/url.js';
import { warningsOf } from './warnings/index.js';

/** Options of `classify`. */
export interface ClassifyOptions {
  /** Replaces pprobe's own rules: `[...rules, mine]`. Findings that rank equal keep the order of the rules. */
  rules?: readonly Rule[] | undefined;
}

/**
 * Judges evidence. The verdict is the finding of the earliest phase that failed; of two in one phase, the more certain one.
 * Later findings are usually consequences of it: they become evidence and alternatives.
 *
 * Pure: the same evidence gives the same verdict on any host. Empty or partial evidence gives `inconclusive`. Text in the
 * evidence is only quoted, but the values must have their types, which `explain` checks in a file. An error thrown by a
 * judge in `options.rules` is passed on. The classes `reachable` and `inconclusive` have the cause `none`.
 */
export function classify(all: Evidence, options: ClassifyOptions = {}): Verdict {
  return examine(all, options.rules).verdict;
}

/** How a verdict came about. */
export interface Examination {
  verdict: Verdict;
  /** The findings that no observation refutes, the verdict's first. */
  findings: Finding[];
  /** The observations that refuted claims of findings; the evidence of the verdict has them. */
  refutations: EvidenceItem[];
}

/** Judges evidence, and keeps what the verdict was chosen from. */
export function examine(all: Evidence, rules?: readonly Rule[]): Examination {
  const evidence = remembering(withoutUnsendable(all));
  const { findings, refutations } = tested(evidence, rules);
  const verdict = verdictOf(findings) ?? inconclusive(evidence);
  return {
    verdict: {
      ...verdict,
      evidence: withMore(verdict.evidence, refutations, hasFact),
      remedies: withKnownIds(verdict.remedies, evidence),
      warnings: warningsOf(evidence, verdict.cause),
    },
    findings,
    refutations,
  };
}

/** The findings of all rules about the evidence that `examine` judges, the verdict first. */
export function findingsOf(all: Evidence, rules?: readonly Rule[]): Finding[] {
  return tested(remembering(withoutUnsendable(all)), rules).findings;
}

/** The findings that no observation refutes, ranked, and the observations that refuted others. */
function tested(
  evidence: Evidence,
  rules: readonly Rule[] = RULES,
): { findings: Finding[]; refutations: EvidenceItem[] } {
  const refutations: EvidenceItem[] = [];
  const findings = rules.flatMap((rule) => {
    const finding = rule.judge(evidence);
    if (finding === null) return [];
    const { kept, against } = weighed(evidence, finding);
    refutations.push(...against);
    return kept === null ? [] : [kept];
  });
  return { findings: configured(evidence, ranked(findings)), refutations };
}

/** A finding after its claims were compared with all observations: dropped, less certain, or as it was. */
function weighed(evidence: Evidence, finding: Finding): { kept: Finding | null; against: EvidenceItem[] } {
  const refuted = (finding.claims ?? []).flatMap((claim) => refutationOf(evidence, claim) ?? []);
  const against = refuted.map(({ shown }) => shown);
  const limits = refuted.flatMap(({ result }) => (result === 'drop' ? [] : [result]));
  if (limits.length < refuted.length) return { kept: null, against };
  return { kept: { ...finding, confidence: leastConfident(finding.confidence, ...limits) }, against };
}

function ranked(findings: readonly Finding[]): Finding[] {
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

function verdictOf([first, ...others]: readonly Finding[]): Verdict | null {
  if (first === undefined) return null;
  return {
    class: first.class,
    cause: first.cause,
    confidence: first.confidence,
    summary: first.summary,
    evidence: withConsequences(first, others),
    remedies: asRemedies(first.remedies),
    alternatives: alternativesOf(first, others),
    warnings: [],
  };
}

/** The evidence of the verdict, and one item from each other finding that cites another observation. */
function withConsequences(verdict: Finding, others: readonly Finding[]): EvidenceItem[] {
  return withMore(
    verdict.evidence,
    others.flatMap(({ evidence }) => evidence.slice(0, 1)),
    citesSame,
  );
}

/** The items, and those of `more` that no item before them says. */
function withMore(
  items: readonly EvidenceItem[],
  more: readonly EvidenceItem[],
  says: (said: EvidenceItem, item: EvidenceItem) => boolean,
): EvidenceItem[] {
  const all = [...items];
  for (const item of more) if (!all.some((said) => says(said, item))) all.push(item);
  return all;
}

function citesSame(one: EvidenceItem, other: EvidenceItem): boolean {
  return one.observation === other.observation;
}

/** An observation that is cited for one fact can have another one, too. */
function hasFact(said: EvidenceItem, fact: EvidenceItem): boolean {
  return citesSame(said, fact) && said.text.includes(fact.text);
}

function alternativesOf(verdict: Finding, others: readonly Finding[]): Alternative[] {
  // That other addresses answer is evidence for the verdict, and not a fault.
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
  const listed = new Set<string>([verdict.cause]);
  return [...found, ...verdict.alternatives].filter(({ class: verdictClass, cause }) => {
    const key = cause === 'none' ? `${cause} ${verdictClass}` : cause;
    if (listed.has(key)) return false;
    listed.add(key);
    return true;
  });
}

const MEASUREMENTS = [
  ['dns', 'DNS'],
  ['tcp', 'TCP'],
  ['tls', 'TLS'],
  ['http', 'HTTP'],
  ['trace', 'trace'],
] as const;

/** The verdict where no rule fires: what was measured. */
function inconclusive(evidence: Evidence): Verdict {
  const { target, observations } = evidence;
  const steps = MEASUREMENTS.filter(([step]) => observations[step].length > 0).map(([, name]) => name);
  const measured =
    steps.length === 0
      ? 'nothing was measured'
      : `${list(steps)} ${steps.length === 1 ? 'alone does' : 'do'} not decide it`;
  const ended = evidence.stopped === undefined ? '' : `; stopped after ${duration(evidence.stopped.afterMs)}`;
  return {
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
    summary: fitted(
      `It is not known whether ${target.host} can be reached: ${measured}${ended}.`,
      target.host,
      'the target',
    ),
    evidence: measuredSoFar(evidence),
    remedies: asRemedies([
      {
        ...runDoctor,
        text: 'Run the diagnosis again and let it finish; pprobe doctor says what this host can measure',
      },
    ]),
    alternatives: [],
    warnings: [],
  };
}

function measuredSoFar(evidence: Evidence): EvidenceItem[] {
  const items: EvidenceItem[] = [];
  const answer = hostAnswers(evidence)[0];
  if (answer !== undefined) {
    const addresses = answer.doc.addresses.map(({ address }) => address);
    items.push({
      observation: answer.ref,
      text:
        addresses.length > 0
          ? `${evidence.target.host} resolves to ${list(addresses)}`
          : evidence.stopped !== undefined && answer.doc.status === 'error'
            ? 'the DNS lookup was stopped before an answer came'
            : `the DNS lookup ended with ${answer.doc.status}`,
    });
  }
  evidence.skipped.forEach(({ reason }, index) => {
    if (/^refused: address /.test(reason)) items.push({ observation: `skipped[${index}]`, text: reason });
  });
  const open = withStatus(addressOutcomes(evidence), 'open');
  if (open[0] !== undefined)
    items.push({
      observation: open[0].ref,
      text: `TCP ${evidence.target.port} is open at ${list(addressesOf(open))}`,
    });
  return items;
}

/**
 * The fault in the text of a target, before anything is sent: a verdict `url.*` with the corrected URL, or null. A private zone can still serve such a name; `classify` then does not report it.
 */
export function checkTarget(target: Target): Verdict | null {
  const nothing: Evidence = {
    target,
    vantage: { hostname: '', addresses: [], nameservers: [], platform: '' },
    observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
    skipped: [],
  };
  return verdictOf(findingsOf(nothing, urlRules));
}
