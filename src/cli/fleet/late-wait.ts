import { type Bound, waitBound } from '../../core/check-options.js';
import { type Arguments, numberOption, numberSpec, type OptionTable } from '../options.js';

const lateBound = waitBound(null, 3_600_000) satisfies Bound;

/** `--wait`, of the commands that print what comes late. */
export const lateWaitOptions: OptionTable = {
  wait: numberSpec(
    lateBound,
    'With NATS: wait so long after the deadline for results that come late, which the comparison leaves out (0)',
  ),
};

/** Milliseconds to wait for late results; 0 where it is not asked for. */
export function lateWaitMs(args: Arguments): number {
  return numberOption(args, 'wait', lateBound) ?? 0;
}
