import { CAUSES, type Cause } from '../documents/causes.js';
import type {
  Alternative,
  Confidence,
  Evidence,
  EvidenceItem,
  Observations,
  Remedy,
  VerdictClass,
} from '../documents/report.js';

/**
 * The steps of reaching a service, in the order in which they must succeed. `target` stands first: a name that cannot be
 * right explains all that follows. `path` stands before `connect`: what a router says of a SYN explains why the
 * connection then timed out.
 */
export const PHASES = ['target', 'resolve', 'local', 'path', 'connect', 'tls', 'http', 'done'] as const;

export type Phase = (typeof PHASES)[number];

/** What one rule concludes. */
export interface Finding {
  cause: Cause;
  class: VerdictClass;
  confidence: Confidence;
  phase: Phase;
  /** One sentence with names and addresses, without a line break. */
  summary: string;
  evidence: EvidenceItem[];
  remedies: Remedy[];
  /** Causes that look the same from where we stand. */
  alternatives: Alternative[];
  /** What would decide for this finding, printed where it is not the verdict. */
  check: string | null;
}

/** A rule's own words; the rest of a Finding follows from its cause. */
export type Judgement = Pick<Finding, 'confidence' | 'phase' | 'summary' | 'evidence' | 'remedies'> &
  Partial<Pick<Finding, 'alternatives' | 'check'>>;

/** What a rule can rest on: the observations, the text of the target, or that a step could not be measured. */
export type Basis = keyof Observations | 'target' | 'skipped';

/**
 * One thing that can be wrong, as data. The judge is pure: the same evidence gives the same finding, on any machine, and
 * it answers null where it sees no sign of the cause.
 */
export interface Rule {
  /** Unique among the rules; the cause, where one rule finds it. */
  id: string;
  cause: Cause;
  class: VerdictClass;
  /** What is wrong, in a few words. */
  words: string;
  /** Without at least one of these the rule never fires. */
  needs: readonly Basis[];
  /** A page about it, outside pprobe; null where none is known. */
  docs: string | null;
  judge: (evidence: Evidence) => Finding | null;
}

/** What our rules say of themselves beside their cause. */
export interface RuleFacts {
  needs: readonly Basis[];
  docs?: string;
  /** Where several rules find one cause, or where the cause is no name. */
  id?: string;
  class?: VerdictClass;
  words?: string;
}

/** Makes a rule of a cause and a judge; the judge answers null where it sees no sign of the cause. */
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
      return judgement && { cause, class: verdictClass, alternatives: [], check: null, ...judgement };
    },
  };
}

/** Another possibility, with what would decide it. */
export function possible(
  cause: Cause,
  check: string,
  confidence: Confidence = 'low',
  text?: string,
): Alternative {
  return { class: CAUSES[cause].class, cause, confidence, text: text ?? CAUSES[cause].words, check };
}
