import { release } from 'node:os';

/** The two numbers of a kernel's release that features are introduced by. */
export interface KernelVersion {
  major: number;
  minor: number;
}

/** Reads `6.1.0-18-cloud-amd64` as 6.1; null when the text does not begin with two numbers. */
export function parseKernelRelease(text: string): KernelVersion | null {
  const match = /^(\d{1,6})\.(\d{1,6})(?!\d)/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : null;
}

/** The running kernel. null where it is not Linux: other systems' numbers mean other things. */
export function readKernel(): KernelVersion | null {
  return process.platform === 'linux' ? parseKernelRelease(release()) : null;
}

/** Whether the kernel is `major.minor` or later. An unknown kernel is not. */
export function atLeast(kernel: KernelVersion | null, major: number, minor: number): boolean {
  if (kernel === null) return false;
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}
