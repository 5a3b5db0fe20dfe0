import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { bin, filesIn, type Home, newHome, program, runNode, stateOf } from './homes.js';

const require = createRequire(import.meta.url);
const { encode, prune } = require(join(bin, 'keep-compiled-code.js'));
/** A command line whose output is always the same. */
const words = ['--help'];

interface UsedHome extends Home {
  path: string;
  /** The contents of the file, and standard output. */
  bytes: Buffer;
  usual: string;
}

/** A home in which a run has kept its code. */
async function usedHome(t: Test): Promise<UsedHome> {
  const made = newHome();
  t.teardown(made.remove);
  const { stdout } = await runNode(made.home, [program, ...words]);
  const [name] = filesIn(made.store, '.code');
  assert.ok(name, 'a run keeps its code');
  const path = join(made.store, name);
  return { ...made, path, bytes: readFileSync(path), usual: stdout };
}

t.test('the first run keeps its code for this user alone, and the second uses it', async (t) => {
  const { home, store, path, usual } = await usedHome(t);
  t.match(usual, /^Usage: pprobe /);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(statSync(store).mode & 0o777, 0o700);
  t.equal(statSync(dirname(store)).mode & 0o777, 0o700);
  t.match(await stateOf(home, words), { use: 'kept', path, why: null });
  t.equal((await runNode(home, [program, ...words])).stdout, usual);
  t.same(filesIn(store, '.tried'), [], 'a run that ends has no mark');
  t.same(filesIn(store, '.tmp'), []);
});

t.test('damaged code is never used, and is replaced', async (t) => {
  const { home, path, bytes, usual } = await usedHome(t);
  let seed = 20_260_101;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const flipped = (octets: number, below = bytes.length): Buffer => {
    const damaged = Buffer.from(bytes);
    for (let count = 0; count < octets; count += 1) {
      const place = random(below);
      damaged[place] = (damaged[place] ?? 0) ^ (1 << random(8));
    }
    return damaged;
  };
  const damages: [what: string, damaged: Buffer][] = [
    ...Array.from({ length: 14 }, (): [string, Buffer] => ['a bit', flipped(1)]),
    ...Array.from({ length: 7 }, (): [string, Buffer] => ['100 bits', flipped(100)]),
    ...Array.from({ length: 4 }, (): [string, Buffer] => ['a bit of the header', flipped(1, 300)]),
    ...Array.from({ length: 9 }, (): [string, Buffer] => ['cut', bytes.subarray(0, random(bytes.length))]),
    ['empty', Buffer.alloc(0)],
    ['one octet', bytes.subarray(0, 1)],
    ['the last octet is missing', bytes.subarray(0, -1)],
    ['one octet more', Buffer.concat([bytes, Buffer.alloc(1)])],
    ['zeros', Buffer.alloc(bytes.length)],
    [
      'zeros from the middle on',
      Buffer.concat([bytes.subarray(0, 40_000), Buffer.alloc(bytes.length - 40_000)]),
    ],
    ['twice', Buffer.concat([bytes, bytes])],
  ];
  for (const [index, [what, damaged]] of damages.entries()) {
    if (damaged.equals(bytes)) continue;
    writeFileSync(path, damaged);
    const ended = await runNode(home, [program, ...words]);
    t.same(ended, { code: 0, signal: null, stdout: usual, stderr: '' }, `${index}: ${what}`);
    t.notOk(readFileSync(path).equals(damaged), `${index}: ${what}: replaced`);
  }
  t.ok(damages.length >= 40);
  t.match(await stateOf(home, words), { use: 'kept' });
});

t.test('code with a right checksum that is of another build, or refused by V8, is not used', async (t) => {
  const { home, path, bytes } = await usedHome(t);
  const start = bytes.indexOf('\n') + 1;
  const { key, kinds } = JSON.parse(bytes.toString('utf8', 8, start));
  writeFileSync(path, encode(`${key}0`, kinds, bytes.subarray(start)));
  t.match(await stateOf(home, words), { use: 'none', why: /another build/ });
  t.match(await stateOf(home, words), { use: 'kept' });
  writeFileSync(path, encode(key, kinds, Buffer.alloc(4096)));
  t.match(await stateOf(home, words), { use: 'none', why: /V8 refuses/ });
  t.match(await stateOf(home, words), { use: 'kept' });
});

t.test('each Node, its options and each command have code of their own', async (t) => {
  const { home, store } = await usedHome(t);
  t.match(await stateOf(home, words, { NODE_OPTIONS: '--no-deprecation' }), { use: 'none', why: null });
  t.match(await stateOf(home, words, { NODE_OPTIONS: '--no-deprecation' }), { use: 'kept' });
  t.match(await stateOf(home, ['dns', '--help']), { use: 'none', why: null });
  t.match(await stateOf(home, words), { use: 'kept' });
  t.equal(filesIn(store, '.code').length, 3);
});

t.test('code of runs with other options is added, a bounded number of times', async (t) => {
  const { home, path } = await usedHome(t);
  const sizes = [statSync(path).size];
  const other = ['--no-such-option'];
  for (const _run of [1, 2]) {
    t.match(await stateOf(home, other), { use: 'kept' });
    sizes.push(statSync(path).size);
  }
  t.ok((sizes[1] ?? 0) > (sizes[0] ?? 0), 'the first run of the kind adds its functions');
  t.equal(sizes[2], sizes[1], 'the second has nothing to add');
  const options = [
    '--json',
    '--quiet',
    '-q',
    '--verbose',
    '--format',
    '-p',
    '-c',
    '--count',
    '--banner',
    '--timeout',
  ];
  for (const option of options) await runNode(home, [program, option, '--no-such-option']);
  const bytes = readFileSync(path);
  t.equal(JSON.parse(bytes.toString('utf8', 8, bytes.indexOf('\n'))).kinds.length, 8);
});

/** Whether code is used after `change`, and why not. */
async function after(t: Test, change: (home: UsedHome) => void, env: Record<string, string> = {}) {
  const used = await usedHome(t);
  change(used);
  const ended = await runNode(used.home, [program, ...words], env);
  t.same(ended, { code: 0, signal: null, stdout: used.usual, stderr: '' });
  return { ...used, state: await stateOf(used.home, words, env) };
}

t.test('what is not of this user alone is not used', async (t) => {
  const writable = await after(t, ({ store }) => chmodSync(store, 0o770));
  t.match(writable.state, { use: 'none', path: null, why: /other users have access/ });
  const parent = await after(t, ({ store }) => chmodSync(dirname(store), 0o777));
  t.match(parent.state, { use: 'none', path: null, why: /other users have access/ });
  const file = await after(t, ({ path }) => chmodSync(path, 0o640));
  t.match(file.state, { use: 'kept', why: null }, 'a file that others can read is replaced');
  const linked = await after(t, ({ path, home }) => linkSync(path, join(home, 'second-name')));
  t.match(linked.state, { use: 'kept', why: null }, 'and one with a second name');
  if (process.geteuid?.() !== 0) return;
  const foreign = await after(t, ({ store }) => chownSync(store, 65_534, 65_534));
  t.match(foreign.state, { use: 'none', path: null, why: /belongs to another user/ });
  const foreignFile = await after(t, ({ path }) => chownSync(path, 65_534, 65_534));
  t.match(foreignFile.state, { use: 'kept', why: null });
});

t.test('symbolic links and other files in the way are not followed', async (t) => {
  const directory = await after(t, ({ store, home }) => {
    renameSync(store, join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), store);
  });
  t.match(directory.state, { use: 'none', path: null, why: /is not a directory/ });
  const file = await after(t, ({ path, home }) => {
    renameSync(path, join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), path);
  });
  t.match(file.state, { use: 'kept', why: null }, 'a link in the place of the file is replaced');
  t.ok(readFileSync(join(file.home, 'elsewhere')).equals(file.bytes), 'and what it points to is not changed');
  const fifo = await after(t, ({ path }) => {
    rmSync(path);
    assert.equal(spawnSync('mkfifo', [path]).status, 0);
  });
  t.match(fifo.state, { use: 'kept', why: null });
  const inTheWay = await after(t, ({ store }) => {
    rmSync(dirname(store), { recursive: true });
    writeFileSync(dirname(store), '');
  });
  t.match(inTheWay.state, { use: 'none', path: null, why: /is not a directory/ });
});

t.test('nothing is kept below /tmp, nor where the environment forbids it', async (t) => {
  const temporary = t.testdirName.startsWith('/tmp/') ? t.testdir() : '/tmp/pprobe-no-such-directory';
  const state = await stateOf(newHomeFor(t), words, {
    HOME: temporary,
    XDG_CACHE_HOME: join(temporary, 'x'),
  });
  t.match(state, { use: 'none', path: null });
  for (const name of ['NODE_DISABLE_COMPILE_CACHE', 'NODE_COMPILE_CACHE']) {
    const { store, remove, home } = newHome();
    t.teardown(remove);
    t.match(await stateOf(home, words, { [name]: '1' }), { use: 'none', path: null, why: `${name} is set` });
    t.same(filesIn(store, ''), []);
  }
});

t.test('a relative XDG_CACHE_HOME is ignored, and nothing is written to the working directory', async (t) => {
  const home = newHomeFor(t);
  const before = existsSync('relative-cache');
  const { path } = await stateOf(home, words, { XDG_CACHE_HOME: 'relative-cache' });
  t.ok(path?.startsWith(join(home, '.cache/')), `${path}`);
  t.equal(existsSync('relative-cache'), before);
});

function newHomeFor(t: Test): string {
  const { home, remove } = newHome();
  t.teardown(remove);
  return home;
}

t.test('a link to a directory below /tmp is below /tmp', async (t) => {
  const home = newHomeFor(t);
  symlinkSync('/tmp', join(home, '.cache'));
  t.match(await stateOf(home, words), { use: 'none', path: null, why: /temporary directory/ });
});

t.test('where nothing can be written, the program runs all the same', async (t) => {
  const home = newHomeFor(t);
  mkdirSync(join(home, '.cache'));
  writeFileSync(join(home, '.cache/pprobe'), '');
  const file = await runNode(home, [program, ...words]);
  t.match(file, { code: 0, stderr: '' });
  const device = await runNode(home, [program, ...words], { XDG_CACHE_HOME: '/proc/self' });
  t.match(device, { code: 0, stderr: '' });
});

t.test('code of a run that crashed is not tried again', async (t) => {
  const { home, store, path, bytes } = await usedHome(t);
  const mark = (pid: number) => join(store, path.slice(store.length + 1).replace('code', `${pid}.tried`));
  // No process has this number: it is above PID_MAX_LIMIT of proc(5).
  writeFileSync(mark(4_194_305), '');
  t.match(await stateOf(home, words), { use: 'none', why: /ended early/ });
  t.match(await stateOf(home, words), { use: 'kept', why: null }, 'what this run kept is used');
  writeFileSync(mark(process.pid), '');
  t.match(await stateOf(home, words), { use: 'kept' }, 'a run that goes on has not crashed');
  for (const pid of [4_194_306, 4_194_307]) writeFileSync(mark(pid), '');
  t.match(await stateOf(home, words), { use: 'none', why: /3 runs with it ended early/ });
  t.match(await stateOf(home, words), { use: 'none', why: /3 runs with it ended early/ });
  const longAgo = Date.now() / 1000 - 100_000;
  for (const pid of [4_194_305, 4_194_306, 4_194_307]) utimesSync(mark(pid), longAgo, longAgo);
  await stateOf(home, words);
  t.match(await stateOf(home, words), { use: 'kept', why: null }, 'marks are forgotten after a day');
  t.ok(bytes.length > 0);
});

t.test('the number and the size of the files are bounded', async (t) => {
  const { store } = await usedHome(t);
  for (let index = 0; index < 30; index += 1) writeFileSync(join(store, `old-${index}.code`), '');
  writeFileSync(join(store, 'x.1.tmp'), '');
  utimesSync(join(store, 'x.1.tmp'), 1, 1);
  prune(store);
  t.equal(filesIn(store, '.code').length, 24);
  t.same(filesIn(store, '.tmp'), []);
  for (let index = 0; index < 10; index += 1)
    writeFileSync(join(store, `big-${index}.code`), Buffer.alloc(4_000_000));
  prune(store);
  t.equal(filesIn(store, '.code').length, 6);
});

/** Runs a bundle `demo.js` of this source three times: without code, with it, and with Node's own loader. */
async function runDemo(t: Test, source: string): Promise<string[]> {
  const home = newHomeFor(t);
  const built = join(home, 'built');
  mkdirSync(built);
  writeFileSync(join(built, 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(join(built, 'demo.js'), source);
  const run = `require(${JSON.stringify(join(bin, 'compiled-code.js'))}).run(${JSON.stringify(built)}, 'demo');`;
  const state = `console.log(globalThis[Symbol.for('pprobe.compiled-code')]?.use)`;
  writeFileSync(join(home, 'main.cjs'), `${run}\nprocess.on('exit', () => ${state});`);
  const outputs: string[] = [];
  for (const file of ['main.cjs', 'main.cjs', 'built/demo.js']) {
    outputs.push((await runNode(home, [join(home, file)])).stdout);
  }
  return outputs;
}

t.test('places in stacks are those of the file, with and without kept code', async (t) => {
  const fails = 'try { null.x } catch (error) { console.log(error.stack.split("\\n")[1]); }';
  const [first, second, plain] = await runDemo(t, `${fails}\nfunction later() {\n  ${fails}\n}\nlater();\n`);
  t.match(plain, /demo\.js:1:12/);
  t.match(plain, /demo\.js:3:14/);
  t.equal(first, `${plain}none\n`);
  t.equal(second, `${plain}kept\n`);
});

t.test('import() works in kept code, of packages and of ES modules', async (t) => {
  // The build turns import() into require(): code that Node 20 has not compiled itself has no loader for import().
  for (const name of filesIn(join(bin, '../dist/bin'), '.js'))
    t.notMatch(readFileSync(join(bin, '../dist/bin', name), 'utf8'), /[^.\w]import\(/, name);
  const home = newHomeFor(t);
  // yargs is an ES module, koffi is not.
  for (const [command, pattern] of [
    [['completion', 'bash'], /complete /],
    [['doctor', '--json'], /"connect"/],
  ] as const) {
    const first = await runNode(home, [program, ...command]);
    t.match(first.stdout, pattern);
    const second = await stateOf(home, command);
    t.match(second, { use: 'kept' });
    t.match((await runNode(home, [program, ...command])).stdout, pattern);
  }
});

t.test('a bundle gets what a CommonJS module gets', async (t) => {
  const source = `
    console.log(require('./package.json').type, module.exports === exports, this === exports, __filename, __dirname);`;
  const [first, second, plain] = await runDemo(t, source);
  t.match(plain, /^commonjs true true /);
  t.equal(first, `${plain}none\n`);
  t.equal(second, `${plain}kept\n`);
});
