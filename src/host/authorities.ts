import { X509Certificate } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type NamedCertificate, namedCertificate } from './certificate-der.js';

/** Which list of authorities: that of the operating system, or the one that an environment variable names. */
export type AuthorityStore = 'system' | (typeof variables)[number];

/** A list of certificate authorities of this host. */
export interface AuthorityList {
  store: AuthorityStore;
  /** The file or directory, or null. */
  path: string | null;
  /** Why it cannot be read, or which part of it cannot; null when all of it was read. */
  problem: string | null;
  authorities: Authorities;
}

/**
 * Where systems keep the authorities that their programs trust, in the order in which Go's crypto/x509 looks: the first file
 * that exists.
 */
const systemFiles = [
  // Debian, Ubuntu, Arch, Gentoo.
  '/etc/ssl/certs/ca-certificates.crt',
  // Fedora, RHEL, Amazon Linux.
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  // SUSE, where the file above is a link to it.
  '/var/lib/ca-certificates/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  // Alpine, macOS, the BSDs.
  '/etc/ssl/cert.pem',
  '/usr/local/etc/ssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
] as const;

/** Directories with one file for each authority, for systems without such a file. */
const systemFolders = ['/etc/ssl/certs', '/etc/pki/tls/certs'] as const;

/**
 * OpenSSL and Go read the first two in place of the system's list (X509_get_default_cert_file_env(3)); curl the third, Python's
 * requests the fourth, the AWS CLI and SDKs the fifth.
 */
const variables = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'AWS_CA_BUNDLE',
] as const;

/** Octets. The largest list of a distribution has a quarter of a megabyte. */
const largestFile = 8 * 1024 * 1024;
/** A directory of a distribution has 300 files. */
const mostFiles = 2000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The operating system's list of authorities, and those that environment variables name. Lists are read anew when their
 * file has changed. `root` is put before the paths of the system's list. Never throws: what cannot be read is a `problem`.
 */
export function readAuthorityLists(environment: Environment, root = ''): AuthorityList[] {
  return [systemList(root), ...variables.flatMap((name) => listOfVariable(name, environment[name] ?? ''))];
}

function systemList(root: string): AuthorityList {
  for (const path of systemFiles) {
    const list = readList('system', `${root}${path}`);
    if (list.problem !== 'ENOENT' && list.problem !== 'ENOTDIR') return list;
  }
  const folders = systemFolders.map((path) => readList('system', `${root}${path}`));
  const folder = folders.find(({ authorities }) => authorities.size > 0);
  return (
    folder ?? {
      store: 'system',
      path: null,
      problem: 'this system has no list of authorities: its package is ca-certificates',
      authorities: new Authorities([]),
    }
  );
}

/** Where authorities are put before a command makes the system's list anew, and the command (update-ca-certificates(8), update-ca-trust(8)). */
const sources = [
  { folder: '/usr/local/share/ca-certificates', command: 'update-ca-certificates', ending: '.crt' },
  { folder: '/etc/pki/ca-trust/source/anchors', command: 'update-ca-trust', ending: '' },
  { folder: '/etc/ca-certificates/trust-source/anchors', command: 'update-ca-trust', ending: '' },
  { folder: '/etc/pki/trust/anchors', command: 'update-ca-certificates', ending: '' },
] as const;

/** An authority that was put in place for the system's list, and what is missing. */
export interface WaitingAuthority {
  path: string;
  authorities: Authorities;
  /** `run update-ca-certificates`. */
  missing: string;
}

/** The files in those places. Never throws. */
export function readWaitingAuthorities(root = ''): WaitingAuthority[] {
  return sources.flatMap(({ folder, command, ending }) =>
    filesIn(`${root}${folder}`).map((path) => ({
      path,
      authorities: readAuthorityFile(path).authorities,
      missing: path.endsWith(ending)
        ? `run ${command}, which makes the list anew`
        : `give it a name that ends in ${ending}, and run ${command}`,
    })),
  );
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.(?:crt|pem|cer)$/.test(entry.name))
      .slice(0, mostFiles)
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** Whether the operating system has a list of authorities at all; small images of containers have none. Reads none of it. */
export function hasSystemList(root = ''): boolean {
  const isFilled = (path: string): boolean => {
    try {
      return statSync(`${root}${path}`).size > 0;
    } catch {
      return false;
    }
  };
  return systemFiles.some(isFilled) || systemFolders.some((path) => hasHashedFile(`${root}${path}`));
}

function hasHashedFile(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => hashedName.test(name));
  } catch {
    return false;
  }
}

function listOfVariable(name: (typeof variables)[number], value: string): AuthorityList[] {
  if (value === '') return [];
  // OpenSSL and Go take several directories.
  const paths = name === 'SSL_CERT_DIR' ? value.split(':').filter((path) => path !== '') : [value];
  return paths.map((path) => readList(name, path));
}

/** Certificates that are found by the name of their subject. They are parsed only when they are asked for. */
export class Authorities {
  readonly size: number;
  readonly #bySubject = new Map<string, Buffer[]>();

  constructor(certificates: readonly NamedCertificate[]) {
    this.size = certificates.length;
    for (const { subject, der } of certificates) {
      const key = subject.toString('latin1');
      this.#bySubject.set(key, [...(this.#bySubject.get(key) ?? []), der]);
    }
  }

  /** Those whose subject has these octets; a certificate that OpenSSL cannot parse is left out. */
  named(subject: Buffer): X509Certificate[] {
    return (this.#bySubject.get(subject.toString('latin1')) ?? []).flatMap((der) => {
      try {
        return [new X509Certificate(der)];
      } catch {
        return [];
      }
    });
  }

  /** Whether the subject of an authority has these octets in it, such as the name of an organization. */
  mentions(octets: Buffer): boolean {
    const text = octets.toString('latin1');
    return [...this.#bySubject.keys()].some((subject) => subject.includes(text));
  }
}

/** The certificates in a text, and the number of blocks that cannot be read. Other text is ignored, as OpenSSL does. */
export function readPem(text: string): { certificates: NamedCertificate[]; damaged: number } {
  const certificates: NamedCertificate[] = [];
  let damaged = 0;
  for (const [, body = ''] of text.matchAll(
    /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([^-]*)(?:-----END|$|-)/g,
  )) {
    const parts = namedCertificate(Buffer.from(body, 'base64'));
    if (parts === null) damaged += 1;
    else certificates.push(parts);
  }
  return { certificates, damaged };
}

interface Read {
  problem: string | null;
  authorities: Authorities;
}

/** The latest content of each path: reading 140 authorities takes 10 ms, and all addresses of a target need the same ones. */
const known = new Map<string, { version: string; read: Read }>();

function readList(store: AuthorityStore, path: string): AuthorityList {
  return { store, path, ...readAuthorityFile(path) };
}

/** The authorities of a file or a directory. Never throws: what cannot be read is a `problem`. */
export function readAuthorityFile(path: string): Pick<AuthorityList, 'problem' | 'authorities'> {
  try {
    const { isFolder, version, text } = openList(path, known.get(path)?.version ?? null);
    if (text === null && !isFolder) {
      const read = known.get(path)?.read;
      if (read !== undefined) return read;
    }
    const read = isFolder ? readFolder(path) : readText(text ?? '');
    known.set(path, { version, read });
    return read;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    const problem = error instanceof UnreadableList ? error.message : code;
    return { problem, authorities: new Authorities([]) };
  }
}

class UnreadableList extends Error {}

/** Opens a path without waiting: a pipe, or a device that never ends, is not read. `text` is null if it has this version. */
function openList(
  path: string,
  knownVersion: string | null,
): { isFolder: boolean; version: string; text: string | null } {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    const { ino, size, mtimeMs } = stat;
    const version = `${ino} ${size} ${mtimeMs}`;
    if (stat.isDirectory()) return { isFolder: true, version, text: null };
    if (!stat.isFile()) throw new UnreadableList('not a file');
    if (size > largestFile) throw new UnreadableList(`larger than ${largestFile / 1024 / 1024} MB`);
    if (version === knownVersion) return { isFolder: false, version, text: null };
    const bytes = Buffer.alloc(size);
    let length = 0;
    for (let got = -1; got !== 0 && length < size; length += got)
      got = readSync(file, bytes, length, size - length, null);
    return { isFolder: false, version, text: bytes.subarray(0, length).toString('latin1') };
  } finally {
    closeSync(file);
  }
}

function readText(text: string): Read {
  const { certificates, damaged } = readPem(text);
  const authorities = new Authorities(certificates);
  if (certificates.length + damaged === 0) return { problem: 'no certificate in it', authorities };
  const all = certificates.length + damaged;
  return { problem: damaged === 0 ? null : `${damaged} of ${all} certificates cannot be read`, authorities };
}

/** OpenSSL finds an authority in a directory only by a file name that is the hash of its subject (openssl-rehash(1)). */
const hashedName = /^[0-9a-f]{8}\.\d+$/;

function readFolder(path: string): Read {
  const names = readdirSync(path);
  const hashed = names.filter((name) => hashedName.test(name)).slice(0, mostFiles);
  const certificates: NamedCertificate[] = [];
  let unread = 0;
  for (const name of hashed) {
    try {
      const { text } = openList(join(path, name), null);
      const found = readPem(text ?? '').certificates;
      if (found.length === 0) unread += 1;
      certificates.push(...found);
    } catch {
      unread += 1;
    }
  }
  const authorities = new Authorities(certificates);
  if (hashed.length === 0) {
    const isUnhashed = names.some((name) => /\.(?:pem|crt|cer)$/.test(name));
    return {
      problem: isUnhashed
        ? `no file with a hashed name: run \`openssl rehash ${path}\``
        : 'no certificate in it',
      authorities,
    };
  }
  return { problem: unread === 0 ? null : `${unread} of ${hashed.length} files cannot be read`, authorities };
}
