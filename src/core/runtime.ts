import { CapabilityError } from './errors.js';

/** The runtimes that imitate Node, by their member of process.versions. */
const others = { bun: 'Bun', deno: 'Deno' } as const;

/**
 * Throws CapabilityError in a runtime that is not Node. They run pprobe and measure wrong: Bun's tls module reports no
 * authorization error for a certificate that it does not trust, and neither has all of the sockets that a trace needs.
 */
export function checkRuntime(
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): void {
  for (const [member, name] of Object.entries(others)) {
    const version = versions[member];
    if (version === undefined) continue;
    throw new CapabilityError(
      'Node.js',
      `${name} ${version} is not supported, because it reports other TLS and socket errors than Node; run pprobe with Node 20.19 or later`,
    );
  }
}
