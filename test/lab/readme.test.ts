import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { labUnavailable } from './lab.js';
import { packageRoot } from './paths.js';
import { Terminal } from './terminal.js';

/** Each command of README that has an output prints that output in the lab, apart from times and versions. */

/** The state of the lab for the commands that need a fault: by a part of the output that README shows. */
const faultBySign: readonly [sign: RegExp, fault: string][] = [
  [/^TIMEOUT/m, 'security-group'],
  [/^POLICY/m, 'resource-policy-explicit'],
  [/\/etc\/hosts line/, 'hosts-file'],
  [/open on 1 of 2 addresses/, 'network-acl'],
];

interface Example {
  command: string;
  output: string;
  fault: string | null;
}

/** README's blocks of a prompt, a command and its output. A command without an output needs what the lab has not. */
function examples(): Example[] {
  const text = readFileSync(join(packageRoot, 'README.md'), 'utf8');
  const found: Example[] = [];
  for (const [, block = ''] of text.matchAll(/^```console\n\$ ([\s\S]*?)\n```$/gm)) {
    const parts = /^((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(block);
    if (parts === null) continue;
    const [, command = '', output = ''] = parts;
    found.push({ command, output, fault: faultBySign.find(([sign]) => sign.test(output))?.[1] ?? null });
  }
  return found;
}

/**
 * Lines without what differs between two runs: times, versions, and the widths of columns that follow from them. README shows
 * the last screen of a watch on a terminal; without one, a line for each round comes before it.
 */
function comparable(output: string): string[] {
  return output
    .replace(/^\S+Z round .*\n/gm, '')
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
    .replace(/\b\d+\.\d\d\b(?!\.)/g, 'TIME')
    .replace(/^. system .*$/m, 'SYSTEM')
    .replace(/[ \t]+/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}

/** Whether the lines are those of README, where "…" on a line of its own stands for any lines. */
function differs(actual: readonly string[], shown: readonly string[]): string | null {
  let at = 0;
  let skips = false;
  for (const line of shown) {
    if (line === '…') {
      skips = true;
      continue;
    }
    const found = skips ? actual.indexOf(line, at) : at;
    if (found === -1 || actual[found] !== line) return line;
    at = found + 1;
    skips = false;
  }
  return skips || at === actual.length ? null : `the line after the last: ${actual[at]}`;
}

const skip =
  (await labUnavailable()) ?? (process.getuid?.() === 0 ? false : 'the method syn of README needs root');

t.test("README's commands print README's output in the lab", { skip }, async (t) => {
  const terminal = new Terminal(t);
  t.match(await terminal.run('up'), { code: 0 });
  const all = examples();
  t.ok(all.length >= 8, `${all.length} examples`);
  for (const [, fault] of faultBySign)
    t.ok(
      all.some((example) => example.fault === fault),
      fault,
    );
  for (const { command, output, fault } of all) {
    t.match(await terminal.run(...(fault === null ? ['heal'] : ['break', fault])), { code: 0 });
    const script = `cd ${terminal.directory} && COLUMNS=80 ${command}`;
    const { stdout, stderr } = await terminal.run('exec', '--', 'sh', '-c', script);
    const wrong = differs(comparable(stdout.trimEnd()), comparable(output));
    t.equal(wrong, null, command.replace(/\n\s*/g, ' '), { stdout, stderr });
  }
});
