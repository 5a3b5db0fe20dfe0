import { CapabilityError } from '../errors.js';
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

/**
 * The process's hub for a family, opened when nobody had it. Throws CapabilityError where raw packets cannot be had,
 * SystemCallError without descriptors.
 */
export async function shareHub(family: 4 | 6, choice?: PacketChoice): Promise<HubShare> {
  const key = `${family} ${choice ?? 'auto'}`;
  const shared = hubs.get(key) ?? { opening: openHub(family, choice), users: 0 };
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
 * Opens both families' hubs, as far as this host has them, and keeps them open: for a program that gives its privileges
 * up and traces afterwards. Resolves with what closes them; never rejects.
 */
export async function holdHubs(): Promise<() => void> {
  const shares = await Promise.allSettled([shareHub(4), shareHub(6)]);
  return () => {
    for (const share of shares) if (share.status === 'fulfilled') share.value.release();
  };
}

async function openHub(family: 4 | 6, choice?: PacketChoice): Promise<SynHub> {
  const packets = await openPackets(family, choice);
  const libc = await loadLibc().catch((error: unknown) => {
    // Without libc no port can be held; the package sends all the same.
    if (error instanceof CapabilityError) return null;
    throw error;
  });
  return new SynHub(family, packets, libc === null ? unheldPorts() : heldPorts(libc, family));
}

/** Through libc where it can be called: it knows when the kernel received a packet. Else through the package. */
export async function openPackets(family: 4 | 6, choice?: PacketChoice): Promise<PacketPort> {
  const isCallable = await loadLibc().then(
    () => true,
    () => false,
  );
  const isPackage = choice === 'raw-socket' || (choice === undefined && !isCallable);
  return isPackage ? openRawSocketPort(family) : openLibcPackets(family);
}
