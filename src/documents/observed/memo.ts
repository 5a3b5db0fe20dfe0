import type { Evidence } from '../report.js';

/** What was computed of the evidence in use by `classify`, by the function that computed it. */
const computed = new WeakMap<Evidence, Map<unknown, unknown>>();

/** A copy of the evidence of which everything is computed once, since all rules ask for the same. It must not be changed. */
export function remembering(evidence: Evidence): Evidence {
  const copy = { ...evidence };
  computed.set(copy, new Map());
  return copy;
}

/** What `compute` makes of the evidence: computed once where the evidence remembers. */
export function once<Result>(evidence: Evidence, compute: (evidence: Evidence) => Result): Result {
  const known = computed.get(evidence);
  if (known === undefined) return compute(evidence);
  // Only results of `compute` itself are stored under it.
  if (known.has(compute)) return known.get(compute) as Result;
  const result = compute(evidence);
  known.set(compute, result);
  return result;
}
