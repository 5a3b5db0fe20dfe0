import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { FleetDocument } from '../../../src/documents/fleet.js';
import { fleetText } from '../../../src/report/text/fleet.js';
import { plain } from '../../report/documents.js';
import { jobOf, send } from '../agents.js';
import { agentOf, connection, directory, fleet, key, mute, outcomesOf, run, startAgent } from './lab.js';

/** Agents whose wall clock is wrong. Clocks are compared, and nothing is ordered by them. */

/** Loaded into an agent before its own modules: `Date` is shifted, and the monotonic clock is not. */
const shifting = `const byMs = Number(process.env.CLOCK_SHIFT_MS);
const { now } = Date;
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [now() + byMs] : given));
  }
  static now() {
    return now() + byMs;
  }
};
`;
const file = join(directory, 'shifted-clock.cjs');

/** Starts web-3 again with a clock that is so far ahead. */
async function startShifted(byMs: number): Promise<void> {
  writeFileSync(file, shifting);
  await agentOf('web-3').end();
  await startAgent('web-3', {}, ['env', `NODE_OPTIONS=--require=${file}`, `CLOCK_SHIFT_MS=${byMs}`]);
}

/** Whether the interval of the offset of web-3 contains what its clock was shifted by. */
function isMeasured({ results }: FleetDocument, byMs: number): boolean {
  const { offsetMinMs, offsetMaxMs } = results.find(({ agent }) => agent === 'web-3')?.clock ?? {
    offsetMinMs: 0,
    offsetMaxMs: 0,
  };
  // Both ends are whole milliseconds.
  return offsetMinMs <= byMs + 1 && byMs - 1 <= offsetMaxMs;
}

const fourMinutes = 240_000;
const hour = 3_600_000;

for (const [byMs, words] of [
  [fourMinutes, /web-3's clock is 240 s ahead \(±/],
  [-fourMinutes, /web-3's clock is 240 s behind \(±/],
] as const)
  t.test(`an agent whose clock is ${byMs / 1000} s ahead measures with the others`, async (t) => {
    await startShifted(byMs);
    const { port } = await mute(t);
    const document = await run(`10.90.0.10:${port}`);
    t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered', 'web-3': 'answered' });
    const began = document.results.map(({ report }) => Date.parse(report?.startedAt ?? ''));
    t.ok(Math.abs((began[2] ?? 0) - (began[0] ?? 0) - byMs) < fourMinutes / 2, 'its report has its own time');
    t.ok(isMeasured(document, byMs), JSON.stringify(document.results[2]?.clock));
    t.match(fleetText(document, plain), words);
    t.match(document.comparison, { findings: [{ kind: 'all-reachable' }] });
    const later = await mute(t);
    const startAfterMs = 1500;
    // As long as a controller lets a job be run.
    const notAfter = new Date(Date.now() + 360_000).toISOString();
    const job = jobOf(fleet, `10.90.0.10:${later.port}`, { check: 'tcp', startAfterMs, notAfter });
    const sentMs = performance.now();
    const answer = await send(connection, `pprobe.v1.${fleet}.job.agent.web-3`, JSON.stringify(job), key);
    t.match(answer, { state: 'accepted', reason: null });
    // By its wall clock it would begin at once, or minutes after the deadline.
    await later.opened;
    t.ok(performance.now() - sentMs >= startAfterMs, 'it begins after the delay');
    await agentOf('web-3').says(new RegExp(`job=${job.id} .*decision=report`));
  });

for (const [byMs, words] of [
  [hour, /web-3's clock is 3600 s ahead \(±/],
  [-hour, /web-3's clock is 3600 s behind \(±/],
] as const)
  t.test(`an agent whose clock is ${byMs / 1000} s ahead refuses, and both times are told`, async (t) => {
    await startShifted(byMs);
    const { port } = await mute(t);
    const document = await run(`10.90.0.10:${port}`);
    t.same(outcomesOf(document), { 'web-1': 'answered', 'web-2': 'answered', 'web-3': 'refused' });
    const instant = String.raw`20\d\d-\d\d-\d\dT[\d:.]+Z`;
    const way = byMs > 0 ? 'ahead of' : 'behind';
    t.match(
      document.results[2]?.reason,
      new RegExp(`^clock: issued at ${instant}, and it is ${instant} here: 3[56]\\d\\d s ${way} it$`),
    );
    t.ok(isMeasured(document, byMs), JSON.stringify(document.results[2]?.clock));
    t.match(fleetText(document, plain), words);
  });

t.test('with a clock that is right again', async () => {
  await agentOf('web-3').end();
  await startAgent('web-3');
});
