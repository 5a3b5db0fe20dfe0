import { CapabilityError } from '../../core/errors.js';
import { familyOf } from '../address/address.js';
import { loadLibc } from '../libc/load.js';
import { openLibcPackets } from './libc-packets.js';
import type { PacketPort } from './packet-port.js';
import { heldPorts, unheldPorts } from './port-pool.js';
import { openRawSocketPort } from './raw-socket.js';
import { SynHub } from './syn-hub.js';
import type { PacketChoice } from './wire.js';

/** One user's share of a hub; its sockets close when the last one is released. */
export interface HubShare {
  hub: SynHub;
  release: () => void;
}

interface Shared {
  opening: Promise<SynHub>;
  users: number;
}

const hubs = new Map<string, Shared>();

/** What a hub's sockets are for. */
interface HubUse {
  family: 4 | 6;
  /** The address they are bound to; any of this host's when null. */
  source: string | null;
  packets?: PacketChoice | undefined;
}

/**
 * The process's hub for a family and source, opened when nobody had it. Throws CapabilityError where raw packets cannot be
 * had, SystemCallError without descriptors or for a source that is not this host's.
 */
export async function shareHub(use: HubUse): Promise<HubShare> {
  const key = `${use.family} ${use.source ?? 'any'} ${use.packets ?? 'auto'}`;
  const shared = hubs.get(key) ?? { opening: openHub(use), users: 0 };
  hubs.set(key, shared);
  shared.users += 1;
  let isReleased = false;
  function release(): void {
    if (isReleased) return;
    isReleased = true;
    shared.users -= 1;
    if (shared.users > 0) return;
    hubs.delete(key);
    shared.opening.then(
      (hub) => hub.close(),
      () => {},
    );
  }
  try {
    return { hub: await shared.opening, release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Opens both families' hubs, as far as this host has them, or with a `source` the one for it, and keeps them open: for a
 * program that gives its privileges up and traces afterwards. Resolves with what closes them; never rejects.
 */
export async function holdHubs(source: string | null): Promise<() => void> {
  const families = ([4, 6] as const).filter((family) => source === null || familyOf(source) === family);
  const shares = await Promise.allSettled(families.map((family) => shareHub({ family, source })));
  return () => {
    for (const share of shares) if (share.status === 'fulfilled') share.value.release();
  };
}

async function openHub(use: HubUse): Promise<SynHub> {
  const { family } = use;
  const packets = await openPackets(use);
  const libc = await loadLibc().catch((error: unknown) => {
    // Without libc no port can be held; the package sends all the same.
    if (error instanceof CapabilityError) return null;
    throw error;
  });
  return new SynHub(family, packets, libc === null ? unheldPorts() : heldPorts(libc, family));
}

/** Through libc where it can be called: it knows when the kernel received a packet. Else through the package. */
export async function openPackets({ family, source, packets: choice }: HubUse): Promise<PacketPort> {
  const isCallable = await loadLibc().then(
    () => true,
    () => false,
  );
  const isPackage = choice === 'raw-socket' || (choice === undefined && !isCallable);
  if (!isPackage) return openLibcPackets(family, source);
  if (family === 4 || source === null) return openRawSocketPort(family);
  throw new CapabilityError(
    'libc',
    'The raw-socket package cannot choose the IPv6 address to send from: leave the source out, or trace through libc.',
  );
}
