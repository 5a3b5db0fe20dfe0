import type { SkippedStep } from '../documents/report.js';
import type { Permit } from '../target/allow-list.js';
import { parseServer } from '../target/server.js';
import type { ObserveOptions } from './options.js';

/** The addresses that packets may go to, and a skipped step for each of the others. */
export interface Permitted {
  addresses: string[];
  skipped: SkippedStep[];
}

/** Divides the addresses of a host by what `permit` says of them. */
export function permittedOf(
  addresses: readonly string[],
  port: number,
  permit: Permit | undefined,
  step: SkippedStep['step'] = 'tcp',
): Permitted {
  const all = [...addresses];
  if (permit === undefined) return { addresses: all, skipped: [] };
  const isAllowed = new Map(all.map((address) => [address, permit(address, port)]));
  return {
    addresses: all.filter((address) => isAllowed.get(address)),
    skipped: all.flatMap((address) => (isAllowed.get(address) ? [] : [refusedStep(step, address)])),
  };
}

function refusedStep(step: SkippedStep['step'], address: string): SkippedStep {
  return { step, reason: `refused: address ${address}` };
}

/** The options without the resolvers that are not permitted; null in place of the options where none of those named is. */
export function withPermittedServers(options: ObserveOptions): {
  options: ObserveOptions | null;
  skipped: SkippedStep[];
} {
  const { permit, dns, vpcResolver } = options;
  if (permit === undefined) return { options, skipped: [] };
  const refused: SkippedStep[] = [];
  const isPermitted = (server: string): boolean => {
    const { address, port } = parseServer(server);
    if (permit(address, port)) return true;
    refused.push(refusedStep('dns', address));
    return false;
  };
  const servers = dns?.servers?.filter(isPermitted);
  const ownResolver = vpcResolver !== undefined && isPermitted(vpcResolver) ? vpcResolver : undefined;
  if (servers?.length === 0) return { options: null, skipped: refused };
  return {
    options: {
      ...options,
      vpcResolver: ownResolver,
      ...(servers === undefined ? {} : { dns: { ...dns, servers } }),
    },
    skipped: refused,
  };
}
