import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', root), 'utf8');

t.test('every test that the threat model names exists, with this title', async (t) => {
  const [, model = ''] = text.split('## Threat model');
  const [table = ''] = model.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| who'));
  t.ok(rows.length >= 15);
  for (const row of rows) {
    const cells = row.split('|').slice(1, -1);
    t.equal(cells.length, 4, row);
    const named = [...(cells[3] ?? '').matchAll(/`(test\/[^`]+\.test\.ts)`: ([^;]+)/g)];
    t.ok(named.length > 0, `no test in: ${row}`);
    for (const [, path = '', title = ''] of named) {
      const file = new URL(path, root);
      t.ok(existsSync(file), `${path} exists`);
      t.ok(readFileSync(file, 'utf8').includes(title.trim()), `${path} has a test "${title.trim()}"`);
    }
  }
});
