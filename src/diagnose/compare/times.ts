import { isSameHost, isSettled, type Side, saysVerdict } from './side.js';
import type { ComparisonFinding } from './types.js';

/** One host at two times: what changed is not where it stands. */
export function compareTimes(sides: readonly Side[]): ComparisonFinding[] {
  const inOrder = sides.filter(isSettled).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  return inOrder.flatMap((later, index) => {
    const earlier = inOrder.slice(0, index).findLast((side) => isSameHost(side, later));
    if (earlier === undefined || earlier.verdict.cause === later.verdict.cause) return [];
    const finding: ComparisonFinding = {
      kind: 'changed',
      suspects: [],
      confidence: 'certain',
      summary: `On ${later.evidence.vantage.hostname} it was ${named(earlier)} at ${earlier.startedAt} and ${named(later)} at ${later.startedAt}.`,
      meaning: 'The host is the same, so something was changed in between, or the fault comes and goes.',
      evidence: [earlier, later].map(saysVerdict),
      remedies: [],
      check: 'run it a few times more: a fault that comes and goes shows again',
    };
    return [finding];
  });
}

function named({ verdict }: Side): string {
  return verdict.cause === 'none' ? verdict.class : verdict.cause;
}
