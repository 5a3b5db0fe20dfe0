import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { factsOf } from '../diagnose/configuration/vpc.js';
import { dns, evidence, HOST, tcp } from '../diagnose/evidence.js';
import { packageRoot } from '../lab/paths.js';
import { reportOf } from '../report/report-of.js';
import type { BenchRow } from './row.js';
import { median } from './trace/statistics.js';

const { NODE_EXTRA_CA_CERTS: _file, NODE_OPTIONS: _options, ...env } = process.env;

/** What `--facts` may add to `explain`, in milliseconds. */
const goalMs = 10;

function wallMs(argv: readonly string[]): number {
  const started = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, argv, { env, stdio: 'ignore' });
  const ended = process.hrtime.bigint();
  // 3 and 1: it could not be read, and so nothing was measured.
  if (status === null || status <= 3) throw new Error(`${argv.join(' ')}: exit ${status}`);
  return Number(ended - started) / 1e6;
}

/** How much longer `explain` takes with the configuration of a VPC. The runs alternate. */
export function factsTime(rounds: number): BenchRow[] {
  const directory = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
  try {
    const [report, facts] = [join(directory, 'report.json'), join(directory, 'facts.json')];
    const silent = evidence({
      dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
    });
    writeFileSync(report, JSON.stringify(reportOf(silent)));
    writeFileSync(facts, JSON.stringify(factsOf()));
    const program = join(packageRoot, 'bin', 'pprobe.js');
    const runs = [
      { what: 'explain', argv: [program, 'explain', report], values: [] as number[] },
      {
        what: 'explain --facts',
        argv: [program, 'explain', report, '--facts', facts],
        values: [] as number[],
      },
    ];
    for (let round = -3; round < rounds * 5; round++) {
      for (const { argv, values } of runs) {
        const ms = wallMs(argv);
        // The first runs fill the caches of compiled code.
        if (round >= 0) values.push(ms);
      }
    }
    const [plain = 0, joined = 0] = runs.map(({ values }) => median(values));
    const added = joined - plain;
    const goal = { text: `adds at most ${goalMs} ms, and adds ${added.toFixed(1)}`, isMet: added <= goalMs };
    return runs.map(({ what, values }, index) => ({
      what,
      tool: 'pprobe',
      values,
      unit: 'ms',
      ...(index === 0 ? {} : { goal }),
    }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
