import t from 'tap';
import { pathOf, readScenarios } from '../probe/trace/scenario.js';
import type { Method } from './expectation.js';
import { traceMany } from './trace-many.js';
import { TunPath, tunUnavailable } from './tun.js';

/** Longer than the time between the last look at a SYN and the second SYN that the kernel sends for it. */
const stillMs = 200;
const methods: Method[] = ['syn', 'connect'];

// The kernel sends a SYN again after a second. A process that is busy then cannot change anything about the packet.
for (const { name, scenario } of readScenarios().filter(({ name }) => name.startsWith('slow-behind'))) {
  for (const method of methods) {
    t.test(`${name}, ${method}, in a busy process`, { skip: tunUnavailable() ?? false }, async (t) => {
      const { client, target } = scenario.path;
      const path = await TunPath.start({ clients: [client], paths: { [target]: pathOf(scenario) } });
      t.teardown(() => path.stop());
      const traces = await traceMany(path, [{ name, method, scenario }], { atOnce: 1, stillMs });
      t.equal(traces.length, 1);
      for (const [, document] of traces)
        t.equal(document.outcome, scenario.expect.outcome, { target: document.target });
    });
  }
}
