import fc from 'fast-check';
import { test } from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { readServeConfig } from '../../src/exporter/config.js';
import { timeLimit } from '../../src/exporter/time-limit.js';
import { runs } from '../runs.js';

test('the configuration of the contract, and its defaults', async (t) => {
  const config = readServeConfig(
    JSON.stringify({
      modules: {
        plain: { check: 'diagnose', timeoutMs: 5000, trace: false },
        port: { check: 'tcp', timeoutMs: 2000 },
      },
      allow: [{ cidr: '10.0.0.0/8', ports: [443, 8080] }],
      maxConcurrent: 3,
      maxQueue: 0,
    }),
  );
  t.match(config.modules.get('plain'), { check: 'diagnose', timeoutMs: 5000, trace: false });
  t.match(config.modules.get('port'), { check: 'tcp', timeoutMs: 2000, trace: false, perAddress: false });
  t.match(config, { maxConcurrent: 3, maxQueue: 0 });
  t.equal(config.allow.refusalOf('10.1.2.3', 443), null);
  const least = readServeConfig('{"allow": []}');
  t.match(least, { maxConcurrent: 8, maxQueue: 64 });
  t.same([...least.modules.keys()], ['default']);
  t.ok(least.allow.isEmpty);
});

test('the command line says what modules do that do not say it', async (t) => {
  const modules = { plain: {}, six: { family: 6, timeoutMs: 2000 } };
  const text = JSON.stringify({ modules, allow: [] });
  const config = readServeConfig(text, { family: 4, source: '10.0.0.7', timeoutMs: 3000 });
  t.match(config.modules.get('plain'), { family: 4, source: '10.0.0.7', timeoutMs: 3000 });
  t.match(config.modules.get('six'), { family: 6, timeoutMs: 2000 });
  t.equal(config.modules.get('six')?.source, undefined, 'an address of the other family sends nothing');
});

test('a mistake is told with the member that has it', async (t) => {
  const allow: unknown[] = [];
  for (const [config, says] of [
    [{}, /^allow: missing; list the targets/],
    [[], /^--config: an array is not a configuration/],
    [{ allow: [{ cidr: '10.0.0.0/99' }] }, /^allow\[0\]\.cidr: /],
    [{ allow, module: {} }, /^module: there is no such option; did you mean modules\?/],
    [{ allow, modules: {} }, /^modules: 0 are given/],
    [
      { allow, modules: { a: { check: 'icmp' } } },
      /^modules\."a"\.check: "icmp" is not one of diagnose, tcp/,
    ],
    [{ allow, modules: { a: { timeoutMs: 5 } } }, /^modules\."a"\.timeoutMs: 5 is out of range/],
    [{ allow, modules: { a: { timeout: 5 } } }, /did you mean timeoutMs/],
    [{ allow, modules: { a: [] } }, /^modules\."a": an array is not an object/],
    [{ allow, modules: { 'a b': {} } }, /^modules\."a b": give a name of letters/],
    [{ allow, modules: { a: { control: 'x y' } } }, /^modules\."a"\.control: /],
    [{ allow, maxConcurrent: 0 }, /^maxConcurrent: 0 is not a number of probes/],
    [{ allow, maxQueue: 1.5 }, /^maxQueue: 1.5 is not a number of probes/],
  ] as const)
    t.throws(() => readServeConfig(JSON.stringify(config)), { name: 'InvalidInputError', message: says });
  t.throws(() => readServeConfig('{'), { message: /^--config: not JSON: / });
  t.throws(() => readServeConfig(' '.repeat(1_000_001)), { message: /more than/ });
});

test('any text is a configuration or an InvalidInputError', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record(
        { allow: fc.jsonValue(), modules: fc.jsonValue(), maxQueue: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        readServeConfig(given);
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
      }
    }),
    { numRuns: runs(200) },
  );
});

test('the limit of a probe fits into the scrape', async (t) => {
  t.match(timeLimit(5000, undefined), { probeMs: 5000, origin: 'module', neededMs: 5000, budgetMs: 119_500 });
  t.match(timeLimit(5000, '10'), { probeMs: 5000, origin: 'module', neededMs: 5000, budgetMs: 9500 });
  t.match(timeLimit(20_000, '10'), { probeMs: 9500, origin: 'scrape', neededMs: 4750, budgetMs: 9500 });
  t.equal(timeLimit(5000, '0.5'), null);
  t.match(timeLimit(5000, '0'), { budgetMs: 119_500 });
  for (const header of ['', 'x', '-1', '1e9', '1 ', 'NaN', 'Infinity'])
    t.throws(() => timeLimit(5000, header), { message: /is not a number of seconds/ });
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 120_000 }),
      fc.double({ min: 0, max: 600, noNaN: true }),
      (ms, s) => {
        const limit = timeLimit(ms, s.toFixed(3));
        if (limit === null) return s <= 0.501;
        return limit.probeMs <= ms && limit.probeMs <= limit.budgetMs && limit.neededMs <= limit.probeMs;
      },
    ),
    { numRuns: runs(200) },
  );
});
