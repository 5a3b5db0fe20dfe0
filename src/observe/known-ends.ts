import { anyOf } from '../core/deadline.js';
import { CapabilityError } from '../core/errors.js';
import type { KnownEnds } from '../documents/known-ends.js';
import type { Target } from '../documents/target.js';
import { readEc2Interfaces } from '../host/instance-metadata.js';
import { readVantage, type Vantage } from '../host/vantage.js';
import { findAddresses, type HostOptions } from './host-addresses.js';

/** What this host knows of both ends of a connection without sending the target anything. */
export interface EndsOfHere extends KnownEnds {
  /** Why the target's name gave no address; null where it gave one. */
  problem: string | null;
}

/** How to find them. */
export interface EndsOptions extends HostOptions {
  /** The address of the client, which may be another host than this one. */
  source?: string | undefined;
  /** `false`: do not ask the metadata service. */
  imds?: boolean | undefined;
}

/** How long the lookup of the target's name may take, in milliseconds: the calls of AWS need the rest of the time. */
const lookupMs = 2500;

/** Looks the target's name up, and asks the metadata service for the interfaces of this host. */
export async function endsOfHere({ host }: Target, options: EndsOptions = {}): Promise<EndsOfHere> {
  const { source, imds, ...hostOptions } = options;
  const stop = anyOf(options.stop, AbortSignal.timeout(lookupMs));
  const [found, identities, vantage] = await Promise.all([
    lookUp(host, { ...hostOptions, stop }),
    imds === false ? [] : readEc2Interfaces(options.stop),
    readVantage(),
  ]);
  return { ...found, own: source === undefined ? outwardAddresses(vantage) : [source], identities };
}

/** The addresses of this host without those of bridges: Docker gives every host the same one, which no VPC knows. */
export function outwardAddresses({ addresses, networks = [] }: Vantage): string[] {
  const bridges = networks.filter(({ bridge }) => bridge).map(({ network }) => network.replace(/\/\d+$/, ''));
  return addresses.filter((each) => !bridges.includes(each));
}

async function lookUp(
  host: string,
  options: HostOptions,
): Promise<Pick<EndsOfHere, 'addresses' | 'problem'>> {
  try {
    const { addresses, resolution } = await findAddresses(host, options);
    const why = resolution === null ? 'no address' : resolution.status;
    return {
      addresses,
      problem: addresses.length > 0 ? null : `the name ${host} gave no address here (${why})`,
    };
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    return { addresses: [], problem: `the name ${host} was not looked up: ${error.message}` };
  }
}
