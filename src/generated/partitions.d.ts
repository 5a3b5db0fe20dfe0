// The types of partitions.js, which scripts/generate.js writes from the table of the AWS SDK: `npm run generate`.

/** One of AWS's separate sets of Regions. */
export interface Partition {
  name: string;
  /** The DNS suffix of its service names. */
  suffix: string;
  /** The DNS suffix of its dual-stack service names. */
  dualStackSuffix: string;
  /** A regular expression that matches its Regions, known or not. */
  regionPattern: string;
  /** The Regions known when the table was made. */
  regions: readonly string[];
}

export const partitions: readonly Partition[];
