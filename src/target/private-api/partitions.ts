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

/**
 * The Regions that the AWS SDK's partitions table (`@aws-sdk/core`) and the list of AWS Regions know. New ones open every
 * year, so a name that is not here is suspicious and no more.
 */
const REGIONS: readonly string[] = [
  ...of('us-', 'east-1 east-2 west-1 west-2'),
  ...of('ap-', 'east-1 east-2 south-1 south-2 northeast-1 northeast-2 northeast-3'),
  ...of('ap-southeast-', '1 2 3 4 5 6 7'),
  ...of('eu-', 'central-1 central-2 north-1 south-1 south-2 west-1 west-2 west-3'),
  ...of('', 'af-south-1 ca-central-1 ca-west-1 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1'),
  ...of('', 'cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 eusc-de-east-1'),
  ...of('us-iso', '-east-1 -west-1 b-east-1 b-west-1 f-east-1 f-south-1'),
  'eu-isoe-west-1',
];

function of(prefix: string, rest: string): string[] {
  return rest.split(' ').map((each) => `${prefix}${each}`);
}

export function isKnownRegion(region: string): boolean {
  return REGIONS.includes(region);
}

/**
 * The Region that was most likely meant: the one with a separator put right (`us_east_1`, `useast1`, `us-east1`), or the only
 * one that one change of a character leads to. null where none or several are that near.
 */
export function meantRegion(text: string): string | null {
  const bare = text.replaceAll(/[^a-z0-9]/g, '');
  const same = REGIONS.find((region) => region.replaceAll('-', '') === bare);
  if (same !== undefined) return same;
  const near = REGIONS.filter((region) => isOneEditApart(region, text));
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
