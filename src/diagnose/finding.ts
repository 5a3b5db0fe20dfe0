import { CAUSES, type Cause } from './causes.js';
import type { Evidence } from './observations.js';
import type { Alternative, Confidence, EvidenceItem, Remedy, VerdictClass } from './verdict.js';

/**
 * The steps of reaching a service, in the order in which they must succeed. `path` stands before `connect`: what a
 * router says of a SYN explains why the connection then timed out.
 */
export const PHASES = ['resolve', 'local', 'path', 'connect', 'tls', 'http', 'done'] as const;

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

/** One thing that can be wrong. Pure: the same evidence gives the same finding, on any machine. */
export interface Rule {
  cause: Cause;
  class: VerdictClass;
  judge: (evidence: Evidence) => Finding | null;
}

/** Makes a rule of a cause and a judge; the judge answers null where it sees no sign of the cause. */
export function rule(
  cause: Cause,
  judge: (evidence: Evidence) => Judgement | null,
  verdictClass: VerdictClass = CAUSES[cause].class,
): Rule {
  return {
    cause,
    class: verdictClass,
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
