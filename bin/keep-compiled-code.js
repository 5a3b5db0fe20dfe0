// Writes what compiled-code.js reads.
const fs = require('node:fs');
const { dirname, join } = require('node:path');
const { crc32 } = require('node:zlib');

const mostFiles = 24;
const mostOctets = 24_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The contents of a file with compiled code: see decode() in compiled-code.js. */
exports.encode = (key, kinds, data) => {
  const text = JSON.stringify({ key, kinds, octets: data.length });
  const line = Buffer.from(text);
  // V8 copies code that does not begin at a multiple of 8 octets. JSON may end with spaces.
  const padding = Buffer.from(`${' '.repeat(7 - ((8 + line.length) % 8))}\n`);
  const body = Buffer.concat([line, padding, data]);
  return Buffer.concat([Buffer.from(crc32(body).toString(16).padStart(8, '0')), body]);
};

/** Writes the code of a script that has run. `least` is the size of the code that it replaces. */
exports.keep = ({ directory, path, key }, script, { kinds, least }) => {
  const data = script.createCachedData();
  // It shrinks by a little when V8 leaves something out, and by much when V8 has discarded what this run did not use.
  if (data.length < 0.9 * least) return;
  makeDirectory(directory);
  const temporary = `${path}.${process.pid}.tmp`;
  fs.rmSync(temporary, { force: true });
  try {
    fs.writeFileSync(temporary, exports.encode(key, kinds, data), { flag: 'wx', mode: 0o600 });
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  exports.prune(directory);
};

/** mkdirSync() with `recursive` never returns where a file system refuses with ENOENT, as that of /proc does. */
function makeDirectory(path) {
  if (fs.existsSync(path)) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  try {
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another run has made it.
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Deletes what runs that were killed left behind, and the oldest code beyond the bounds. */
exports.prune = (directory) => {
  const now = Date.now();
  const entries = fs.readdirSync(directory).flatMap((entry) => {
    const path = join(directory, entry);
    const found = fs.lstatSync(path, { throwIfNoEntry: false });
    return found === undefined ? [] : [{ path, size: found.size, mtimeMs: found.mtimeMs }];
  });
  const isStale = ({ path, mtimeMs }) =>
    (path.endsWith('.tmp') && now - mtimeMs > hourMs) || (path.endsWith('.tried') && now - mtimeMs > dayMs);
  for (const { path } of entries.filter(isStale)) fs.rmSync(path, { force: true });
  let octets = 0;
  const code = entries.filter(({ path }) => path.endsWith('.code')).sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const [index, { path, size }] of code.entries()) {
    octets += size;
    if (index >= mostFiles || octets > mostOctets) fs.rmSync(path, { force: true });
  }
};
