import type { Cause } from '../../documents/causes.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { Advice } from '../remedies/advice.js';

/** What a warning rule concludes. */
export interface Caution {
  /** One sentence with names and addresses. */
  text: string;
  /** At least one observation. */
  evidence: EvidenceItem[];
  remedies: Advice[];
}

/**
 * One thing that will hurt programs on this host although the target may be reachable. The judge is pure, and returns null
 * where the observations show no sign of it.
 */
export interface WarningRule {
  /** Unique among the warnings, and stable: scripts read it. */
  id: string;
  /** The causes that say the same: beside a verdict with one of them the warning is left out. */
  saidBy: readonly Cause[];
  judge: (evidence: Evidence) => Caution | null;
}
