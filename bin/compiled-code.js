// Runs a bundle with the code that V8 compiled in an earlier run, because compiling takes longer than all else of a start.
// docs/ARCHITECTURE.md, "How the executable starts", has the rules. This file has only what every start needs; what seldom
// runs is in keep-compiled-code.js.
const fs = require('node:fs');
const os = require('node:os');
const { dirname, isAbsolute, join } = require('node:path');

/** Octets. The compiled code of the largest bundle has a fifth of it. */
const largestFile = 8_000_000;
/** Code is added for so many kinds of runs of one command: each calls functions that the others do not. */
const mostKinds = 8;
/** So many crashes end the use of compiled code, until their marks are a day old. */
const mostCrashes = 3;
/** A run that lasts this long is no crash. Its code is not kept, because V8 discards code that it has not used for a while. */
const longRunMs = 5000;

/**
 * Runs the bundle of a command, which may have other commands in it. The value of `Symbol.for('pprobe.compiled-code')` of the
 * global object says what became of compiled code: `pprobe doctor` shows it, and a run that becomes another user calls its
 * `release` (src/host/compiled-code.ts).
 */
exports.run = (built, bundle, command) => {
  const file = join(built, `${bundle}.js`);
  const state = { use: 'none', path: null, why: null, release() {} };
  globalThis[Symbol.for('pprobe.compiled-code')] = state;
  // The bundles are ASCII (scripts/build.js), so that V8 keeps one octet per character.
  const source = fs.readFileSync(file, 'latin1');
  const store = openStore(bundle, file, state);
  const found = findCode(store, file, source, state);
  if (store === null && found === null) return void require(file);

  const script = exports.compile(file, source, found?.data);
  const used = script.cachedDataRejected === false ? found : null;
  if (found !== null && used === null) state.why = 'V8 refuses the code that is kept';
  state.use = used?.kind ?? 'none';
  state.path = used?.path ?? store?.path ?? null;
  if (store !== null) atExit(store, script, used, state, command);
  exports.call(script, file);
};

/** The script of a bundle, from the code of an earlier run if there is `data`. */
exports.compile = (file, source, data) => {
  const { Script, constants } = require('node:vm');
  return new Script(`(function (exports, require, module, __filename, __dirname) {\n${source}\n})`, {
    filename: file,
    // Lines and columns in a stack are those of the file.
    lineOffset: -1,
    cachedData: data,
    // The bundles have no import(): in code from a file, Node 20 has no loader for it. Node 24 has.
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
};

/** Runs the script of a bundle as Node runs a CommonJS module. */
exports.call = (script, file) => {
  const module = { exports: {} };
  const load = require('node:module').createRequire(file);
  script.runInThisContext().call(module.exports, module.exports, load, module, file, dirname(file));
};

/** The key of code that comes with the program. It has no place, because that is the user's choice. */
exports.shippedKey = (source) =>
  [process.version, process.arch, process.versions.v8, checksum(Buffer.from(source))].join('\n');

/** Where the code of a bundle is kept for this user; null, and the reason in `state`, where it must not be. */
function openStore(bundle, file, state) {
  try {
    const { execArgv, env, version, arch, versions } = process;
    for (const name of ['NODE_COMPILE_CACHE', 'NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'])
      if (env[name]) throw new Error(`${name} is set`);
    const directory = join(cacheHome(), 'pprobe/start');
    const isMade = isOwn(dirname(directory), 0o022) && isOwn(directory, 0o077);
    refuseTemporary(directory);
    const { ino, size, mtimeMs } = fs.statSync(file);
    const installation = [version, arch, file, ...execArgv, env.NODE_OPTIONS ?? ''].join('\n');
    const name = `${bundle}-${checksum(Buffer.from(installation))}`;
    const key = [installation, versions.v8, ino, size, mtimeMs].join('\n');
    const marks = isMade ? fs.readdirSync(directory).filter((each) => isMark(each, name)) : [];
    const crashes = marks.filter((each) => !isRunning(Number(each.split('.')[1])));
    return { directory, name, path: join(directory, `${name}.code`), key, crashes, mark: null };
  } catch (error) {
    state.why = error.message;
    return null;
  }
}

/** The directory of this user's caches (XDG Base Directory Specification). */
function cacheHome() {
  // The specification has a relative path ignored: it would be in whatever directory this process runs in, also in another user's.
  const given = [process.env.XDG_CACHE_HOME ?? '', join(os.homedir(), '.cache')].find(isAbsolute);
  const home = given ?? join(os.userInfo().homedir, '.cache');
  // Under sudo, HOME may be that of another user.
  const isOfAnother = process.geteuid() === 0 && fs.statSync(dirname(home)).uid !== 0;
  return isOfAnother ? join(os.userInfo().homedir, '.cache') : home;
}

/** Whether a directory exists. Throws where it is not this user's own, or others have one of the permissions in `mode`. */
function isOwn(path, mode) {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (!found.isDirectory()) throw new Error(`${path} is not a directory`);
  if (found.uid !== process.geteuid()) throw new Error(`${path} belongs to another user`);
  if ((found.mode & mode) !== 0) throw new Error(`other users have access to ${path}`);
  return true;
}

/** Throws where a directory is, or will be, one in which every user can make files. */
function refuseTemporary(directory) {
  let existing = directory;
  while (!fs.existsSync(existing)) existing = dirname(existing);
  const real = `${fs.realpathSync.native(existing)}/`;
  if (/^\/(?:tmp|var\/tmp|dev\/shm)\//.test(real))
    throw new Error(`${directory} is in a temporary directory`);
}

/** Every run with compiled code has a mark NAME.PID.tried until its end. A mark whose process is gone is that of a crash. */
function isMark(entry, name) {
  return entry.startsWith(`${name}.`) && entry.endsWith('.tried');
}

function isRunning(pid) {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Compiled code of a bundle that an earlier run kept, or that came with the program; null without. It bears the run's mark. */
function findCode(store, file, source, state) {
  try {
    if (store !== null && store.crashes.length >= mostCrashes) {
      require('./keep-compiled-code.js').prune(store.directory);
      throw new Error(`${store.crashes.length} runs with it ended early`);
    }
    const found = (store && readKept(store)) ?? (store?.crashes.length ? null : readShipped(file, source));
    if (found !== null && store !== null) markTried(store, found);
    return found;
  } catch (error) {
    state.why ??= error.message;
    return null;
  }
}

function readKept({ path, key, crashes, directory }) {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let fd;
  try {
    // A FIFO in the place of the file must not block.
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { uid, mode, nlink, size, mtimeMs } = fs.fstatSync(fd);
    const isSafe = (mode & 0o170077) === 0o100000 && uid === process.geteuid() && nlink === 1;
    if (!isSafe || size > largestFile) throw new Error(`${path} is not a file of this user alone`);
    const isSuspect = crashes.some((each) => fs.statSync(join(directory, each)).mtimeMs >= mtimeMs);
    if (isSuspect) throw new Error('a run with it ended early');
    const bytes = Buffer.allocUnsafeSlow(size);
    fs.readSync(fd, bytes);
    return { ...decode(bytes, key), path, kind: 'kept' };
  } finally {
    fs.closeSync(fd);
  }
}

function readShipped(file, source) {
  const path = file.replace(/js$/, 'code');
  if (!fs.existsSync(path)) return null;
  return { ...decode(fs.readFileSync(path), exports.shippedKey(source)), path, kind: 'shipped' };
}

/**
 * The contents of a file: a checksum of what follows in 8 hexadecimal digits, a line of JSON with `key`, `kinds` and the number
 * of `octets` of code, and the code, at a multiple of 8 octets. V8 crashes on damaged code, so this runs before V8 sees it.
 */
function decode(bytes, key) {
  if (bytes.length < 16 || bytes.toString('latin1', 0, 8) !== checksum(bytes.subarray(8)))
    throw new Error('the file with it is damaged');
  const start = bytes.indexOf('\n') + 1;
  const header = JSON.parse(bytes.toString('utf8', 8, start));
  if (header.key !== key) throw new Error('the code that is kept is of another build or another Node');
  if (header.octets !== bytes.length - start) throw new Error('the file with it is damaged');
  return { kinds: header.kinds, data: bytes.subarray(start) };
}

function checksum(bytes) {
  return require('node:zlib').crc32(bytes).toString(16).padStart(8, '0');
}

function markTried(store, { kind }) {
  const mark = join(store.directory, `${store.name}.${process.pid}.tried`);
  const write = () => fs.closeSync(fs.openSync(mark, 'w', 0o600));
  try {
    write();
    store.mark = mark;
  } catch (error) {
    // Without a mark, a crash would repeat. That code which is part of the program crashes is not worth a start without it.
    if (kind === 'kept') throw error;
  }
}

/** Arranges what is done at the end of the run, or before it becomes another user. */
function atExit(store, script, used, state, command) {
  const euid = process.geteuid();
  const unmark = () => {
    if (store.mark !== null) fs.rmSync(store.mark, { force: true });
    store.mark = null;
  };
  if (store.mark !== null) setTimeout(unmark, longRunMs).unref();
  state.release = (exitCode = 0) => {
    state.release = () => {};
    if (process.geteuid() !== euid) return;
    try {
      unmark();
      const kind = kindOf(command, exitCode);
      const kinds = used?.kinds ?? [];
      const isKnown = kinds.includes(kind) || kinds.length >= mostKinds || used?.kind === 'shipped';
      // Exit code 1 is a bug of pprobe.
      if (isKnown || exitCode === 1 || performance.now() > longRunMs) return;
      require('./keep-compiled-code.js').keep(store, script, {
        kinds: [...kinds, kind],
        least: used?.data.length ?? 0,
      });
    } catch {
      // A full disk, for example. The next run compiles again.
    }
  };
  process.on('exit', (exitCode) => state.release(exitCode));
}

/** The command, the options and the exit code decide which functions a run calls. */
function kindOf(command, exitCode) {
  const options = process.argv.slice(2).filter((word) => word.startsWith('-'));
  return checksum(
    Buffer.from([command, exitCode, ...options.map((word) => word.split('=')[0]).sort()].join('\n')),
  );
}
