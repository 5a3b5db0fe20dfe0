import { release } from 'node:os';

/** The first two numbers of a kernel release. */
export interface KernelVersion {
  major: number;
  minor: number;
}

/** Parses a kernel release: 6.1 from `6.1.0-18-cloud-amd64`; null if it does not begin with two numbers. */
export function parseKernelRelease(text: string): KernelVersion | null {
  const match = /^(\d{1,6})\.(\d{1,6})(?!\d)/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : null;
}

/** The version of the running Linux kernel; null on other systems. */
export function readKernel(): KernelVersion | null {
  return process.platform === 'linux' ? parseKernelRelease(release()) : null;
}

/** Reports whether the kernel is `major.minor` or later; false for an unknown kernel. */
export function atLeast(kernel: KernelVersion | null, major: number, minor: number): boolean {
  if (kernel === null) return false;
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}
