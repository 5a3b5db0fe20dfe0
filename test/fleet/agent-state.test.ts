import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { AgentState } from '../../src/fleet/agent/agent-state.js';

t.test('results wait on disk for the next start, and go when they are delivered', async (t) => {
  const directory = t.testdir();
  const told: string[] = [];
  const state = new AgentState(directory, 'core', 'web-1', (line) => told.push(line));
  state.keep({ job: 'one', body: Buffer.from('1') });
  state.keep({ job: 'two', body: Buffer.from('2') });
  state.delivered('one');
  const next = new AgentState(directory, 'core', 'web-1', (line) => told.push(line));
  t.same(next.pending(), [{ job: 'two', body: Buffer.from('2') }]);
  t.same(told, []);
});

t.test('a state directory that goes away while the agent runs does not end it', async (t) => {
  const directory = t.testdir();
  const told: string[] = [];
  const state = new AgentState(directory, 'core', 'web-1', (line) => told.push(line));
  state.keep({ job: 'one', body: Buffer.from('1') });
  const results = join(directory, 'core.web-1', 'results');
  rmSync(results, { recursive: true });
  writeFileSync(results, 'no directory any more');
  state.keep({ job: 'two', body: Buffer.from('2') });
  state.writeSeen(new Map([['two', 1]]));
  t.same(
    state.pending().map(({ job }) => job),
    ['one', 'two'],
  );
  state.delivered('one');
  state.delivered('two');
  t.same(state.pending(), []);
  t.match(told, [/^stateDir: .*: results are lost where/]);
  rmSync(results);
  mkdirSync(results);
});
