import { existsSync, readdirSync, readFileSync } from 'node:fs';
import t from 'tap';

// The notes name for each trap what would notice if we fell into it. A test that was renamed or dropped must not stay
// named there.

interface Trap {
  name: string;
  decision: string;
  heldBy: string;
}

function traps(): Trap[] {
  const rows = readFileSync('native-notes/pitfalls.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => {
    const [, name = '', decision = '', heldBy = ''] = row.split('|').map((cell) => cell.trim());
    return { name, decision, heldBy };
  });
}

const scenarios = readdirSync('test/scenarios/trace');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Whether what the notes name is there: a scenario or several, a file with these words in it, a command. */
function isThere(named: string, words: string | undefined): boolean {
  if (named.startsWith('npm run ')) return named.slice('npm run '.length) in scripts;
  if (named.endsWith('.json')) {
    const [start = '', end] = named.split('*');
    return scenarios.some((file) => (end === undefined ? file === named : file.startsWith(start)));
  }
  if (!existsSync(named)) return false;
  return words === undefined || readFileSync(named, 'utf8').includes(words);
}

t.test('every trap of a TCP traceroute has a decision, and something that holds it', async (t) => {
  const all = traps();
  t.ok(all.length >= 25);
  t.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name, decision, heldBy } of all) {
    t.not(decision, '', name);
    const named = [...heldBy.matchAll(/`([^`]+)`(?: \(([^)]+)\))?/g)];
    t.ok(named.length > 0, `${name}: held by something`);
    for (const [, what = '', words] of named) t.ok(isThere(what, words), `${name}: ${what} ${words ?? ''}`);
  }
});
