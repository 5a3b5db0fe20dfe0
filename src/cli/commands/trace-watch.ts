import { type WatchHostOptions, watchHost } from '../../pipeline/watch-host.js';
import type { WatchRound } from '../../probe/trace/watch-path.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { watchLines, watchText } from '../../report/text/watch.js';
import { WatchLog } from '../../report/text/watch-log.js';
import type { BulkEntry, BulkResult, CommandContext, CommandResult } from '../command.js';
import { InterruptedError } from '../failure.js';
import { LiveHops } from '../live-hops.js';

/**
 * Watches a path until `--count` rounds are done or Ctrl-C: a live table on a terminal and the final one at the end, or
 * with `--json` a line per round.
 */
export async function runWatch(
  host: string,
  options: WatchHostOptions,
  asJson: boolean,
  { progress }: CommandContext,
): Promise<CommandResult | BulkResult> {
  const log = new WatchLog();
  // The first round shows its hops as they come; from then on there is a table to look at.
  const first = new LiveHops(host, progress);
  const rounds = watchHost(host, {
    ...options,
    onHop: (hop) => log.latest === null && first.hop(hop),
    onName(address, name) {
      if (log.latest === null) first.name(address, name);
    },
  });

  function add(round: WatchRound): void {
    log.add(round);
    const screen = progress.size();
    if (screen === null) return;
    progress.show(watchLines(log, { color: false, columns: screen.columns, unicode: true }, screen.lines));
  }

  if (asJson) return { entries: entries(), exitCode, interruptedNote };
  for await (const round of rounds) add(round);
  const { latest } = log;
  if (latest === null) throw new InterruptedError();
  return {
    document: latest,
    render: (style, verbose) => watchText(log, style, verbose),
    exitCode: exitCode(),
  };

  async function* entries(): AsyncGenerator<BulkEntry[]> {
    for await (const round of rounds) {
      add(round);
      yield [{ document: round, render: () => null }];
    }
  }

  function exitCode(): number {
    return log.latest === null ? 0 : exitCodeOf(log.latest);
  }

  function interruptedNote(): string {
    return `interrupted after round ${log.latest?.round ?? 0}`;
  }
}
