import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bin } from '../cli/pprobe.js';
import { report } from '../compare/reports.js';
import { dns, HOST, hops, http, tcp, tls, trace } from '../diagnose/evidence.js';
import { sshLab } from '../fleet/sshd.js';
import { type BenchRow, isInstalled, printRows } from './row.js';
import { median } from './trace/statistics.js';

/**
 * A fleet over ssh beside the tools that people use for it, and the comparison of many saved reports:
 * `npm run bench:ssh -- [--hosts 100] [--reports 1000] [--rounds 3]`. Every host is an sshd on a port of loopback whose `pprobe` prints a saved
 * report, so what is measured is the asking. All tools ask 20 hosts at a time, in turns.
 */
const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '100' },
    reports: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
  },
});
const [hosts, reports, rounds] = [values.hosts, values.reports, values.rounds].map(Number) as [
  number,
  number,
  number,
];
const dir = mkdtempSync(join(tmpdir(), 'pprobe-bench-ssh-'));
const address = '10.0.1.5';
const answers = [dns(HOST, [address])];

/** A report of the usual size; every tenth host is dead. */
function made(host: number): string {
  const [name, from] = [`host-${host}`, `10.9.${host >> 8}.${host & 255}`];
  const path = hops('10.8.0.1', '10.8.0.2', ...Array.from({ length: 8 }, () => null));
  const given =
    host % 10 === 3
      ? { tcp: [tcp(HOST, { [address]: 'timeout' })], trace: [trace('filtered', path)] }
      : {
          tcp: [tcp(HOST, { [address]: 'open' })],
          tls: [tls('ok')],
          http: [http(200)],
          trace: [trace('filtered', path)],
        };
  return JSON.stringify({ ...report(name, from, { dns: answers, ...given }), reportId: randomUUID() });
}

interface Run {
  seconds: number;
  stdout: string;
  /** In microseconds and kilobytes, of a Node that says so. */
  used: { userCPUTime: number; systemCPUTime: number; maxRSS: number } | null;
}

async function run(command: string, args: readonly string[], input = ''): Promise<Run> {
  const began = process.hrtime.bigint();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  child.stdin.end(input);
  await once(child, 'close');
  const used = /^pprobe-bench (\{.*\})$/m.exec(said.stderr)?.[1];
  return {
    seconds: Number(process.hrtime.bigint() - began) / 1e9,
    stdout: said.stdout,
    used: used === undefined ? null : JSON.parse(used),
  };
}

/** Tells what the process has used when it ends. */
const meter =
  'data:text/javascript,process.on("exit",()=>process._rawDebug("pprobe-bench "+JSON.stringify(process.resourceUsage())))';

async function fleetRows(): Promise<BenchRow[]> {
  const lab = await sshLab(dir);
  const tools = join(dir, 'bin');
  mkdirSync(tools);
  writeFileSync(join(dir, 'report.json'), made(1));
  writeFileSync(join(tools, 'pprobe'), `#!/bin/sh\ncat ${join(dir, 'report.json')}\n`);
  chmodSync(join(tools, 'pprobe'), 0o755);
  const names = Array.from({ length: hosts }, (_, index) => `host-${index}`);
  for (const name of names) lab.alias(name, await lab.sshd(`${tools}:/usr/bin:/bin`));
  const file = join(dir, 'hosts');
  writeFileSync(file, `${names.join('\n')}\n`);
  const config = ['-F', lab.configFile, '-o', 'BatchMode=yes'];
  const target = `https://${HOST}/prod`;
  const asked = [bin, 'fleet', 'diagnose', target, '--via', 'ssh', '--hosts', file, '--json'];
  const peers: Record<string, () => Promise<Run>> = {
    'pprobe fleet': () => run(process.execPath, [...asked, '--ssh-config', lab.configFile]),
    'parallel-ssh': () =>
      run('parallel-ssh', [
        '-i',
        '-p',
        '20',
        '-t',
        '600',
        '-h',
        file,
        '-x',
        config.join(' '),
        'pprobe diagnose',
      ]),
    'xargs ssh': () =>
      run(
        'xargs',
        ['-P', '20', '-I', '{}', 'ssh', ...config, '{}', 'pprobe diagnose'],
        `${names.join('\n')}\n`,
      ),
  };
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [tool, measure] of Object.entries(peers)) {
      if (tool === 'parallel-ssh' && !isInstalled(tool)) continue;
      const { seconds, stdout } = await measure();
      const came = stdout.match(/"kind":\s?"report"/g)?.length ?? 0;
      if (came < hosts)
        throw new Error(`${tool}: ${came} of ${hosts} reports came:\n${stdout.slice(0, 2000)}`);
      rates.set(tool, [...(rates.get(tool) ?? []), hosts / seconds]);
    }
  }
  await lab.close();
  const peer = median(rates.get('xargs ssh') ?? [1]);
  return [...rates].map(([tool, each]) => ({
    what: `${hosts} hosts over ssh, 20 at a time`,
    tool,
    values: each,
    unit: 'hosts/s',
    ratio: median(each) / peer,
  }));
}

async function explainRows(): Promise<BenchRow[]> {
  const folder = join(dir, 'reports');
  mkdirSync(folder);
  for (let index = 0; index < reports; index++) writeFileSync(join(folder, `${index}.json`), made(index));
  const seconds: number[] = [];
  const [lines, megabytes, processor]: number[][] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const {
      stdout,
      used,
      seconds: took,
    } = await run(process.execPath, ['--import', meter, bin, 'explain', folder]);
    if (!stdout.includes('=>')) throw new Error(`explain found nothing:\n${stdout}`);
    seconds.push(took);
    lines?.push(stdout.split('\n').length);
    megabytes?.push((used?.maxRSS ?? 0) / 1024);
    processor?.push(((used?.userCPUTime ?? 0) + (used?.systemCPUTime ?? 0)) / 1e6);
  }
  const row = (what: string, all: readonly number[] = [], unit: string, most: number): BenchRow => ({
    what: `explain of ${reports} reports: ${what}`,
    tool: 'pprobe',
    values: all,
    unit,
    goal: { text: `under ${most}`, isMet: median(all) < most },
  });
  return [
    row('wall time', seconds, 's', 3),
    row('processor time', processor, 's', 3),
    row('memory', megabytes, 'MB', 200),
    row('lines', lines, 'lines', 60),
  ];
}

try {
  const rows = [...(hosts > 0 ? await fleetRows() : []), ...(reports > 0 ? await explainRows() : [])];
  console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${rounds} rounds`);
  printRows(rows);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exit(0);
