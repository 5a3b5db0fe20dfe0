import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { labUnavailable } from '../lab/availability.js';
import { programArguments } from '../program.js';
import type { Comparison, Crowd } from './compared.js';

const skip = (await labUnavailable()) ?? false;

t.test('beside blackbox_exporter on the same targets, and a crowd of probes', { skip }, async (t) => {
  const argv = [...programArguments(new URL('compared.ts', import.meta.url)), '--json', '100'];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  const { comparison, crowd }: { comparison: Comparison[]; crowd: Crowd } = JSON.parse(stdout);
  const causes = comparison.map(({ pprobe }) => /cause="([^"]+)"/.exec(pprobe)?.[1]);
  t.same(causes, ['tcp.refused', 'dns.nxdomain', 'tcp.timeout-all', 'policy.denied', 'tls.expired']);
  for (const { fault, blackbox } of comparison) t.match(blackbox, /^probe_success 0\b/, fault);
  t.equal(crowd.answered + crowd.busy + crowd.late, 100);
  t.ok(crowd.mostInFlight <= 8, `${crowd.mostInFlight} in flight`);
  // 8 run and 64 wait; the others are turned away unless the first have ended by the time they come.
  t.ok(crowd.late > 0, 'those that wait for a silent target too long are not begun');
});
