import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Koffi = Pick<typeof import('koffi').default, 'load' | 'errno' | 'address' | 'version'>;

/** The release whose interface pprobe uses, as package.json asks for it. */
const testedMajor = 3;

/**
 * The koffi package. Its binary is opened without its JavaScript, which takes 12 ms of a start: it reads Node's ELF header and tries
 * the names of 20 platforms. Where the binary is not in one of the usual places or is of another release, the package is
 * imported. Rejects where that fails, too.
 */
export async function loadKoffi(): Promise<Koffi> {
  const file = import.meta.url.startsWith('file:') ? fileURLToPath(import.meta.url) : import.meta.url;
  return openKoffi(dirname(file)) ?? (await import('koffi')).default;
}

/** Opens the binary that a file in `directory` would get; null where there is none that fits. Never throws. */
export function openKoffi(directory: string): Koffi | null {
  try {
    const found = findKoffi(directory, process.arch, usesMusl() ? 'musl' : 'linux');
    if (found === null) return null;
    const module: { exports: unknown } = { exports: {} };
    process.dlopen(module, found.binary);
    return isKoffi(module.exports) && module.exports.version === found.version ? module.exports : null;
  } catch {
    // The import finds what is wrong, and says it.
    return null;
  }
}

/** Whether this process runs with musl and not glibc. The binary for the other one may crash it. */
function usesMusl(): boolean {
  const loader = `/lib/ld-musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`;
  return existsSync(loader) && readFileSync('/proc/self/maps', 'latin1').includes('/ld-musl-');
}

/** Where koffi is installed. */
export interface KoffiPlaces {
  /** The version of the package. The binary is that of a package of its own, which must have the same. */
  version: string;
  /** The binary for this processor and C library. */
  binary: string;
}

/**
 * Finds koffi as Node resolves packages: in the nearest node_modules above, and its binary in the nearest above koffi itself. That
 * covers the trees of npm (flat or nested), yarn with node_modules, and pnpm, which links packages. Throws for a damaged manifest.
 */
export function findKoffi(directory: string, arch: string, libc: 'linux' | 'musl'): KoffiPlaces | null {
  const found = findAbove(directory, 'koffi');
  if (found === null) return null;
  // Node resolves what a linked package requires from its real place.
  const koffi = realpathSync(found);
  const manifest: unknown = JSON.parse(readFileSync(join(koffi, 'package.json'), 'utf8'));
  const version = versionOf(manifest);
  if (version === null || Number.parseInt(version, 10) !== testedMajor) return null;
  const native = findAbove(koffi, `@koromix/koffi-linux-${arch}`);
  if (native === null) return null;
  const binary = join(native, `${libc}_${arch}`, 'koffi.node');
  return existsSync(binary) ? { version, binary } : null;
}

function findAbove(directory: string, name: string): string | null {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, 'node_modules', name);
    if (existsSync(path)) return path;
    if (dirname(at) === at) return null;
  }
}

function versionOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('version' in value)) return null;
  return typeof value.version === 'string' ? value.version : null;
}

function isKoffi(value: unknown): value is Koffi {
  if (versionOf(value) === null) return false;
  const names = ['load', 'errno', 'address'];
  return names.every((name) => typeof Reflect.get(Object(value), name) === 'function');
}
