import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';

/** The architectures that there are archives for, as Node names them. */
const architectures = ['x64', 'arm64'] as const;

export type Architecture = (typeof architectures)[number];

/** A file that `npm run archive` made, for one architecture. */
export interface ProgramArchive {
  arch: Architecture;
  file: string;
  octets: number;
  /** SHA-256 of the file, lower-case hexadecimal. */
  digest: string;
}

const form = 'pprobe-VERSION-linux-x64.tar.xz or …-arm64.tar.xz';
const advice = `give ${form}, or a directory that has both; "npm run archive" makes them`;
const nameForm = /^pprobe-([\w.+~-]{1,64})-linux-(x64|arm64)\.tar\.xz$/;
const magic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

/** Far more than an archive has: a wrong file is not sent to a hundred hosts. */
const mostOctets = 512 * 1024 * 1024;

/**
 * The archives for `--copy`. A file brings that of the other architecture with it, where it lies beside it: the hosts decide which
 * they need. Of a directory, the archives of `version` are taken, or else those of the only version that is there. The file
 * SHA256SUMS beside them is believed. Throws InvalidInputError.
 */
export async function findArchives(path: string, version: string): Promise<ProgramArchive[]> {
  const about = await stat(path).catch(() => null);
  if (about === null) throw refused(`there is no file ${quoted(path)}; ${advice}`);
  const folder = about.isDirectory() ? path : dirname(path);
  const wanted = about.isDirectory() ? await versionIn(folder, version) : nameForm.exec(basename(path))?.[1];
  if (wanted === undefined)
    throw refused(`${quoted(path)} is not named like an archive of pprobe; ${advice}`);
  const sums = await readFile(join(folder, 'SHA256SUMS'), 'utf8').catch(() => '');
  const found: ProgramArchive[] = [];
  for (const arch of architectures) {
    const file = join(folder, `pprobe-${wanted}-linux-${arch}.tar.xz`);
    if ((await stat(file).catch(() => null))?.isFile() === true) found.push(await checked(file, arch, sums));
  }
  if (found.length === 0) throw refused(`${quoted(path)} is not a file; ${advice}`);
  return found;
}

/** The version of a directory's archives. */
async function versionIn(folder: string, version: string): Promise<string> {
  const names = await readdir(folder);
  const versions = [...new Set(names.flatMap((name) => nameForm.exec(name)?.[1] ?? []))];
  const [only, other] = versions;
  if (only === undefined) throw refused(`${quoted(folder)} has no archive of pprobe; ${advice}`);
  if (other === undefined) return only;
  if (versions.includes(version)) return version;
  throw refused(`${quoted(folder)} has archives of ${versions.length} versions; name the file of one`);
}

async function checked(file: string, arch: Architecture, sums: string): Promise<ProgramArchive> {
  const { size } = await stat(file);
  if (size > mostOctets) throw refused(`${quoted(file)} is longer than any archive of pprobe; ${advice}`);
  if (!(await beginsAsXz(file))) throw refused(`${quoted(file)} is not compressed with xz; ${advice}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const digest = hash.digest('hex');
  const line = sums.split('\n').find((each) => each.trim().split(/\s+\*?/)[1] === basename(file));
  if (line !== undefined && !line.startsWith(digest))
    throw refused(
      `${quoted(file)} is not the file of the SHA256SUMS beside it: it was cut short or changed; make or download it again`,
    );
  return { arch, file, octets: size, digest };
}

async function beginsAsXz(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.subarray(0, bytesRead).equals(magic);
  } finally {
    await handle.close();
  }
}

function refused(why: string): InvalidInputError {
  return new InvalidInputError('--copy', `--copy: ${why}`);
}
