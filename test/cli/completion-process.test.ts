import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { commands, loadCommands, shells } from '../../src/cli/commands.js';
import { completionScript, completions } from '../../src/cli/completion.js';

/** The completion script of each shell, loaded in that shell and asked what it offers. */

interface Asked {
  /** The words before the cursor; the last is unfinished. */
  words: readonly string[];
  offers: readonly string[];
  /** Offered by none of the shells. */
  not?: readonly string[];
}

const asked: readonly Asked[] = [
  { words: ['dia'], offers: ['diagnose'], not: ['dns', 'doctor'] },
  {
    words: [''],
    offers: [
      'diagnose',
      'dns',
      'tcp',
      'trace',
      'explain',
      'collect',
      'fleet',
      'agent',
      'serve',
      'doctor',
      'completion',
    ],
  },
  {
    words: ['diagnose', 'https://a.example/x', '--vp'],
    offers: ['--vpce', '--vpc-resolver'],
    not: ['--format'],
  },
  { words: ['trace', '--'], offers: ['--method', '--max-ttl', '--format'], not: ['--vpce', '--4'] },
  { words: ['diagnose', '--format', ''], offers: ['text', 'json', 'ndjson'], not: ['diagnose', '--json'] },
  { words: ['tcp', 'host', '--format', 'nd'], offers: ['ndjson'], not: ['text'] },
  { words: ['trace', '--method', 's'], offers: ['syn'], not: ['auto'] },
  { words: ['dns', '-t', 'AA'], offers: ['AAAA'], not: ['MX'] },
  { words: ['completion', ''], offers: ['bash', 'zsh', 'fish'], not: ['dns'] },
  { words: ['--ver'], offers: ['--version', '--verbose'] },
  { words: ['diagnose', '--format=js'], offers: ['--format=json'], not: ['json'] },
  // As bash divides it.
  { words: ['diagnose', '--format', '=', 'js'], offers: ['json'], not: ['--format=json'] },
];

/** Words for which a shell offers files: nothing else may be offered. */
const files: readonly (readonly string[])[] = [
  ['explain', ''],
  ['diagnose', '--save', ''],
  ['diagnose', 'x', '--ca-file', 'a'],
  ['completion', 'bash', ''],
];

/** What the shells ask: starting three shells and pprobe for each line would take half a minute. */
const askedByShells: readonly Asked[] = [
  { words: ['dia'], offers: ['diagnose'], not: ['dns', 'doctor'] },
  { words: ['diagnose', '--format', ''], offers: ['text', 'json', 'ndjson'], not: ['diagnose', '--json'] },
];

interface Shell {
  name: string;
  /** A program of the shell that prints what the script offers, each in a line. */
  program(script: string, words: readonly string[]): string;
  args: readonly string[];
}

const quote = (word: string): string => `'${word}'`;

const each: readonly Shell[] = [
  {
    name: 'bash',
    args: ['--norc', '-c'],
    program: (script, words) => `source ${script}
      complete -p pprobe >/dev/null || exit 9
      COMP_WORDS=(pprobe ${words.map(quote).join(' ')}); COMP_CWORD=${words.length}
      _pprobe pprobe ${quote(words.at(-1) ?? '')} x
      printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  {
    name: 'zsh',
    args: ['-f', '-c'],
    program: (script, words) => `autoload -Uz compinit; compinit -D -u
      source ${script}
      [[ \${_comps[pprobe]} == _pprobe ]] || exit 9
      _describe() { print -rl -- "\${(P@)2}" }
      words=(pprobe ${words.map(quote).join(' ')}); CURRENT=${words.length + 1}
      _pprobe`,
  },
  {
    name: 'fish',
    args: ['--no-config', '-c'],
    program: (script, words) => `source ${script}; complete -C 'pprobe ${words.join(' ')}'`,
  },
];

/** A directory with the program `pprobe` and the scripts. */
function place(t: Test): { bin: string; script: (shell: string) => string } {
  const root = t.testdir({ bin: {} });
  mkdirSync(join(root, 'bin'), { recursive: true });
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(process.cwd(), 'bin/pprobe.js')}' "$@"\n`;
  writeFileSync(join(root, 'bin/pprobe'), program, { mode: 0o755 });
  for (const shell of shells) writeFileSync(join(root, `${shell}.txt`), completionScript(shell));
  return { bin: join(root, 'bin'), script: (shell) => join(root, `${shell}.txt`) };
}

function ask(shell: Shell, program: string, bin: string): Promise<{ words: string[]; stderr: string }> {
  // The login shell is another one than the shell that asks.
  const login = shell.name === 'zsh' ? '/bin/bash' : '/bin/zsh';
  const env = { PATH: `${bin}:/usr/bin:/bin`, SHELL: login, HOME: bin, LANG: 'C.UTF-8', TERM: 'dumb' };
  return new Promise((resolve) => {
    execFile(shell.name, [...shell.args, program], { env, cwd: bin }, (_error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line !== '');
      resolve({ words: lines.map((line) => line.split(/[\t:]/)[0] ?? ''), stderr });
    });
  });
}

t.test('the words that may follow', async (t) => {
  const all = await loadCommands(commands);
  const offered = async (words: readonly string[]): Promise<string[]> => {
    const loaded = all.filter(({ name }) => words.slice(0, -1).includes(name));
    const text = await completions(['--get-yargs-completions', 'pprobe', ...words], loaded);
    return text.split('\n').map((line) => line.split(/[\t:]/)[0] ?? '');
  };
  for (const { words, offers, not = [] } of asked) {
    const found = await offered(words);
    const label = words.join(' ');
    for (const word of offers) t.ok(found.includes(word), `${label}: ${word}`, { found });
    for (const word of not) t.notOk(found.includes(word), `${label}: not ${word}`);
  }
  for (const words of files) t.same(await offered(words), [''], words.join(' '));
});

for (const shell of each) {
  const lacks = spawnSync(shell.name, ['--version']).error !== undefined;
  t.test(shell.name, { skip: lacks && `${shell.name} is not installed` }, async (t) => {
    const { bin, script } = place(t);
    for (const { words, offers, not = [] } of askedByShells) {
      const found = await ask(shell, shell.program(script(shell.name), words), bin);
      const label = words.join(' ');
      t.equal(found.stderr, '', label);
      for (const word of offers)
        t.ok(found.words.includes(word), `${label}: ${word}`, { found: found.words });
      for (const word of not) t.notOk(found.words.includes(word), `${label}: not ${word}`);
    }
  });
}

t.test('the script for the shell that calls, also where the login shell is another one', async (t) => {
  const { bin } = place(t);
  for (const { name, args } of each) {
    if (spawnSync(name, ['--version']).error !== undefined) continue;
    const env = { PATH: `${bin}:/usr/bin:/bin`, SHELL: '/bin/tcsh', HOME: bin };
    const { stdout } = spawnSync(name, [...args, 'pprobe completion; true'], { env, encoding: 'utf8' });
    t.equal(stdout, completionScript(name), name);
  }
});
