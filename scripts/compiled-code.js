// Makes the compiled code that comes with a program: `node scripts/compiled-code.js NODE PROGRAM`.
//
// PROGRAM is a directory with bin/, dist/bin/ and node_modules/. Each command runs once with the binary NODE, against servers on
// loopback, and what V8 compiled is written to PROGRAM/dist/bin/COMMAND.code. bin/compiled-code.js uses it where NODE has the
// same version. V8's code is for one processor: where NODE cannot run here, nothing is written, and each user's first run makes it.
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

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
const script = code.compile(bundle, source);
process.on('exit', () => fs.writeFileSync(file, encode(code.shippedKey(source), [], script.createCachedData())));
code.call(script, bundle);
`;

/**
 * Writes the code of every command of the program, and returns the files. Throws where a command fails to write it. Empty where
 * this machine cannot run the binary `node`.
 */
export async function compileCommands(node, program) {
  if (spawnSync(node, ['-e', '0'], { stdio: 'ignore' }).status !== 0) return [];
  const scratch = mkdtempSync(join(tmpdir(), 'pprobe-code-'));
  const tcp = createServer((socket) => socket.on('error', () => {}));
  tcp.listen(0, '127.0.0.1');
  const dns = createSocket('udp4');
  dns.on('message', (query, peer) => dns.send(emptyReply(query), peer.port, peer.address));
  dns.bind(0, '127.0.0.1');
  await Promise.all([once(tcp, 'listening'), once(dns, 'listening')]);
  const port = String(tcp.address().port);
  const report = join(scratch, 'report.json');
  const commands = {
    'no-command': ['--help'],
    dns: ['dns', 'api.example', '--server', `127.0.0.1#${dns.address().port}`],
    tcp: ['tcp', '127.0.0.1', port],
    trace: ['trace', '127.0.0.1', '-p', port],
    diagnose: ['diagnose', `127.0.0.1:${port}`, '--save', report],
    explain: ['explain', report],
    doctor: ['doctor'],
  };
  try {
    const files = [];
    for (const [command, words] of Object.entries(commands)) {
      const file = join(program, 'dist/bin', `${command}.code`);
      rmSync(file, { force: true });
      const { NODE_OPTIONS: _options, NODE_EXTRA_CA_CERTS: _file, ...env } = process.env;
      const argv = ['-e', writeAtExit, '--', file, program, command, ...words];
      const child = spawn(node, argv, { env, stdio: 'ignore' });
      const [exitCode, signal] = await once(child, 'exit');
      // Other exit codes say what the command has found.
      if (signal !== null || exitCode === 1) throw new Error(`${command}: ended by ${signal ?? 'a bug'}`);
      readFileSync(file);
      files.push(file);
    }
    return files;
  } finally {
    tcp.close();
    dns.close();
    rmSync(scratch, { recursive: true });
  }
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
  const [node, program] = process.argv.slice(2);
  if (program === undefined) throw new Error('give the binary of Node and the directory of the program');
  for (const file of await compileCommands(resolve(node), resolve(program))) console.log(file);
}
