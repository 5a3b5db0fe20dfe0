import { type Bound, waitBound } from '../../core/check-options.js';
import { count } from '../../core/text.js';
import type { FleetDocument } from '../../documents/fleet.js';
import type { NatsConnection } from '../../fleet/nats/client.js';
import { awaitLateResults, type LateWait } from '../../fleet/nats/late-results.js';
import type { CommandContext } from '../command.js';
import { type Arguments, numberOption, numberSpec, type OptionTable } from '../options.js';

const lateBound = waitBound(null, 3_600_000) satisfies Bound;

/** `--wait`, of the commands that print what comes late. */
export const lateWaitOptions: OptionTable = {
  wait: numberSpec(
    lateBound,
    'With NATS: wait so long after the deadline for results that come late, which the comparison leaves out (0)',
  ),
};

/** For how long late results are awaited: not at all without `--wait`. */
export function lateWaitOf(args: Arguments, { stop }: CommandContext): LateWait {
  return { waitMs: numberOption(args, 'wait', lateBound) ?? 0, stop };
}

/** The document of a job with what has come late. Says so where that has to be waited for. */
export function waitForLate(
  connection: NatsConnection,
  fleet: string,
  document: FleetDocument,
  wait: LateWait,
  { note, output }: CommandContext,
): Promise<FleetDocument> {
  const missing = document.counts['no-answer'] + document.counts.silent;
  if (wait.waitMs > 0 && missing > 0 && !output.quiet)
    note(`pprobe: waits up to ${wait.waitMs / 1000} s for the results of ${count(missing, 'host')}`);
  return awaitLateResults(connection, fleet, document, wait);
}
