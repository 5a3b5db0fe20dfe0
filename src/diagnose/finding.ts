import { CAUSES, type Cause } from '../documents/causes.js';
import type {
  Alternative,
  Confidence,
  Evidence,
  EvidenceItem,
  Observations,
  VerdictClass,
} from '../documents/report.js';
import type { Claim, Claims } from './claims.js';
import { fitted } from './headline.js';
import type { Advice } from './remedies/advice.js';

/**
 * The steps of reaching a service, in the order in which they must succeed. `target` comes first: an
 * invalid name explains everything that follows. `path` comes before `connect`: the ICMP error of a router explains why the
 * connection timed out.
 */
export const PHASES = ['target', 'resolve', 'local', 'path', 'connect', 'tls', 'http', 'done'] as const;

/** A phase of a request, in the order in which they happen. */
export type Phase = (typeof PHASES)[number];

/** What one rule concludes. */
export interface Finding {
  cause: Cause;
  class: VerdictClass;
  confidence: Confidence;
  phase: Phase;
  /** One short sentence, without a line break and without a list of addresses: the evidence has them. */
  summary: string;
  evidence: EvidenceItem[];
  remedies: Advice[];
  /** Causes that look the same from here. */
  alternatives: Alternative[];
  /** How to confirm this finding, or null; shown where it is not the verdict. */
  check: string | null;
  /** What it says about the world, for the check against all observations. Absent in findings of rules that are not pprobe's own. */
  claims?: readonly Claim[];
}

/** The result of a rule's judge; the other members of a Finding follow from its cause. Each says something that can be refuted. */
export type Judgement = Pick<Finding, 'confidence' | 'phase' | 'summary' | 'evidence' | 'remedies'> &
  Partial<Pick<Finding, 'alternatives' | 'check'>> & { claims: Claims };

/** What a rule uses: the observations, the text of the target, or the steps that were not measured. */
export type Basis = keyof Observations | 'target' | 'skipped';

/**
 * One thing that can be wrong, as data. The judge is pure: the same evidence gives the same finding on any machine. It
 * returns null where it sees no sign of the cause.
 */
export interface Rule {
  /** Unique among the rules: the cause, or the cause and a word behind a slash where several rules find it. */
  id: string;
  cause: Cause;
  class: VerdictClass;
  /** What is wrong, in a few words. */
  words: string;
  /** The rule never fires without at least one of these. */
  needs: readonly Basis[];
  /** The URL of a page about it, or null. */
  docs: string | null;
  /** The finding this evidence supports; null where it supports none. */
  judge: (evidence: Evidence) => Finding | null;
}

/** What a rule says about itself beside its cause. */
export interface RuleFacts {
  needs: readonly Basis[];
  docs?: string;
  /** Default: the cause. */
  id?: string;
  /** Default: the class of the cause. */
  class?: VerdictClass;
  /** Default: the words of the cause. */
  words?: string;
}

/** Makes a rule from a cause and a judge. */
export function rule(cause: Cause, facts: RuleFacts, judge: (evidence: Evidence) => Judgement | null): Rule {
  const { id = cause, needs, docs = null, class: verdictClass = CAUSES[cause].class } = facts;
  return {
    id,
    cause,
    class: verdictClass,
    words: facts.words ?? CAUSES[cause].words,
    needs,
    docs,
    judge: (evidence) => {
      const judgement = judge(evidence);
      if (judgement === null) return null;
      const instead = verdictClass === 'dns' ? 'the name' : 'the target';
      const summary = fitted(judgement.summary, evidence.target.host, instead);
      return { cause, class: verdictClass, alternatives: [], check: null, ...judgement, summary };
    },
  };
}

/** A possible cause that was not observed, with the check that would confirm it. */
export function possible(
  cause: Cause,
  check: string,
  confidence: Confidence = 'low',
  text?: string,
): Alternative {
  return { class: CAUSES[cause].class, cause, confidence, text: text ?? CAUSES[cause].words, check };
}
