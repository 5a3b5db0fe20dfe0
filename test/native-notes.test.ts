import { existsSync, readdirSync, readFileSync } from 'node:fs';
import t from 'tap';

// The notes name the tests that cover each problem. Every named test, scenario and command must exist.

interface Pitfall {
  name: string;
  decision: string;
  tests: string;
}

function pitfalls(): Pitfall[] {
  const rows = readFileSync('native-notes/pitfalls.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => {
    const [, name = '', decision = '', tests = ''] = row.split('|').map((cell) => cell.trim());
    return { name, decision, tests };
  });
}

const scenarios = readdirSync('test/scenarios/trace');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Whether the named thing exists: one or several scenarios, a file that contains the words, or a command. */
function exists(named: string, words: string | undefined): boolean {
  if (named.startsWith('npm run ')) return named.slice('npm run '.length) in scripts;
  if (named.endsWith('.json')) {
    const [start = '', end] = named.split('*');
    return scenarios.some((file) => (end === undefined ? file === named : file.startsWith(start)));
  }
  if (!existsSync(named)) return false;
  return words === undefined || readFileSync(named, 'utf8').includes(words);
}

t.test('every pitfall of a TCP traceroute has a decision and a test', async (t) => {
  const all = pitfalls();
  t.ok(all.length >= 25);
  t.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name, decision, tests } of all) {
    t.not(decision, '', name);
    const named = [...tests.matchAll(/`([^`]+)`(?: \(([^)]+)\))?/g)];
    t.ok(named.length > 0, `${name}: names a test`);
    for (const [, what = '', words] of named) t.ok(exists(what, words), `${name}: ${what} ${words ?? ''}`);
  }
});
