/** One of AWS's separate sets of Regions, each with its own DNS suffix and ARN prefix. */
interface Partition {
  name: string;
  suffix: string;
  regions: RegExp;
}

/** From the partitions table of the AWS SDK (`@aws-sdk/core`), the order being the order of tests. */
const PARTITIONS: readonly Partition[] = [
  { name: 'aws-cn', suffix: 'amazonaws.com.cn', regions: /^cn-/ },
  { name: 'aws-us-gov', suffix: 'amazonaws.com', regions: /^us-gov-/ },
  { name: 'aws-eusc', suffix: 'amazonaws.eu', regions: /^eusc-/ },
  { name: 'aws-iso-b', suffix: 'sc2s.sgov.gov', regions: /^us-isob-/ },
  { name: 'aws-iso-e', suffix: 'cloud.adc-e.uk', regions: /^eu-isoe-/ },
  { name: 'aws-iso-f', suffix: 'csp.hci.ic.gov', regions: /^us-isof-/ },
  { name: 'aws-iso', suffix: 'c2s.ic.gov', regions: /^us-iso-/ },
  { name: 'aws', suffix: 'amazonaws.com', regions: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-/ },
];

/**
 * Suffixes of dual-stack service names. No private API was ever seen under one; such a name is still read, so that
 * what is asked about it can be answered.
 */
const DUAL_STACK_SUFFIXES: readonly string[] = ['api.aws', 'api.amazonwebservices.com.cn'];

/** Every suffix under which `execute-api.{region}` may stand, the longer before its own beginning. */
export const SUFFIXES: readonly string[] = [
  ...new Set([...PARTITIONS.map((partition) => partition.suffix), ...DUAL_STACK_SUFFIXES]),
].sort((a, b) => b.length - a.length);

/** The partition a Region belongs to; null for a Region of a family not known here. */
export function partitionOf(region: string): string | null {
  return PARTITIONS.find((partition) => partition.regions.test(region))?.name ?? null;
}

/** The DNS suffix of a Region's own service names: `amazonaws.com.cn` for `cn-north-1`; null when not known. */
export function suffixOf(region: string): string | null {
  return PARTITIONS.find((partition) => partition.regions.test(region))?.suffix ?? null;
}

/** Whether names of `region` end in `suffix`; true for a Region not known here, and for the dual-stack suffixes. */
export function suffixFits(region: string, suffix: string): boolean {
  const right = suffixOf(region);
  return right === null || right === suffix || DUAL_STACK_SUFFIXES.includes(suffix);
}

/** Whether `name` ends in `suffix`, at a dot. */
export function hasSuffix(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}
