import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { Semaphore } from '../../../src/core/semaphore.js';
import { bin } from '../../cli/pprobe.js';
import { availability, type LabMode, namespaceFlags } from '../../lab/availability.js';
import { toolEnvironment } from '../../lab/tools.js';
import { TunPath, tunUnavailable } from '../../tun/tun.js';
import { type Row, recordRows, tallyOf } from '../table.js';
import { networkCases, pathCases } from './all.js';
import type { PathCase } from './case.js';
import { networkOf } from './network.js';
import { filled, numberOf, type Played, type Printed, rowOf, textOf, wrong } from './played.js';

/**
 * Cases from the field about verdicts that an observation contradicts, patience, what this host did not send, and warnings, with
 * real commands. FIELD_CASES (identifiers) limits them, FIELD_PROGRAM is another program to run, for comparison.
 */
const program = process.env.FIELD_PROGRAM ?? bin;
const only = process.env.FIELD_CASES?.split(',');
const isWanted = ({ id }: { id: string }) => only === undefined || only.includes(id);
const networks = networkCases.filter(isWanted);
const paths = pathCases.filter(isWanted);

async function playNetworks(mode: LabMode): Promise<Played[]> {
  const script = networkOf(
    new Map(networks.map((each) => [numberOf(each), filled(each.setUp ?? '', numberOf(each))])),
  );
  const play = fileURLToPath(new URL('./play.ts', import.meta.url));
  const argv = ['sh', '-euc', script, 'sh', process.execPath, ...process.execArgv, play, program];
  const { stdout } = await promisify(execFile)(
    'unshare',
    [...namespaceFlags(mode), ...argv, ...networks.map(({ id }) => id)],
    { env: toolEnvironment, maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout);
}

async function playPaths(): Promise<Played[]> {
  const tun = await TunPath.start({
    clients: ['10.0.1.10'],
    paths: Object.fromEntries(paths.map(({ target, path }) => [target, path])),
  });
  const directory = mkdtempSync(join(tmpdir(), 'field-'));
  const slots = new Semaphore(5);
  try {
    return await Promise.all(
      paths.map(async (each) => {
        await slots.acquire();
        return playPath(each, tun, directory).finally(() => slots.release());
      }),
    );
  } finally {
    await tun.stop();
    rmSync(directory, { recursive: true });
  }
}

async function playPath(
  { id, steps, peers = [] }: PathCase,
  tun: TunPath,
  directory: string,
): Promise<Played> {
  const startMs = performance.now();
  const played: Played = { id, steps: [], peers: [], durationMs: 0 };
  for (const [index, { args, env, preload }] of steps.entries()) {
    const saved = join(directory, `${id}-${index}.json`);
    const printed: Printed = await tun.exec(
      [
        process.execPath,
        ...(preload === undefined ? [] : ['--import', fileURLToPath(new URL(preload, import.meta.url))]),
        program,
        ...args,
        ...(args[0] === 'diagnose' ? ['--save', saved] : []),
      ],
      { LANG: 'C.UTF-8', ...env },
    );
    const report = args[0] === 'diagnose' ? readFileSync(saved, 'utf8') : null;
    played.steps.push({ printed, report });
  }
  for (const { argv } of peers) {
    const isThere = (await tun.exec(['sh', '-c', 'command -v "$1"', 'sh', argv[0] ?? ''])).exitCode === 0;
    played.peers.push(isThere ? await tun.exec(argv) : null);
  }
  return { ...played, durationMs: performance.now() - startMs };
}

const found = await availability();
const noTun = tunUnavailable();
const rows: Row[] = [];
// Most of the time both wait for packets.
const playing = {
  networks: found.mode === null ? Promise.resolve([]) : playNetworks(found.mode),
  paths: noTun === null ? playPaths() : Promise.resolve([]),
};
await Promise.allSettled(Object.values(playing));

test('cases of the field on networks of a real kernel', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  const played = await playing.networks;
  for (const each of networks) judge(t, each, played);
});

test('cases of the field on long paths', { skip: noTun ?? false }, async (t) => {
  const played = await playing.paths;
  for (const each of paths) judge(t, each, played);
});

test('verdicts are as reliable as they say', async (t) => {
  const tally = tallyOf(only === undefined ? recordRows('paths', rows) : rows);
  t.equal(tally.certain.right, tally.certain.total, 'every certain verdict is right');
  t.ok(
    tally.high.right >= 0.95 * tally.high.total,
    `${tally.high.right} of ${tally.high.total} high ones are right`,
  );
});

function judge(t: Test, each: (typeof networks)[number] | PathCase, played: readonly Played[]): void {
  const one = played.find(({ id }) => id === each.id);
  if (one === undefined) throw new Error(`${each.id} was not played`);
  const name = `${each.id}: ${each.situation}`;
  rows.push(rowOf(each, one, `test/field/paths/paths.test.ts, ${name}`));
  const said = one.steps.map(({ printed }) => textOf(printed)).join('\n');
  t.same(wrong(each, one), [], `${name}, in ${Math.round(one.durationMs)} ms`, { said });
}
