// Makes the compiled code that comes with a program: `node scripts/compiled-code.js PROGRAM NODE…`.
//
// PROGRAM is a directory with bin/, dist/bin/ and node_modules/. NODE is the binary of Node, and before it an emulator and its
// options where one is needed. Most commands run with it, against servers on loopback, and what V8 compiled is written to
// PROGRAM/dist/bin/COMMAND.code. bin/compiled-code.js uses it where NODE has the same version. V8's code is for one processor:
// where NODE cannot run here, nothing is written, and each user's first run makes it.
// The same program and binary give the same octets. The other commands have no such code: theirs differs with what they
// measure and read, so that each user's first run makes it.
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** The place of the hash of V8's options in the header of its code (SerializedCodeData in V8's source). */
const flagHashAt = 12;

/** Runs in NODE. Its arguments are the file to write, the program, the command, and the command line. */
const writeAtExit = `
const fs = require('node:fs');
const { join } = require('node:path');
const [file, program, command, ...words] = process.argv.slice(1);
process.argv = [process.execPath, join(program, 'bin/pprobe.js'), ...words];
const code = require(join(program, 'bin/compiled-code.js'));
const { encode } = require(join(program, 'bin/keep-compiled-code.js'));
const bundle = join(program, 'dist/bin', command + '.js');
const source = fs.readFileSync(bundle, 'latin1');
// V8 writes the name into its code, and takes the name that it is loaded with: this one is the same wherever PROGRAM lies.
const script = code.compile(command + '.js', source);
process.on('exit', () => {
  const data = script.createCachedData();
  data.writeUInt32LE(Number(process.env.PPROBE_V8_FLAGS), flagHashAt);
  fs.writeFileSync(file, encode(code.shippedKey(source), [], data));
});
code.call(script, bundle);
`.replace('flagHashAt', String(flagHashAt));

/** With these options of V8 the order in its hash tables and the functions that it compiles do not depend on chance. */
const sameEachTime = ['--hash-seed=42', '--random-seed=42', '--predictable'];

/** The hash of V8's options without those, which its code begins with. V8 refuses code whose hash is not its own. */
function hashOfFlags([command, ...words]) {
  const print = `console.log(new (require('node:vm').Script)('0').createCachedData().readUInt32LE(${flagHashAt}))`;
  return spawnSync(command, [...words, '-e', print], { encoding: 'utf8', env: {} }).stdout.trim();
}

/**
 * Writes the code of most commands of the program, and returns the files. Throws where a command fails to write it. Empty where
 * this machine cannot run `node`, which is the path of the binary, and before it an emulator and its options.
 */
export async function compileCommands(program, node) {
  const [command, ...words] = node;
  if (spawnSync(command, [...words, '-e', '0'], { stdio: 'ignore' }).status !== 0) return [];
  const tcp = createServer((socket) => socket.on('error', () => {}));
  tcp.listen(0, '127.0.0.1');
  const dns = createSocket('udp4');
  dns.on('message', (query, peer) => dns.send(emptyReply(query), peer.port, peer.address));
  dns.bind(0, '127.0.0.1');
  await Promise.all([once(tcp, 'listening'), once(dns, 'listening')]);
  const port = String(tcp.address().port);
  const runs = {
    'no-command': ['--help'],
    dns: ['dns', 'api.example', '--server', `127.0.0.1#${dns.address().port}`],
    tcp: ['tcp', '127.0.0.1', port],
    // Without root there is no other method: the code must not depend on who makes it.
    trace: ['trace', '127.0.0.1', '-p', port, '--method', 'connect'],
  };
  const { NODE_OPTIONS: _options, NODE_EXTRA_CA_CERTS: _file, ...others } = process.env;
  const env = { ...others, PPROBE_V8_FLAGS: hashOfFlags(node) };
  try {
    const files = [];
    for (const [name, line] of Object.entries(runs)) {
      const file = join(program, 'dist/bin', `${name}.code`);
      const seen = new Map();
      for (;;) {
        rmSync(file, { force: true });
        const argv = [...words, ...sameEachTime, '-e', writeAtExit, '--', file, program, name, ...line];
        const [exitCode, signal] = await once(spawn(command, argv, { env, stdio: 'ignore' }), 'exit');
        // Other exit codes say what the command has found.
        if (signal !== null || exitCode === 1) throw new Error(`${name}: ended by ${signal ?? 'a bug'}`);
        // A run that a busy machine disturbs calls other functions, so the first result that comes three times counts.
        const code = readFileSync(file, 'latin1');
        seen.set(code, (seen.get(code) ?? 0) + 1);
        if (seen.get(code) === 3) break;
        if (seen.size > 9) throw new Error(`${name}: ten runs gave ten different results`);
      }
      checkAccepted(node, program, name);
      files.push(file);
    }
    return files;
  } finally {
    tcp.close();
    dns.close();
  }
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

/** The reply that a name has no records: the query with the flags QR and RA, which has no answers. */
function emptyReply(query) {
  const end = query.indexOf(0, 12) + 5;
  const reply = Buffer.from(query.subarray(0, end));
  reply[2] |= 0x80;
  reply[3] = 0x80;
  reply.fill(0, 6, 12);
  return reply;
}

if (process.argv[1] === import.meta.filename) {
  const [program, ...node] = process.argv.slice(2);
  if (node.length === 0) throw new Error('give the directory of the program and the binary of Node');
  for (const file of await compileCommands(resolve(program), node)) console.log(file);
}
