import type { Confidence } from '../documents/report.js';

/** From the most to the least. */
export const CONFIDENCES: readonly Confidence[] = ['certain', 'high', 'medium', 'low'];

/** The lowest of several confidences. */
export function leastConfident(...all: readonly Confidence[]): Confidence {
  return CONFIDENCES[Math.max(...all.map((each) => CONFIDENCES.indexOf(each)))] ?? 'low';
}
