import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A C function as koffi calls it. The definition in C that it was made from decides about arguments and result. */
type NativeFunction = ((...args: never[]) => unknown) & {
  /** Calls it on a thread of the pool. The last argument is the callback. */
  async(...args: unknown[]): void;
};

/** What pprobe uses of koffi's binary. */
interface Koffi {
  version: string;
  load(path: null): {
    func<Call extends (...args: never[]) => unknown = NativeFunction>(definition: string): Call;
  };
  errno(): number;
  address(buffer: Buffer): bigint;
}

/** The release whose interface pprobe uses, as package.json asks for it. */
const testedMajor = 3;

/**
 * koffi, from the package of its binary for this processor. The package `koffi` itself is not needed: its JavaScript takes
 * 12 ms of a start, and it has an install script, which package managers block or warn of. Where the binary is not in one of
 * the usual places, the package is imported. Rejects where that fails, too.
 */
export async function loadKoffi(): Promise<Koffi> {
  const file = import.meta.url.startsWith('file:') ? fileURLToPath(import.meta.url) : import.meta.url;
  return openKoffi(dirname(file)) ?? importKoffi();
}

async function importKoffi(): Promise<Koffi> {
  const name = packageOf(process.arch);
  const { default: loaded }: { default: unknown } = await import(name);
  if (!isKoffi(loaded)) throw new Error(`${name} is not koffi`);
  return loaded;
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
  version: string;
  /** The binary for this processor and C library. */
  binary: string;
}

function packageOf(arch: string): string {
  return `@koromix/koffi-linux-${arch}`;
}

/**
 * Finds the package of koffi's binary as Node resolves packages: in the nearest node_modules above. That covers the trees of
 * npm (flat or nested), yarn with node_modules, and pnpm, which links packages. Throws for a damaged manifest.
 */
export function findKoffi(directory: string, arch: string, libc: 'linux' | 'musl'): KoffiPlaces | null {
  const native = findAbove(directory, packageOf(arch));
  if (native === null) return null;
  const manifest: unknown = JSON.parse(readFileSync(join(native, 'package.json'), 'utf8'));
  const version = versionOf(manifest);
  if (version === null || Number.parseInt(version, 10) !== testedMajor) return null;
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
