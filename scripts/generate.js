// Writes src/generated/: what is made from other sources, for `npm run build` and `npm run check`.
//
//   schema/*.json       the JSON Schemas of the documents, from the TypeScript types of src/documents
//   saved-report.js     the check of a report that is read from a file, from the same types
//   partitions.js       the partitions and Regions of AWS, from the table of the AWS SDK
//
// Nothing is written while the inputs are the same as the last time.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const at = (...path) => join(root, ...path);
const out = at('src/generated');

/** The rooms whose types occur in documents, and what else decides the result. */
const inputs = [
  'src/core',
  'src/net',
  'src/host',
  'src/documents',
  'scripts/generate',
  'scripts/generate.js',
];

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of [...inputs.flatMap(filesUnder), 'package-lock.json'].sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(at(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(path) {
  if (path.endsWith('.js')) return [path];
  return readdirSync(at(path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

const stamp = join(out, '.inputs');
const now = fingerprint();
if (readIfThere(stamp) !== now) {
  const { documentSchemas, savedReportSchema } = await import('./generate/schemas.js');
  const { savedReportCheck } = await import('./generate/check.js');
  const { partitionsModule } = await import('./generate/partitions.js');
  rmSync(stamp, { force: true });
  rmSync(join(out, 'schema'), { recursive: true, force: true });
  mkdirSync(join(out, 'schema'), { recursive: true });
  for (const [name, schema] of Object.entries(documentSchemas())) {
    writeFileSync(join(out, 'schema', `${name}.json`), `${JSON.stringify(schema, null, 2)}\n`);
  }
  writeFileSync(join(out, 'saved-report.js'), await savedReportCheck(savedReportSchema()));
  writeFileSync(join(out, 'partitions.js'), partitionsModule());
  writeFileSync(stamp, now);
}
