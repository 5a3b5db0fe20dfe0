import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const repository = resolve(import.meta.dirname, '../..');
export const bin = join(repository, 'bin');
export const program = join(bin, 'pprobe.js');

export interface Home {
  home: string;
  /** Where compiled code is kept. */
  store: string;
  remove(): void;
}

/** A new home directory. It is not below /tmp, where compiled code is never kept. */
export function newHome(): Home {
  const above = [userInfo().homedir, '/opt', '/var/lib'].find(isUsable) ?? repository;
  const home = mkdtempSync(join(above, '.pprobe-test-'));
  const remove = () => rmSync(home, { recursive: true, force: true });
  return { home, store: join(home, '.cache/pprobe/start'), remove };
}

function isUsable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return !/^\/(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/.test(directory);
  } catch {
    return false;
  }
}

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs Node with a home directory, and without the environment of the test except PATH. */
export async function runNode(
  home: string,
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, argv, {
    env: { PATH: process.env.PATH ?? '', HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, signal, stdout, stderr };
}

/** What a run did about compiled code: the state at its end, on the last line of standard error. */
export async function stateOf(
  home: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ use: string; path: string | null; why: string | null }> {
  const wrapper = join(home, 'wrapper.cjs');
  if (!existsSync(wrapper)) {
    const print = "console.error(JSON.stringify(globalThis[Symbol.for('pprobe.compiled-code')]))";
    writeFileSync(wrapper, `process.on('exit', () => ${print}); require(${JSON.stringify(program)});`);
  }
  const { stderr } = await runNode(home, [wrapper, ...words], env);
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
}

/** The files of a directory with this ending; none where there is no directory. */
export function filesIn(directory: string, ending: string): string[] {
  return existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(ending)) : [];
}
