/**
 * How many cases a property gets, where it is tested with many. The fast tests set PPROBE_RUNS_SHARE to a share of 1, so that
 * they end within a minute; the whole suite gives each property all of its cases.
 */
export function runs(cases: number): number {
  return Math.ceil(cases * Number(process.env.PPROBE_RUNS_SHARE ?? 1));
}
