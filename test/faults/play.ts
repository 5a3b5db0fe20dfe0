import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentOf, gistOfDocument, problemsOf } from './documents.js';
import type { Fault } from './fault.js';
import type { Peer } from './peers.js';

/** A command while it runs. */
export interface Running {
  child: ChildProcess;
  peer: Peer | null;
  /** The directory that the fault has for itself. */
  directory: string;
}

/** How a command ended. */
export interface Ended {
  /** null where a signal ended it, or the limit. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** What `meanwhile` resolved with. */
  seen: string;
  durationMs: number;
  isOverLimit: boolean;
}

/** A command that does not end is killed. Far longer than any command takes on a busy machine. */
const limitMs = 60_000;

/** Plays one fault to a program: pprobe.js of this or another version. */
export async function play(fault: Fault, program: string, longestMs = limitMs): Promise<Ended> {
  const directory = mkdtempSync(join(tmpdir(), 'pprobe-fault-'));
  // Some commands run as another user.
  chmodSync(directory, 0o777);
  for (const [name, text] of Object.entries(fault.files?.() ?? {}))
    writeFileSync(join(directory, name), text);
  const peer = (await fault.peer?.()) ?? null;
  try {
    return await run(fault, program, peer, directory, longestMs);
  } finally {
    peer?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function run(
  { args, shell = 'exec "$@"', env, input = '', unread, meanwhile }: Fault,
  program: string,
  peer: Peer | null,
  directory: string,
  longestMs: number,
): Promise<Ended> {
  const port = String(peer?.port ?? 1);
  const given = Object.entries({ ...peer?.words, CLOSED: '1', PORT: port, DIR: directory });
  const words = args.map((word) => given.reduce((text, [name, value]) => text.replaceAll(name, value), word));
  const startMs = performance.now();
  const child = spawn('sh', ['-c', shell, 'sh', process.execPath, program, ...words], {
    cwd: directory,
    // A group of its own, so that nothing is left of a command that does not end.
    detached: true,
    env: {
      PATH: process.env.PATH ?? '',
      LANG: 'C.UTF-8',
      HOME: directory,
      DIR: directory,
      PORT: port,
      ...env,
    },
    stdio: 'pipe',
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    if (name === 'stdout' && unread) continue;
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (texts[name].length < 50_000_000) texts[name] += text;
    });
  }
  child.stdin.on('error', () => {}).end(input);
  let isOverLimit = false;
  const limit = setTimeout(() => {
    isOverLimit = true;
    killGroup(child);
  }, longestMs);
  const exited = once(child, unread ? 'exit' : 'close');
  const seen =
    meanwhile === undefined
      ? ''
      : await Promise.race([meanwhile({ child, peer, directory }), exited.then(() => 'ended by itself')]);
  const [code, signal] = await exited;
  clearTimeout(limit);
  killGroup(child);
  return { code, signal, ...texts, seen, durationMs: performance.now() - startMs, isOverLimit };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of the group have ended.
  }
}

const bug = /bug in pprobe|^\s+at .*:\d+:\d+\)?$|Unhandled|Uncaught|FATAL ERROR/m;

/** What is wrong with how a command ended; nothing if all is right. `problems` judges the document. */
export function wrongWith(
  { code: right, document, says, never, isBug }: Fault,
  ended: Ended,
  problems = problemsOf,
): string[] {
  const { code, stdout, stderr, seen, isOverLimit, signal } = ended;
  if (isOverLimit) return ['it does not end'];
  const all = `${stdout}\n${stderr}\n${seen}`;
  return [
    ...(code !== null && right.includes(code) ? [] : [`exit ${code ?? signal}, not ${right.join(' or ')}`]),
    ...(document === undefined ? [] : problems(stdout, document)),
    ...(says === undefined || says.test(all) ? [] : [`it does not say ${says}`]),
    ...(never?.test(all) ? [`it says ${never}`] : []),
    ...(!isBug && bug.test(all) ? ['a crash'] : []),
  ];
}

/** How a command ended, in one line. */
export function gistOf({ code, signal, stdout, stderr, seen, isOverLimit }: Ended): string {
  if (isOverLimit) return 'does not end';
  const document = documentOf(stdout);
  const line = (text: string) =>
    text
      .split('\n')
      .find((each) => each.trim() !== '')
      ?.trim() ?? '';
  const printed = document === null ? line(stdout) : gistOfDocument(document);
  const parts = [printed, line(stderr), seen].filter((part) => part !== '');
  const shown = parts.map((part) => (part.length > 150 ? `${part.slice(0, 149)}…` : part));
  return `exit ${code ?? signal}: ${shown.length === 0 ? 'nothing printed' : shown.join('; ')}`.replaceAll(
    /[\p{Cc}\p{Cf}]/gu,
    '�',
  );
}
