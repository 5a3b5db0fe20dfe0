import { join } from 'node:path';
import t from 'tap';
import type { TraceDocument } from '../../src/documents/trace.js';
import { type Lab, labUnavailable, startLab } from '../lab/lab.js';
import { type PeerHop, parseTraceroute, unique } from './traceroute.js';

const pprobe = [process.execPath, join(process.cwd(), 'bin/pprobe.js')];

t.test('the output of traceroute is parsed', async (t) => {
  const output = `traceroute to 203.0.113.10 (203.0.113.10), 30 hops max, 60 byte packets
 1  10.0.1.1  0.038 ms  0.009 ms  0.007 ms
 2  * * *
 3  100.64.2.2  0.024 ms !X  0.013 ms !X 100.64.2.3  0.013 ms !X
`;
  t.same(parseTraceroute(output), [
    { ttl: 1, from: ['10.0.1.1'], annotations: [] },
    { ttl: 2, from: [], annotations: [] },
    { ttl: 3, from: ['100.64.2.2', '100.64.2.3'], annotations: ['!X'] },
  ]);
});

/** The end of the path, and the expected result of each tool. */
const ends = [
  { name: 'open', fault: null, port: '443', outcome: 'open', exitCode: 0 },
  { name: 'closed', fault: null, port: '80', outcome: 'closed', exitCode: 13 },
  { name: 'dropped', fault: 'path-drop', port: '443', outcome: 'filtered', exitCode: 11 },
  { name: 'prohibited', fault: 'path-prohibits', port: '443', outcome: 'prohibited', exitCode: 12 },
];

const unavailable = await labUnavailable();

t.test(
  'pprobe and traceroute agree on every hop and on the target',
  { skip: unavailable ?? false },
  async (t) => {
    const lab = await startLab();
    t.teardown(() => lab.stop());
    const methods = ['syn', 'connect'];
    for (const { name, fault, port, outcome, exitCode } of ends) {
      if (fault === null) await lab.heal();
      else await lab.break(fault);
      for (const family of ['ipv4', 'ipv6'] as const) {
        const address = lab.facts.addresses.public[family];
        // By default, traceroute probes 30 hops and waits 5 s for each; nine hops are more than the gap limit.
        const peer = await lab.exec('client', [
          'traceroute',
          '-n',
          '-T',
          '-p',
          port,
          '-w',
          '3',
          '-m',
          '9',
          address,
        ]);
        const peerHops = parseTraceroute(peer.stdout);
        for (const method of methods) {
          await t.test(`${name}, ${family}, ${method}`, async (t) => {
            const { document, exitCode: actual } = await trace(lab, address, port, method);
            t.equal(document.method, method);
            t.equal(document.outcome, outcome);
            t.equal(actual, exitCode);
            const hops = document.hops.map(peerView);
            t.same(hops, peerHops.slice(0, hops.length), peer.stdout);
            // Further silent hops of traceroute are those after our gap limit.
            t.ok(peerHops.slice(hops.length).every((hop) => hop.from.length === 0));
            t.same(document.discarded, {});
          });
        }
      }
    }
  },
);

async function trace(lab: Lab, address: string, port: string, method: string) {
  const argv = [...pprobe, 'trace', address, '-p', port, '--method', method, '--json'];
  const { stdout, exitCode } = await lab.exec('client', argv);
  return { document: JSON.parse(stdout) as TraceDocument, exitCode };
}

function peerView({ ttl, probes }: TraceDocument['hops'][number]): PeerHop {
  return {
    ttl,
    from: unique(probes.flatMap(({ from }) => from ?? [])),
    annotations: unique(probes.flatMap(({ annotation }) => annotation ?? [])),
  };
}
