import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Semaphore } from '../../src/core/semaphore.js';
import { availability, type LabMode, namespaceFlags } from '../lab/availability.js';
import { toolEnvironment } from '../lab/tools.js';
import { programArguments } from '../program.js';
import { TunPath, tunUnavailable } from '../tun/tun.js';
import type { Case } from './case.js';
import { type Client, play } from './client.js';
import type { Played } from './judge.js';
import { networkCases, pathCases } from './paths/all.js';
import type { PathCase } from './paths/case.js';
import { networkOf } from './paths/network.js';
import { serviceCases } from './services/all.js';
import { fieldNetwork } from './services/network.js';

/** Cases that need the same of this host, and what they printed. */
export interface Playing {
  title: string;
  cases: readonly Case[];
  /** Why this host cannot play them, or null. */
  unavailable: string | null;
  played: Promise<Played[]>;
}

/**
 * Plays the cases that are wanted to a program. All kinds run at the same time: most of it, each waits for packets. Paths of
 * routers come from a TUN responder, everything else happens among real kernels in namespaces.
 */
export async function playAll(program: string, isWanted: (each: Case) => boolean): Promise<Playing[]> {
  const lab = await availability();
  const networks = networkCases.filter(isWanted);
  const services = serviceCases.filter(isWanted);
  const paths = pathCases.filter(isWanted);
  const noLab = lab.mode === null ? lab.reason : null;
  const noTun = tunUnavailable();
  const inNamespaces = (cases: readonly Case[], network: string, player: string) =>
    lab.mode === null || cases.length === 0
      ? Promise.resolve([])
      : playIn(lab.mode, network, player, [program, ...cases.map(({ id }) => id)]);
  return [
    {
      title: 'contradictions, patience, what this host did not send, and warnings',
      cases: networks,
      unavailable: noLab,
      played: inNamespaces(networks, networkOf(networks), './paths/play.ts'),
    },
    {
      title: 'answers, remedies, resolvers, trust, requests and commands',
      cases: services,
      unavailable: noLab,
      played: inNamespaces(services, fieldNetwork, './services/play.ts'),
    },
    {
      title: 'long paths',
      cases: paths,
      unavailable: noTun,
      played: noTun === null && paths.length > 0 ? playPaths(program, paths) : Promise.resolve([]),
    },
  ];
}

/** Runs a player among the servers of a network. */
async function playIn(
  mode: LabMode,
  network: string,
  player: string,
  args: readonly string[],
): Promise<Played[]> {
  const program = programArguments(new URL(player, import.meta.url));
  // As an argument it would exceed the limit of one argument, 128 KB.
  const directory = mkdtempSync(join(tmpdir(), 'field-network-'));
  const script = join(directory, 'network.sh');
  writeFileSync(script, network);
  const argv = ['sh', '-eu', script, process.execPath, ...program, ...args];
  try {
    const { stdout } = await promisify(execFile)('unshare', [...namespaceFlags(mode), ...argv], {
      env: toolEnvironment,
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function playPaths(program: string, paths: readonly PathCase[]): Promise<Played[]> {
  const tun = await TunPath.start({
    clients: ['10.0.1.10'],
    paths: Object.fromEntries(paths.map(({ target, path }) => [target, path])),
  });
  const directory = mkdtempSync(join(tmpdir(), 'field-'));
  const run: Client['run'] = (argv, env) => tun.exec(argv, { LANG: 'C.UTF-8', ...env });
  const slots = new Semaphore(5);
  try {
    return await Promise.all(
      paths.map(async (each) => {
        await slots.acquire();
        return play(each, { program, directory, fill: (text) => text, run }).finally(() => slots.release());
      }),
    );
  } finally {
    await tun.stop();
    rmSync(directory, { recursive: true });
  }
}
