import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isPlainObject } from '../../core/check-options.js';
import { CapabilityError, InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import type { FleetDocument } from '../../documents/fleet.js';
import { idPattern } from '../../fleet/job.js';

/** Jobs are kept where they were started: the roster is known nowhere else. The oldest are removed. */
const mostJobs = 50;

function folder(): string {
  const state = process.env.XDG_STATE_HOME;
  return join(state?.startsWith('/') ? state : join(homedir(), '.local/state'), 'pprobe/fleet');
}

function fileOf(job: string): string {
  return join(folder(), `${job}.json.gz`);
}

/** Keeps the document of a job. Returns why it cannot be kept, or null. */
export function keepJob(document: FleetDocument): string | null {
  const path = fileOf(document.job.id);
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, pack(document), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    removeOldest();
    return null;
  } catch (error) {
    rmSync(`${path}.new`, { force: true });
    return error instanceof Error ? error.message : String(error);
  }
}

/** The document as compressed JSON. Each result is packed by itself (RFC 1952 section 2.2), so that only one is in memory. */
function pack({ results, ...others }: FleetDocument): Buffer {
  const head = JSON.stringify(others).slice(0, -1);
  const texts = results.map((result, index) =>
    gzipSync(`${index === 0 ? '' : ','}${JSON.stringify(result)}`),
  );
  return Buffer.concat([gzipSync(`${head},"results":[`), ...texts, gzipSync(']}')]);
}

function removeOldest(): void {
  const files = readdirSync(folder()).map((name) => join(folder(), name));
  // Another command may rename or remove one of them meanwhile.
  const aged = files
    .flatMap((path) => {
      const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      return at === undefined ? [] : [{ path, at }];
    })
    .sort((a, b) => b.at - a.at);
  for (const { path } of aged.slice(mostJobs)) {
    try {
      rmSync(path, { force: true });
    } catch {
      // The new job is kept all the same.
    }
  }
}

/** The document of a job as it was when the job ended. Throws InvalidInputError for a job that is not known here. */
export function keptJob(job: string): FleetDocument {
  if (!idPattern.test(job))
    throw new InvalidInputError(
      'job',
      `job: ${quoted(job)} is not the id of a job; "pprobe fleet diagnose" prints it`,
    );
  let octets: Buffer;
  try {
    octets = readFileSync(fileOf(job));
  } catch (cause) {
    throw new InvalidInputError(
      'job',
      `job: ${job} is not known here; ask where it was started, and within its last ${mostJobs} jobs`,
      { cause },
    );
  }
  try {
    const value: unknown = JSON.parse(gunzipSync(octets).toString('utf8'));
    if (isFleet(value)) return value;
  } catch {
    // It is damaged.
  }
  throw new CapabilityError(fileOf(job), `job: the file ${quoted(fileOf(job))} is damaged`);
}

/** pprobe has written the file itself. */
function isFleet(value: unknown): value is FleetDocument {
  return isPlainObject(value) && value.kind === 'fleet' && Array.isArray(value.results);
}
