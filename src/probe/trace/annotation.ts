import { isProhibition } from '../../packet/prohibition.js';
import type { TraceOutcome } from './types.js';

const byCodeV4: Record<number, string> = {
  0: '!N',
  1: '!H',
  2: '!P',
  5: '!S',
  6: '!N',
  7: '!H',
  8: '!N',
  9: '!X',
  10: '!X',
  11: '!N',
  12: '!H',
  13: '!X',
  14: '!V',
  15: '!C',
};

const byCodeV6: Record<number, string> = { 0: '!N', 1: '!X', 2: '!H', 3: '!H', 5: '!X', 6: '!X' };

const unreachableType = { 4: 3, 6: 1 } as const;
const tooBigV6 = 2;

export interface IcmpVerdict {
  type: number;
  code: number;
  mtu: number | null;
}

/**
 * traceroute(8)'s mark for an ICMP unreachable: `!H`, `!N`, `!P`, `!S`, `!F-1400`, `!X`, `!V`, `!C`, or `!<code>`. A port
 * unreachable means the target was reached and gets none, as there.
 */
export function annotationOf(family: 4 | 6, icmp: IcmpVerdict): string | null {
  const isTooBig =
    family === 6 ? icmp.type === tooBigV6 : icmp.type === unreachableType[4] && icmp.code === 4;
  if (isTooBig) return icmp.mtu === null ? '!F' : `!F-${icmp.mtu}`;
  if (icmp.type !== unreachableType[family]) return `!<${icmp.type}-${icmp.code}>`;
  if (icmp.code === (family === 4 ? 3 : 4)) return null;
  return (family === 4 ? byCodeV4 : byCodeV6)[icmp.code] ?? `!<${icmp.code}>`;
}

/** What an ICMP unreachable makes of the trace: a policy said no, or the packet could not go on. */
export function outcomeOf(
  family: 4 | 6,
  icmp: IcmpVerdict,
): Extract<TraceOutcome, 'prohibited' | 'unreachable'> {
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
