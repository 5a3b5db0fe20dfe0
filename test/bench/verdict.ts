import { join } from 'node:path';
import type { ReportDocument } from '../../src/documents/report.js';
import { type Lab, startLab } from '../lab/lab.js';
import { packageRoot } from '../lab/paths.js';
import { inRealtime } from '../tun/tun.js';
import { type BenchRow, isInstalled } from './row.js';
import { median } from './trace/statistics.js';

/** The lab's situations, with the seconds in which a person who still looks is to have the verdict. */
const situations: readonly { what: string; fault: string | null; goalMs: number | null }[] = [
  { what: 'verdict, healthy', fault: null, goalMs: null },
  { what: 'verdict, all addresses filtered', fault: 'security-group', goalMs: 1600 },
  { what: 'verdict, one of two filtered', fault: 'network-acl', goalMs: 1600 },
  { what: 'verdict, resolver silent', fault: 'resolver-silent', goalMs: 1800 },
];

/** A healthy run may take this much more than Node's start and its round trips, of which five are in sequence. */
const healthyMs = 80;

/** What a person would run instead: the first of them that is installed gives the answer of a healthy target. */
function byHand(lab: Lab): [name: string, argv: string[]][] {
  const { names, url, caFile } = lab.facts;
  const commands: [string, string[]][] = [
    ['dig', ['dig', '+tries=1', names.api]],
    ['curl', ['curl', '-sS', '-m', '20', '--cacert', caFile, '-o', '/dev/null', url]],
  ];
  return commands.filter(([name]) => isInstalled(name));
}

/** The time from start to end of `pprobe diagnose` in the lab, beside `node -e 0`, dig and curl in the same situation. */
export async function verdictTime(rounds: number): Promise<BenchRow[]> {
  const lab = await startLab();
  const rows: BenchRow[] = [];
  try {
    for (const { what, fault, goalMs } of situations) {
      await (fault === null ? lab.heal() : lab.break(fault));
      const argv = [process.execPath, join(packageRoot, 'bin/pprobe.js'), 'diagnose', lab.facts.url];
      const taken = new Map<string, number[]>();
      const time = async (tool: string, command: readonly string[]): Promise<string> => {
        const { durationMs, stdout } = await lab.exec('client', inRealtime(command));
        taken.set(tool, [...(taken.get(tool) ?? []), durationMs]);
        return stdout;
      };
      let verdict = '';
      for (let round = 0; round < rounds; round += 1) {
        await time('node -e 0', [process.execPath, '-e', '0']);
        const printed = await time('pprobe diagnose', [...argv, '--ca-file', lab.facts.caFile, '--json']);
        const report = JSON.parse(printed) as ReportDocument;
        verdict = report.verdict.cause === 'none' ? report.verdict.class : report.verdict.cause;
        if (round < slowRounds) for (const [name, command] of byHand(lab)) await time(name, command);
      }
      const startMs = median(taken.get('node -e 0') ?? []);
      const mostMs = goalMs ?? startMs + healthyMs;
      for (const [tool, values] of taken) {
        const isOurs = tool === 'pprobe diagnose';
        const isMet = median(values) <= mostMs;
        const goal = goalMs === null ? `Node's start + ${healthyMs} ms` : `at most ${goalMs} ms`;
        rows.push({
          what,
          tool,
          values,
          unit: 'ms',
          goal: isOurs ? { text: goal, isMet } : undefined,
          note: isOurs ? verdict : undefined,
        });
      }
    }
  } finally {
    await lab.stop();
  }
  return rows;
}

/** dig and curl wait for seconds where nothing answers. */
const slowRounds = 2;
