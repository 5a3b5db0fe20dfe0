import { hostPort } from '../format-target.js';
import { list } from '../words.js';
import type { Side } from './side.js';
import type { ComparisonFinding } from './types.js';

/** Reports about different services share nothing that could be compared. */
export function compareTargets(sides: readonly Side[]): ComparisonFinding | null {
  const names = sides.map(({ evidence }) => hostPort(evidence.target.host, evidence.target.port));
  const asked = [...new Set(names)];
  if (asked.length === 1) return null;
  return {
    kind: 'other-targets',
    suspects: [],
    confidence: 'certain',
    summary: `The reports are about different targets: ${list(asked)}.`,
    meaning: 'What differs between them says nothing about the hosts they were made on.',
    evidence: sides.map(({ report }, index) => ({
      report,
      observation: 'target',
      text: `asked for ${names[index]}`,
    })),
    remedies: [{ text: 'Compare reports about one target, made on different hosts' }],
    check: null,
  };
}
