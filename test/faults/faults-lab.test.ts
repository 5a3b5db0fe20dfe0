import { test } from 'tap';
import { bin } from '../cli/pprobe.js';
import { faults } from './faults.js';
import { gistOf, play, wrongWith } from './play.js';
import { earlier, type Row, writePage } from './table.js';

/**
 * Faults of peers, of this host and of input, played to the executable. The suite plays those that cost little; `npm run faults`
 * plays all, and `build/faults.md` then shows what was printed. PPROBE_FAULTS can also be a list of identifiers.
 */
const wanted = process.env.PPROBE_FAULTS ?? '';
const isRoot = process.getuid?.() === 0;
const rows: Row[] = [];

const played = faults.filter(
  ({ id, costly }) => wanted === 'all' || (wanted === '' ? costly !== true : wanted.split(',').includes(id)),
);

test('faults', async (t) => {
  for (const { prepare } of played) await prepare?.();
  const waiting = played.values();
  const lane = async () => {
    for (const fault of waiting) {
      const { id, fault: what, args } = fault;
      if (fault.root && !isRoot) {
        t.pass(`${id}: needs root`, { skip: 'needs root' });
        continue;
      }
      const ended = await play(fault, bin);
      const found = wrongWith(fault, ended);
      const now = { printed: gistOf(ended), right: found.length === 0, durationMs: ended.durationMs };
      rows.push({ ...fault, before: earlier[id] ?? null, now });
      const { stdout, stderr, seen } = ended;
      const said = [stdout, stderr, seen].map((text) => text.slice(0, 3000));
      t.same(found, [], `${id}: ${what}: pprobe ${args.join(' ').slice(0, 200)}`, { said });
    }
  };
  await Promise.all([lane(), lane()]);
  if (wanted === 'all') writePage(faults.flatMap(({ id }) => rows.filter((row) => row.id === id)));
});
