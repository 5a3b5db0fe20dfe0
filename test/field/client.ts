import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case, Step } from './case.js';
import { askPeers, execute, type Printed, readIfThere } from './execute.js';
import type { Played } from './judge.js';

/** Where the commands of a case run. */
export interface Client {
  /** What is given to pprobe, and where its reports are saved. */
  program: string;
  directory: string;
  /** Puts addresses and paths into a text of the case. */
  fill: (text: string) => string;
  run: (argv: readonly string[], env: Readonly<Record<string, string>>) => Promise<Printed>;
}

/** Runs the steps of a case one after the other, and then its peers with the variables of the last step. */
export async function play(
  { id, steps, peers = [] }: Case,
  { program, directory, fill, run }: Client,
): Promise<Played> {
  const startMs = performance.now();
  const filled = (argv: readonly string[], env: Step['env'] = {}) =>
    run(argv.map(fill), Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])));
  const played: Played['steps'] = [];
  for (const [index, step] of steps.entries()) {
    const saved = join(directory, `${id}-${index}.json`);
    const printed = await filled(argvOf(program, step, saved), step.env);
    played.push({ printed, report: readIfThere(saved) });
  }
  const answers = await askPeers(peers, (argv) => filled(argv, steps.at(-1)?.env));
  return { id, steps: played, peers: answers, durationMs: performance.now() - startMs };
}

function argvOf(program: string, { args, preload, asUser }: Step, saved: string): string[] {
  const saves = args[0] === 'diagnose' && !args.includes('--help') && !args.includes('--save');
  return [
    ...(asUser ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'] : []),
    process.execPath,
    ...(preload === undefined
      ? []
      : ['--import', fileURLToPath(new URL(`./paths/${preload}`, import.meta.url))]),
    program,
    ...args,
    ...(saves ? ['--save', saved] : []),
  ];
}

/** A client in a namespace, which sees each of `files` in place of its own. */
export function inNamespace(
  namespace: string,
  home: string,
  files: Readonly<Record<string, string>>,
): Client['run'] {
  const mounts = Object.entries(files).map(([path, text], index) => {
    const source = join(home, String(index));
    writeFileSync(source, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    return `mkdir -p '${dirname(path)}'; [ -e '${path}' ] || : >'${path}'; mount --bind '${source}' '${path}'`;
  });
  const script = [...mounts, 'exec "$@"'].join('\n');
  return (argv, env) =>
    execute(
      [
        'nsenter',
        `--net=/run/netns/${namespace}`,
        '--',
        'unshare',
        '--mount',
        'sh',
        '-euc',
        script,
        'sh',
        ...argv,
      ],
      { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', HOME: home, ...env },
    );
}
