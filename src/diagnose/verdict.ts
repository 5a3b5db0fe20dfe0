import type { DocumentHeader } from '../document.js';
import type { Observations, SkippedStep, Vantage } from './observations.js';
import type { Target } from './target.js';

export type VerdictClass =
  | 'reachable'
  | 'dns'
  | 'timeout'
  | 'policy'
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'service'
  | 'local'
  | 'inconclusive';

/** certain: a text or rule names the cause; high: a symptom and an agreeing fact; medium: siblings ruled out; low: several fit. */
export type Confidence = 'certain' | 'high' | 'medium' | 'low';

export interface EvidenceItem {
  /** Which observation says so: `dns[0]`, `tcp[0]`. */
  observation: string;
  text: string;
}

export interface Remedy {
  text: string;
  /** One shell command. */
  command?: string;
  /** Something to paste that is no command: a policy statement in JSON. */
  snippet?: string;
  docs?: string;
}

/** What else would look the same, or goes wrong besides. */
export interface Alternative {
  class: VerdictClass;
  cause: string;
  confidence: Confidence;
  /** In words; for what was observed, a sentence with the names and addresses seen. */
  text?: string;
  /** A rule saw it in these very observations. Absent: nothing speaks for it but that it would look the same. */
  observed?: true;
  /** What to look at to tell it from the verdict. */
  check?: string;
}

export interface Verdict {
  class: VerdictClass;
  /** A cause of the contract; `none` for the classes `reachable` and `inconclusive`, which blame nothing. */
  cause: string;
  confidence: Confidence;
  /** One sentence for a tired person: what is wrong, with the names and addresses seen. */
  summary: string;
  evidence: EvidenceItem[];
  remedies: Remedy[];
  alternatives: Alternative[];
}

/** `pprobe diagnose --json` and the file of `--save`. */
export interface ReportDocument extends DocumentHeader<'report'> {
  target: Target;
  vantage: Vantage;
  observations: Observations;
  skipped: SkippedStep[];
  verdict: Verdict;
}
