import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import { bin } from '../../cli/pprobe.js';
import { availability, namespaceFlags } from '../../lab/availability.js';
import { toolEnvironment } from '../../lab/tools.js';
import { allCases } from './all.js';
import type { Played } from './case.js';
import { textOf, verdictOf, wrong } from './judge.js';
import { fieldNetwork } from './network.js';

/** Cases from the field that are about who answered, remedies, resolvers, trust and the command line, with real commands. */

const found = await availability();

test('the cases of the field about answers, remedies, resolvers, trust and commands are right', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  if (found.mode === null) return;
  const play = fileURLToPath(new URL('./play.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(
    'unshare',
    [
      ...namespaceFlags(found.mode),
      'sh',
      '-euc',
      fieldNetwork,
      'sh',
      process.execPath,
      ...process.execArgv,
      play,
      bin,
    ],
    { env: toolEnvironment, maxBuffer: 64 * 1024 * 1024 },
  );
  const played: Played[] = JSON.parse(stdout);
  for (const each of allCases) {
    const one = played.find(({ id }) => id === each.id);
    if (one === undefined) throw new Error(`${each.id} was not played`);
    const said = textOf(one.pprobe);
    t.same(wrong(each, one), [], `${each.id}: ${each.situation}: ${said}`);
    t.comment(
      `${each.id} | ${each.situation} | 0.1.0: ${each.before} | now: ${verdictOf(one) ?? said.slice(0, 80)} | ${each.source}`,
    );
  }
});
