import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { TraceDocument } from '../../src/documents/trace.js';
import { pathOf, readScenarios } from '../probe/trace/scenario.js';
import { TunPath, tunUnavailable } from './tun.js';

/** Longer than the time between the last look at a SYN and the second SYN that the kernel sends for it. */
const stillMs = 200;

// The kernel sends a SYN again after a second. A process that is busy then cannot change anything about the packet.
for (const { name, scenario } of readScenarios().filter(({ name }) => name.startsWith('slow-behind'))) {
  for (const method of ['syn', 'connect']) {
    t.test(`${name}, ${method}, in a busy process`, { skip: tunUnavailable() ?? false }, async (t) => {
      const { client, target, port } = scenario.path;
      const path = await TunPath.start({ clients: [client], paths: { [target]: pathOf(scenario) } });
      t.teardown(() => path.stop());
      const work = {
        library: pathToFileURL(join(process.cwd(), 'dist/index.js')).href,
        atOnce: 1,
        stillMs,
        runs: [{ target, options: { ...scenario.options, method, port } }],
      };
      const { stdout, stderr } = await path.exec([
        process.execPath,
        'test/tun/trace-many.mjs',
        JSON.stringify(work),
      ]);
      t.equal(stderr, '');
      const [document] = JSON.parse(stdout) as TraceDocument[];
      t.equal(document?.outcome, scenario.expect.outcome, { target: document?.target });
    });
  }
}
