// Makes the compiled code that comes with a program: `node scripts/compiled-code.js PROGRAM NODE…`.
//
// PROGRAM is a directory with bin/, dist/bin/ and node_modules/. NODE is the binary of Node, and before it an emulator and its
// options where one is needed. What V8 compiles is written to PROGRAM/dist/bin/COMMAND.code. bin/compiled-code.js uses it where
// NODE has the same version. V8's code is for one processor: where NODE cannot run here, nothing is written, and each user's
// first run makes it.
//
// The same program and binary give the same octets, because no command runs: V8 compiles every function of a bundle before it
// calls one. The functions that a run calls would be a third of that, and a start with them takes 5 ms less, but which they are
// depends on when timers fire and replies arrive.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The bundles whose code is made. */
const bundles = ['no-command', 'diagnose', 'dns', 'doctor', 'tcp', 'trace'];

/** The place of the hash of V8's options in the header of its code (SerializedCodeData in V8's source). */
const flagHashAt = 12;

/** Runs in NODE. Its arguments are the program, the bundle, and the hash of V8's options in a run of the program. */
const compileAndWrite = `
const fs = require('node:fs');
const { join } = require('node:path');
const [program, bundle, hashOfFlags] = process.argv.slice(1);
const code = require(join(program, 'bin/compiled-code.js'));
const { encode } = require(join(program, 'bin/keep-compiled-code.js'));
const file = join(program, 'dist/bin', bundle);
const source = fs.readFileSync(file + '.js', 'latin1');
// V8 writes the name into its code, and takes the name that it is loaded with: this one is the same wherever PROGRAM lies.
const data = code.compile(bundle + '.js', source).createCachedData();
data.writeUInt32LE(Number(hashOfFlags), ${flagHashAt});
fs.writeFileSync(file + '.code', encode(code.shippedKey(source), [], data));
`;

/**
 * V8 compiles every function at once, and in one thread; the order in its hash tables does not depend on chance.
 * Its code begins with the hash of its options: that of a run without these replaces it, because V8 refuses any other.
 */
const wholeAndSame = ['--no-lazy', '--predictable', '--hash-seed=42', '--random-seed=42'];

function hashOfFlags([command, ...words]) {
  const print = `console.log(new (require('node:vm').Script)('0').createCachedData().readUInt32LE(${flagHashAt}))`;
  return spawnSync(command, [...words, '-e', print], { encoding: 'utf8', env: {} }).stdout.trim();
}

/**
 * Writes the code of the bundles of the program, and returns the files. Throws where that fails. Empty where this machine cannot
 * run `node`, which is the path of the binary, and before it an emulator and its options.
 */
export function compileCommands(program, node) {
  const [command, ...words] = node;
  if (spawnSync(command, [...words, '-e', '0'], { stdio: 'ignore', env: {} }).status !== 0) return [];
  const flags = hashOfFlags(node);
  return bundles.map((bundle) => {
    const argv = [...words, ...wholeAndSame, '-e', compileAndWrite, '--', program, bundle, flags];
    const { status, signal, stderr } = spawnSync(command, argv, { encoding: 'utf8', env: {} });
    const file = join(program, 'dist/bin', `${bundle}.code`);
    if (status !== 0 || !existsSync(file))
      throw new Error(`${bundle}: V8 does not compile it: ${stderr.trim() || signal}`);
    checkAccepted(node, program, bundle);
    return file;
  });
}

/** Throws where V8 does not take the code of a command. */
function checkAccepted([command, ...words], program, name) {
  const run = `
    process.on('exit', () => console.error(globalThis[Symbol.for('pprobe.compiled-code')].use));
    require(${JSON.stringify(join(program, 'bin/compiled-code.js'))}).run(${JSON.stringify(join(program, 'dist/bin'))}, '${name}');`;
  const { stderr } = spawnSync(command, [...words, '-e', run, '--', '--help'], {
    encoding: 'utf8',
    env: { HOME: '/nowhere' },
  });
  if (stderr.trim().split('\n').at(-1) !== 'shipped')
    throw new Error(`${name}: V8 refuses its code: ${stderr}`);
}

if (process.argv[1] === import.meta.filename) {
  const [program, ...node] = process.argv.slice(2);
  if (node.length === 0) throw new Error('give the directory of the program and the binary of Node');
  for (const file of compileCommands(resolve(program), node)) console.log(file);
}
