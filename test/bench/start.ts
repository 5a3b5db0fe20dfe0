import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { closedPort, dnsServer, tcpServer } from '../cli/servers.js';
import { packageRoot } from '../lab/paths.js';

/**
 * How long each command takes from start to end, as a ratio to `node -e 0`, against servers on loopback. The runs alternate, so
 * that other load on the machine affects all of them; the ratio of the medians counts.
 *
 *     npm run bench:start -- [--node PATH]… [--base DIRECTORY] [--rounds N] [--only NAME,NAME]
 *
 * `--base` also measures another checkout, which must be built.
 */
const { values: options } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [process.execPath] },
    base: { type: 'string' },
    rounds: { type: 'string', default: '31' },
    only: { type: 'string' },
  },
});

/** Node 20 reads the file of NODE_EXTRA_CA_CERTS at every start, which takes longer than everything else. */
const { NODE_EXTRA_CA_CERTS: _file, NODE_OPTIONS: _options, ...env } = process.env;

interface Run {
  name: string;
  argv: readonly string[];
}

interface Timed extends Run {
  wallMs: number[];
}

async function wallMs(node: string, argv: readonly string[]): Promise<number> {
  const started = process.hrtime.bigint();
  const child = spawn(node, argv, { env, stdio: 'ignore' });
  const [exitCode, signal] = await once(child, 'exit');
  const ended = process.hrtime.bigint();
  if (signal !== null || exitCode === 3) throw new Error(`${argv.join(' ')}: exit ${signal ?? exitCode}`);
  return Number(ended - started) / 1e6;
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? 0;
}

async function measure(node: string, runs: readonly Run[]): Promise<Timed[]> {
  const timed: Timed[] = runs.map((run) => ({ ...run, wallMs: [] }));
  // The first runs fill the caches of the kernel, and those of compiled code.
  for (const { argv } of [...timed, ...timed, ...timed]) await wallMs(node, argv);
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const run of timed) run.wallMs.push(await wallMs(node, run.argv));
  }
  return timed;
}

function print([bare, ...others]: readonly Timed[]): void {
  const one = quantile(bare?.wallMs ?? [], 0.5);
  for (const { name, wallMs: all } of [...(bare === undefined ? [] : [bare]), ...others]) {
    const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(all, part));
    const ratio = ((middle ?? 0) / one).toFixed(2);
    const least = (Math.min(...all) / Math.min(...(bare?.wallMs ?? []))).toFixed(2);
    const spread = [low, middle, high].map((value) => (value ?? 0).toFixed(1)).join(' / ');
    console.log(
      `  ${name.padEnd(16)} ratio ${ratio} (of the minima ${least})  quartiles ${spread} ms, ${((middle ?? 0) - one).toFixed(1)} above`,
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
const [dns, tcp] = [await dnsServer(), await tcpServer()];
const report = join(directory, 'report.json');
const port = String(tcp.port);
const refused = `127.0.0.1:${await closedPort()}`;
const commands: readonly Run[] = [
  { name: '--version', argv: ['--version'] },
  { name: 'tcp', argv: ['tcp', '127.0.0.1', port] },
  { name: 'dns', argv: ['dns', 'api.example', '--server', dns.server] },
  { name: 'trace', argv: ['trace', '127.0.0.1', '-p', port] },
  { name: 'diagnose', argv: ['diagnose', refused, '--no-trace', '--save', report] },
  { name: 'explain', argv: ['explain', report] },
  { name: 'doctor', argv: ['doctor'] },
].filter(({ name }) => options.only === undefined || options.only.split(',').includes(name));

const checkouts: readonly [suffix: string, root: string][] =
  options.base === undefined
    ? [['', packageRoot]]
    : [
        // The report that `explain` reads is the older one's, which both can read.
        ['', packageRoot],
        [' (base)', resolve(options.base)],
      ];
for (const node of options.node) {
  console.log(`${node}, ${options.rounds} rounds`);
  const runs = commands.flatMap(({ name, argv }) =>
    checkouts.map(([suffix, root]) => ({
      name: `${name}${suffix}`,
      argv: [join(root, 'bin/pprobe.js'), ...argv],
    })),
  );
  print(await measure(node, [{ name: 'node -e 0', argv: ['-e', '0'] }, ...runs]));
}
dns.close();
tcp.server.close();
tcp.server.unref();
rmSync(directory, { recursive: true });
process.exit(0);
