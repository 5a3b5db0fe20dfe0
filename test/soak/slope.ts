/** What is left of a process after all operations of a round have ended, and the garbage is collected. */
export interface Sample {
  /** Operations since the start. */
  operations: number;
  /** Without what V8 compiled. */
  heapBytes: number;
  /** Bytecode, machine code and their tables. */
  codeBytes: number;
  rssBytes: number;
  /** Open file descriptors. */
  descriptors: number;
  /** Handles and requests that keep the event loop alive. */
  resources: number;
}

export type Measure = Exclude<keyof Sample, 'operations' | 'codeBytes'>;

/**
 * What a measure gains with 1,000 operations: the median of the slopes between all pairs of samples (Theil and Sen), which a
 * single outlier, such as a cache that fills once, does not move.
 */
export function slopeOf(samples: readonly Sample[], measure: Measure): number {
  const slopes = samples.flatMap((one, index) =>
    samples
      .slice(index + 1)
      .map((other) => ((other[measure] - one[measure]) / (other.operations - one.operations)) * 1000),
  );
  slopes.sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  const [low = 0, high = 0] = [slopes[middle - (slopes.length % 2 === 0 ? 1 : 0)], slopes[middle]];
  return (low + high) / 2;
}

/** The most that 1,000 operations may leave behind. An operation that leaks one object of 100 octets is above it. */
export const mostPerThousand: Readonly<Record<Measure, number>> = {
  heapBytes: 100_000,
  // The allocator keeps freed pages for a while, so the resident set is a coarse measure.
  rssBytes: 3_000_000,
  descriptors: 0.5,
  resources: 0.5,
};
