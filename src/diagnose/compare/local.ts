import { CAUSES, type Cause } from '../causes.js';
import { isSettled, names, type Side, saysVerdict } from './side.js';
import type { ComparisonFinding } from './types.js';

/** Faults that a host has all by itself: its firewall, its permissions, its routing table, its hosts file. */
const OWN: readonly Cause[] = [
  'local.firewall',
  'local.permission',
  'local.capability',
  'route.local',
  'dns.hosts-override',
];

export function compareLocal(sides: readonly Side[]): ComparisonFinding[] {
  const own = sides.filter(({ verdict }) => OWN.some((cause) => cause === verdict.cause));
  const others = sides.filter((side) => isSettled(side) && !own.includes(side));
  if (others.length === 0) return [];
  return own.map((side): ComparisonFinding => {
    const cause = OWN.find((each) => each === side.verdict.cause) ?? 'local.firewall';
    return {
      kind: 'local-only',
      suspects: [cause],
      confidence: side.verdict.confidence,
      summary: `What ${side.label} sees is its own affair: ${CAUSES[cause].words}.`,
      meaning: `${names(others)} ${others.length > 1 ? 'do' : 'does'} not have it; nothing at the target or on the way needs to change for it.`,
      evidence: [side, ...others].map(saysVerdict),
      remedies: side.verdict.remedies,
      check: null,
    };
  });
}
