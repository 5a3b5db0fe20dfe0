import type { ComparisonFinding } from '../documents/comparison.js';
import type { Confidence } from '../documents/report.js';
import { isSameHost, names, type Side } from './side.js';

/** Reports whose beginnings are no further apart are compared as if they were made at the same time. */
const oneMomentMs = 10 * 60_000;

/** Reports that follow each other without a gap of more than ten minutes, the earliest first. */
type Moment = [Side, ...Side[]];

/**
 * Tells reports of different hosts apart that were made at different times: what differs between them may have changed in
 * between. Reports of one host at different times are compared as such (`changed`).
 */
export function compareMoments(sides: readonly Side[]): ComparisonFinding[] {
  const [first] = sides;
  const moments = momentsOf(sides);
  const [earliest] = moments;
  const latest = moments.at(-1);
  if (first === undefined || earliest === undefined || latest === undefined) return [];
  if (moments.length < 2 || sides.every((side) => isSameHost(side, first))) return [];
  const apart = gapWords(latest[0].atMs - (earliest.at(-1)?.atMs ?? 0));
  return [
    {
      kind: 'other-times',
      suspects: [],
      confidence: 'certain',
      summary: `The reports are not of one moment: ${names(earliest)} ${timeOf(earliest)}, ${names(latest)} ${timeOf(latest)}, ${apart} later${moments.length > 2 ? `, and ${moments.length - 2} more times between` : ''}.`,
      meaning:
        'What differs between them may have changed in the meantime, so every comparison below is less certain.',
      evidence: moments
        .flatMap((moment) => moment.slice(0, 1))
        .map(({ report, startedAt }) => ({
          report,
          observation: 'verdict',
          text: `made at ${startedAt}`,
        })),
      remedies: [{ text: 'Make the reports again at the same time, and compare those' }],
      check: 'if they were made at the same time, the clock of a host is wrong: run date -u there',
    },
  ];
}

/** A finding with its confidence one step lower. */
export function lessConfident(finding: ComparisonFinding): ComparisonFinding {
  return { ...finding, confidence: below[finding.confidence] };
}

const below: Readonly<Record<Confidence, Confidence>> = {
  certain: 'high',
  high: 'medium',
  medium: 'low',
  low: 'low',
};

function momentsOf(sides: readonly Side[]): Moment[] {
  const moments: Moment[] = [];
  for (const side of sides.toSorted((one, other) => one.atMs - other.atMs)) {
    const latest = moments.at(-1);
    // From the first of the moment: a long chain of small gaps is no moment either.
    if (latest !== undefined && side.atMs - latest[0].atMs <= oneMomentMs) latest.push(side);
    else moments.push([side]);
  }
  return moments;
}

function timeOf([{ startedAt }]: Moment): string {
  return `at ${startedAt.replace(/\.\d+Z$/, 'Z')}`;
}

/** `12 minutes`, `3 hours`, `6 days`. */
function gapWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
