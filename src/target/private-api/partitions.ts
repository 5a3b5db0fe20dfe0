import { type Partition, partitions } from '../../generated/partitions.js';

/** The partition whose pattern matches a Region, known or not; null for a Region of no partition. */
function findPartition(region: string): Partition | null {
  return partitions.find(({ regionPattern }) => new RegExp(regionPattern).test(region)) ?? null;
}

/**
 * The suffixes of dual-stack service names. No private API is known to have such a name; the names are read all the same, so
 * that questions about them have an answer.
 */
const dualStackSuffixes: ReadonlySet<string> = new Set(
  partitions.map((partition) => partition.dualStackSuffix),
);

/** Every suffix that `execute-api.{region}` can have; a longer suffix before its own beginning. */
export const SUFFIXES: readonly string[] = [
  ...new Set([...partitions.map((partition) => partition.suffix), ...dualStackSuffixes]),
].sort((a, b) => b.length - a.length);

/** The name of the partition of a Region; null for a Region of no partition. */
export function partitionOf(region: string): string | null {
  return findPartition(region)?.name ?? null;
}

/** The DNS suffix of a Region's service names: `amazonaws.com.cn` for `cn-north-1`; null for a Region of no partition. */
export function suffixOf(region: string): string | null {
  return findPartition(region)?.suffix ?? null;
}

/** Whether names of `region` can end in `suffix`. Any dual-stack suffix fits, and any suffix fits a Region of no partition. */
export function suffixFits(region: string, suffix: string): boolean {
  const right = suffixOf(region);
  return right === null || right === suffix || dualStackSuffixes.has(suffix);
}

/** Whether a name is `suffix` or ends in a dot and `suffix`. */
export function hasSuffix(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}

/** The Regions of the AWS SDK's table. Regions open every year: one that is not listed is suspicious, and not wrong. */
const knownRegions: readonly string[] = partitions.flatMap(({ regions }) => regions);

export function isKnownRegion(region: string): boolean {
  return knownRegions.includes(region);
}

/**
 * The Region that a text most likely means: one that differs in its separators only (`us_east_1`, `useast1`, `us-east1`), or the
 * only one that differs by one edit of a character. null where no Region, or several, are that similar.
 */
export function meantRegion(text: string): string | null {
  const bare = text.replaceAll(/[^a-z0-9]/g, '');
  const same = knownRegions.find((region) => region.replaceAll('-', '') === bare);
  if (same !== undefined) return same;
  const near = knownRegions.filter((region) => isOneEditApart(region, text));
  return near.length === 1 ? (near[0] ?? null) : null;
}

function isOneEditApart(first: string, second: string): boolean {
  if (Math.abs(first.length - second.length) > 1 || first === second) return false;
  const start = [...first].findIndex((character, index) => character !== second[index]);
  const at = start === -1 ? first.length : start;
  const rest = first.slice(at);
  const other = second.slice(at);
  const isSwap = rest[0] === other[1] && rest[1] === other[0] && rest.slice(2) === other.slice(2);
  return isSwap || rest.slice(1) === other || rest === other.slice(1) || rest.slice(1) === other.slice(1);
}
