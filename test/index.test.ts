import { Readable } from 'node:stream';
import fc from 'fast-check';
import { test } from 'tap';
import * as library from '../src/index.js';
import { runs } from './runs.js';

/** One argument of a public function: what it is called in messages, and which values of the wrong kind it may be given. */
interface Argument {
  name: RegExp;
  /** Its items are checked one by one, when it is their turn. */
  isItems?: true;
  /** Left out, the function has a default. */
  optional?: true;
}

interface PublicFunction {
  call(...values: unknown[]): unknown;
  arguments: readonly Argument[];
  /** Values that are right, in the order of the arguments; nothing is sent, because the signal has aborted. */
  right: readonly unknown[];
  /** The options that are numbers. */
  numbers: readonly string[];
}

const reason = new Error('nothing was wrong with the arguments');
const signal = AbortSignal.abort(reason);
const target = library.parseTarget('127.0.0.1:1');
const evidence = {
  target,
  vantage: { hostname: 'web-1', addresses: [], nameservers: [], platform: 'linux' },
  observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
  skipped: [],
};
const report = {
  kind: 'report',
  version: 1,
  tool: { name: 'pprobe', version: library.version },
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  ...evidence,
  verdict: library.classify(evidence),
};
const named = { name: 'report.json', text: JSON.stringify(report) };

const host: Argument = { name: /^host/ };
const options: Argument = { name: /^options/, optional: true };
const traceNumbers = ['queries', 'firstTtl', 'maxTtl', 'gapLimit', 'parallel', 'waitMs', 'port'];
const connectNumbers = ['timeoutMs', 'count', 'intervalMs'];

/** A function of any type, called with values of any type. */
function anyCall(callee: (...values: never[]) => unknown): (...values: unknown[]) => unknown {
  return (...values) => Reflect.apply(callee, undefined, values);
}

/** The functions of the library. Generators are asked for their first result. */
const functions: Record<string, PublicFunction> = {
  resolve: {
    call: anyCall(library.resolve),
    arguments: [{ name: /^name/ }, options],
    right: ['a.test', { signal, servers: ['127.0.0.1'] }],
    numbers: ['timeoutMs', 'tries'],
  },
  resolveMany: {
    call: (...values) => firstOf(anyCall(library.resolveMany)(...values)),
    arguments: [{ name: /^names/, isItems: true }, options],
    right: [['a.test'], { signal, servers: ['127.0.0.1'] }],
    numbers: ['timeoutMs', 'tries', 'concurrency'],
  },
  lookupSystem: {
    call: anyCall(library.lookupSystem),
    arguments: [{ name: /^name/ }, options],
    right: ['localhost', { signal }],
    numbers: ['timeoutMs'],
  },
  connect: {
    call: anyCall(library.connect),
    arguments: [host, { name: /^port/, optional: true }, options],
    right: ['127.0.0.1', 1, { signal }],
    numbers: connectNumbers,
  },
  connectMany: {
    call: (...values) => firstOf(anyCall(library.connectMany)(...values)),
    arguments: [{ name: /^targets/, isItems: true }, options],
    right: [[{ host: '127.0.0.1', port: 1 }], { signal }],
    numbers: [...connectNumbers, 'concurrency'],
  },
  trace: {
    call: anyCall(library.trace),
    arguments: [host, options],
    right: ['127.0.0.1', { signal }],
    numbers: traceNumbers,
  },
  watchTrace: {
    call: (...values) => firstOf(anyCall(library.watchTrace)(...values)),
    arguments: [host, options],
    right: ['127.0.0.1', { signal }],
    numbers: [...traceNumbers, 'intervalMs', 'rounds'],
  },
  observe: {
    call: anyCall(library.observe),
    arguments: [{ name: /^target/ }, options],
    right: [target, { signal }],
    numbers: ['timeoutMs'],
  },
  diagnose: {
    call: anyCall(library.diagnose),
    arguments: [{ name: /^target/ }, options],
    right: ['127.0.0.1:1', { signal }],
    numbers: ['timeoutMs', 'port'],
  },
  parseTarget: {
    call: anyCall(library.parseTarget),
    arguments: [{ name: /^target/ }, options],
    right: ['127.0.0.1:1', {}],
    numbers: ['port'],
  },
  checkTarget: {
    call: anyCall(library.checkTarget),
    arguments: [{ name: /^(?:target|evidence\.target)/ }],
    right: [target],
    numbers: [],
  },
  classify: {
    call: anyCall(library.classify),
    arguments: [{ name: /^evidence/ }, options],
    right: [evidence, {}],
    numbers: [],
  },
  findingsOf: {
    call: anyCall(library.findingsOf),
    arguments: [{ name: /^evidence/ }, { name: /^rules/, optional: true }],
    right: [evidence, library.rules],
    numbers: [],
  },
  explain: {
    call: anyCall(library.explain),
    arguments: [{ name: /^(?:text|file)/ }],
    right: [named.text],
    numbers: [],
  },
  explainTogether: {
    call: anyCall(library.explainTogether),
    arguments: [{ name: /^(?:reports|file)/ }],
    right: [[named, named]],
    numbers: [],
  },
  compareReports: {
    call: anyCall(library.compareReports),
    arguments: [{ name: /^reports/ }],
    right: [[report, report]],
    numbers: [],
  },
  explainLog: {
    call: anyCall(library.explainLog),
    arguments: [{ name: /^sources/ }, options],
    right: [[{ name: '-', stream: Readable.from([]) }], {}],
    numbers: ['limit'],
  },
  doctor: { call: anyCall(library.doctor), arguments: [options], right: [{ signal }], numbers: [] },
  scopeOf: {
    call: anyCall(library.scopeOf),
    arguments: [{ name: /^address/ }],
    right: ['127.0.0.1'],
    numbers: [],
  },
};

async function firstOf(iterable: unknown): Promise<unknown> {
  if (typeof iterable !== 'object' || iterable === null || !(Symbol.asyncIterator in iterable))
    throw new TypeError('not iterable');
  const iterator = (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  try {
    return await iterator.next();
  } finally {
    await iterator.return?.();
  }
}

/** What a call with these values throws or rejects with; null where it does neither. */
async function errorOf({ call }: PublicFunction, values: readonly unknown[]): Promise<unknown> {
  try {
    await call(...values);
    return null;
  } catch (error) {
    return error;
  }
}

function isRefusal(error: unknown, name?: RegExp): boolean {
  return (
    error instanceof library.InvalidInputError &&
    !/[\r\n]/.test(error.message) &&
    (name === undefined || name.test(error.argument))
  );
}

/** The right values with another one in place of one of them. */
function replaced(right: readonly unknown[], at: number, value: unknown): unknown[] {
  return right.map((each, index) => (index === at ? value : each));
}

const wrongValues: unknown[] = [
  null,
  42,
  Number.NaN,
  true,
  () => {},
  Symbol('wrong'),
  10n,
  [1, 2],
  [null],
  [[]],
];

test('every function of the library is in the table, and takes what is right', async (t) => {
  const exported = Object.entries(library).filter(
    ([, value]) => typeof value === 'function' && !/^class\b/.test(String(value)),
  );
  t.same(exported.map(([name]) => name).sort(), Object.keys(functions).sort());
  for (const [name, each] of Object.entries(functions)) {
    const error = await errorOf(each, each.right);
    t.ok(error === null || error === reason, `${name}: ${String(error)}`);
  }
});

test('values of the wrong kind are refused with InvalidInputError that names the argument', async (t) => {
  for (const [name, each] of Object.entries(functions)) {
    for (const [at, argument] of each.arguments.entries()) {
      const isOptional = argument.optional === true;
      const wrong = isOptional ? wrongValues : [undefined, ...wrongValues];
      for (const value of wrong) {
        if (argument.name.test('port') && value === 42) continue;
        if (argument.isItems && Array.isArray(value)) continue;
        const error = await errorOf(each, replaced(each.right, at, value));
        const label = `${name}, argument ${at}: ${typeof value} ${Array.isArray(value) ? 'list' : String(value)}`;
        t.ok(isRefusal(error, argument.name), `${label}: ${String(error)}`);
      }
    }
    if (!each.arguments.every(({ optional }) => optional))
      t.ok(isRefusal(await errorOf(each, [])), `${name}()`);
  }
});

test('items of the wrong kind are refused in their turn', async (t) => {
  for (const value of [undefined, null, 42, [], {}, { host: 7 }, { host: '127.0.0.1', port: '1' }]) {
    const targets = anyCall(library.connectMany)([value]);
    t.ok(isRefusal(await firstOf(targets).catch((error: unknown) => error)), `target ${String(value)}`);
  }
  for (const value of [undefined, null, 42, [], {}]) {
    const names = anyCall(library.resolveMany)([value], { servers: ['127.0.0.1'] });
    t.match(
      await firstOf(names),
      { value: { ok: false, error: { argument: 'name' } } },
      `name ${String(value)}`,
    );
  }
});

test('an unknown option is refused, with the nearest known one', async (t) => {
  for (const [name, each] of Object.entries(functions)) {
    const at = each.arguments.indexOf(options);
    if (at === -1) continue;
    const right = Object(each.right[at]);
    const error = await errorOf(each, replaced(each.right, at, { ...right, noSuchOption: undefined }));
    t.ok(isRefusal(error, /^noSuchOption$/), `${name}: ${String(error)}`);
    for (const known of each.numbers) {
      const mistyped = await errorOf(each, replaced(each.right, at, { ...right, [`${known}x`]: 1 }));
      t.match(mistyped, { argument: `${known}x`, message: new RegExp(`did you mean ${known}\\?`) }, name);
    }
  }
});

test('every option that is a number has bounds', async (t) => {
  for (const [name, each] of Object.entries(functions)) {
    const at = each.arguments.indexOf(options);
    for (const option of each.numbers) {
      const wrong = [-1, Number.NaN, Infinity, -Infinity, 1e12, '5', null, 5n];
      if (option !== 'gapLimit') wrong.push(0);
      if (!option.endsWith('Ms')) wrong.push(1.5);
      for (const value of wrong) {
        const right = Object(each.right[at]);
        const error = await errorOf(each, replaced(each.right, at, { ...right, [option]: value }));
        t.ok(
          isRefusal(error, new RegExp(`^${option}$`)),
          `${name}, ${option}: ${String(value)}: ${String(error)}`,
        );
      }
    }
  }
});

test('signals are AbortSignals, and functions functions', async (t) => {
  for (const [name, each] of Object.entries(functions)) {
    const at = each.arguments.indexOf(options);
    if (at === -1) continue;
    const right = Object(each.right[at]);
    for (const option of [
      'signal',
      'stop',
      'onProgress',
      'onAttempt',
      'onOpen',
      'onName',
      'onHop',
      'onTarget',
    ]) {
      for (const value of [{}, { aborted: false }, 'x', 1, null]) {
        const error = await errorOf(each, replaced(each.right, at, { ...right, [option]: value }));
        // Unknown in this function, or known and of the wrong kind.
        t.ok(isRefusal(error, new RegExp(`^${option}$`)), `${name}, ${option}: ${String(error)}`);
      }
    }
  }
});

test('no value whatever makes a function throw anything else', async () => {
  const anything = fc.anything({
    withBigInt: true,
    withNullPrototype: true,
    withSparseArray: true,
    maxDepth: 3,
  });
  const scribbled = fc.oneof(
    anything,
    // Right values with one member that is anything.
    fc
      .tuple(fc.constantFrom<object>(target, evidence, report, named), fc.nat(20), anything)
      .map(([right, at, value]) => {
        const names = Object.keys(right);
        return { ...right, [names[at % names.length] ?? 'x']: value };
      }),
    fc.tuple(fc.constantFrom('dns', 'tcp', 'tls', 'http', 'trace'), anything).map(([step, value]) => ({
      ...report,
      observations: { ...evidence.observations, [step]: [value] },
    })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(functions)),
      fc.nat(2),
      scribbled,
      async (each, place, value) => {
        const at = place % each.arguments.length;
        const error = await errorOf(each, replaced(each.right, at, value));
        if (error !== null && error !== reason && !isRefusal(error)) throw error;
      },
    ),
    { numRuns: runs(3000) },
  );
});
