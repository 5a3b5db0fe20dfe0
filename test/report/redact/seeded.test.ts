import fc from 'fast-check';
import t from 'tap';
import { compareReports } from '../../../src/compare/compare.js';
import { scopeOf } from '../../../src/net/address/scope.js';
import { redacted } from '../../../src/report/redact/redact.js';
import { MaskSeed } from '../../../src/report/redact/seeded.js';
import { report } from '../../compare/reports.js';
import { dns, HOST, tcp } from '../../diagnose/evidence.js';
import { runs } from '../../runs.js';

const target = ['10.0.1.5', '10.0.2.5'];
const answers = [dns(HOST, target)];
/** One host that reaches both addresses, and one that reaches none; names before these differ, as on real hosts. */
const hosts = [
  report('ip-10-0-1-10', '10.0.1.10', {
    dns: answers,
    tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open' })],
  }),
  report('edge.corp.example', '192.168.7.7', {
    dns: [dns(HOST, target.toReversed())],
    tcp: [tcp(HOST, { '10.0.2.5': 'timeout', '10.0.1.5': 'timeout' })],
  }),
];

t.test('reports that are masked apart with one seed are compared as the originals are', async (t) => {
  const masked = hosts.map((each) => redacted(each, null, '00'.repeat(16)));
  const kinds = (reports: typeof hosts): string[] => compareReports(reports).findings.map(({ kind }) => kind);
  t.same(kinds(masked), kinds(hosts));
  const addresses = masked.map(({ observations }) =>
    observations.dns[0]?.addresses.map(({ address }) => address).toSorted(),
  );
  t.same(addresses[0], addresses[1], 'the same addresses have the same masks');
  t.notMatch(JSON.stringify(masked), /10\.0\.[12]\.|corp|192\.168\.7\.7/);
  t.not(
    JSON.stringify(redacted(hosts[0] ?? {}, null, 'ff'.repeat(16))),
    JSON.stringify(masked[0]),
    'another seed',
  );
});

t.test('masks of private addresses are different, private, and have common prefixes in common', async () => {
  const address = fc.oneof(
    fc.tuple(fc.constant(10), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
  );
  const bits = (octets: readonly number[]): string =>
    octets.map((each) => each.toString(2).padStart(8, '0')).join('');
  const common = (a: string, b: string): number => [...a].findIndex((bit, index) => bit !== b[index]);
  fc.assert(
    fc.property(fc.string(), address, address, (seed, a, b) => {
      const masks = new MaskSeed(seed);
      const [of, other] = [a, b].map((each) => masks.privateAddress(Uint8Array.from(each), 1) ?? '');
      if (of === undefined || other === undefined || scopeOf(of) !== 'private') return false;
      const inBits = (text: string): string => bits(text.split('.').map(Number));
      return common(bits(a), bits(b)) === common(inBits(of), inBits(other));
    }),
    { numRuns: runs(100) },
  );
});
