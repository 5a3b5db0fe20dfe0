import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import type { FleetDocument } from '../../../src/documents/fleet.js';
import { withLateResults } from '../../../src/fleet/nats/late-results.js';
import { agentOf, broker, connection, directory, fleet, type Id, mute, run, startAgent } from './lab.js';

/** Agents and the broker are stopped, continued and killed at random while several jobs run at once. */

const ids: readonly Id[] = ['web-1', 'web-2', 'web-3'];
/** Each event once. More of them by hand: PPROBE_CHAOS_ROUNDS=40 node scripts/test.js fleet/nats-lab */
const rounds = Number(process.env.PPROBE_CHAOS_ROUNDS ?? 4);

t.test('whatever stops, goes on or dies: every agent has one outcome, and no result is lost', async (t) => {
  const { streams } = await jetstreamManager(connection);
  const said = new Map<Id, string>(ids.map((id) => [id, '']));
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(Math.random() * items.length)] as Item;
  const events: Record<string, () => Promise<void>> = {
    async 'an agent stands still'() {
      const { child } = agentOf(pick(ids));
      child.kill('SIGSTOP');
      await delay(Math.random() * 1500);
      child.kill('SIGCONT');
    },
    async 'an agent is killed'() {
      const id = pick(ids);
      await agentOf(id).end('SIGKILL');
      said.set(id, `${said.get(id)}${agentOf(id).said}`);
      await startAgent(id);
    },
    async 'the broker stands still'() {
      broker.freeze();
      await delay(Math.random() * 1500);
      broker.thaw();
    },
    async 'the broker is killed'() {
      await broker.stop('SIGKILL');
      await delay(Math.random() * 1000);
      await broker.start();
    },
  };
  const documents: FleetDocument[] = [];
  const happened: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { port, release } = await mute(t);
    const jobs = [null, 'edge', null].map((group) =>
      run(`https://10.90.0.10:${port}/`, { deadlineMs: 6000, ...(group === null ? {} : { group }) }).catch(
        (error: unknown) => {
          // A roster cannot be read of a broker that is away: nothing was sent.
          happened.push(String(error));
          return null;
        },
      ),
    );
    const name = Object.keys(events)[round % 4] ?? '';
    happened.push(name);
    await delay(Math.random() * 800);
    await events[name]?.();
    await delay(Math.random() * 800);
    release();
    documents.push(...(await Promise.all(jobs)).filter((each) => each !== null));
  }
  const measured = (id: Id): string[] =>
    [...`${said.get(id)}${agentOf(id).said}`.matchAll(/job=(\S+) .*decision=report/g)].map(
      ([, job = '']) => job,
    );
  for (const document of documents) {
    const { job, roster, counts, results } = document;
    t.same(results.map(({ agent }) => agent).sort(), roster.map(({ agent }) => agent).sort(), 'each once');
    const { roster: all, ...outcomes } = counts;
    t.equal(
      Object.values(outcomes).reduce((sum, each) => sum + each, 0),
      all,
      JSON.stringify(counts),
    );
    // What an agent has measured is in the stream in the end, or on its disk where it was killed in between.
    for (const { agent } of roster) {
      const id = agent as Id;
      if (!measured(id).includes(job.id)) continue;
      const subject = `pprobe.v1.${fleet}.result.${job.id}.${agent}`;
      for (;;) {
        const found = await streams
          .getMessage(`PPROBE_RESULTS_${fleet}`, { last_by_subj: subject })
          .catch(() => null);
        if (found !== null) break;
        await delay(100);
      }
    }
    const again = await withLateResults(connection, fleet, document);
    happened.push(JSON.stringify([counts, again.counts]));
    t.equal(again.counts.answered, counts.answered, 'what was counted stays');
    t.ok(again.counts.late <= counts['no-answer'] + counts.silent, 'and nothing is counted twice');
  }
  t.comment(happened.join('; '));
  for (const id of ids) {
    t.notMatch(agentOf(id).said, /a bug in pprobe|Unhandled| {4}at /, id);
    const seen = JSON.parse(readFileSync(join(directory, 'state', `${fleet}.${id}`, 'seen.json'), 'utf8'));
    const runs = measured(id);
    t.equal(new Set(runs).size, runs.length, 'no job is run twice');
    t.ok(Object.keys(seen).length > 0);
  }
});
