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
