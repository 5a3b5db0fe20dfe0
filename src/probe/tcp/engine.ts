import { Semaphore } from '../../core/semaphore.js';
import { atLeast, readKernel, socketsToSpare } from '../../host/proc.js';
import { type Libc, loadLibc, SystemCallError } from '../../net/libc/load.js';
import { TcpSocket } from '../../net/libc/tcp-socket.js';

/** `libc`: sockets with an error queue, Linux alone; `node`: node:net, everywhere. */
export type EngineChoice = 'auto' | 'libc' | 'node';

/** What connections are made through. */
export interface Engine {
  /** null: node:net. */
  libc: Libc | null;
  /** One for the process: so many sockets at a time that no descriptor limit is reached. */
  semaphore: Semaphore;
}

/** Where the limit is not known: enough for any network, and below every system's default. */
const cautious = 1000;

/** Once in a process. */
const stampingStartsMs = 1;

let semaphore: Semaphore | undefined;
/**
 * The kernel turns receive stamps on in the background when the first socket asks for them, and stamps late what arrives
 * before (measured: 100 ms too much in a burst of attempts). This socket asks early and stays.
 */
let stamping: Promise<TcpSocket | null> | undefined;

/**
 * Gets ready to connect. `auto` takes libc where it can be called and the kernel tells ICMP errors during the handshake
 * (Linux 5.8). Throws CapabilityError where `libc` was asked for and cannot be had.
 */
export async function openEngine(choice: EngineChoice = 'auto'): Promise<Engine> {
  semaphore ??= new Semaphore(socketsToSpare() ?? cautious);
  if (choice === 'node') return { libc: null, semaphore };
  if (choice === 'auto' && !atLeast(readKernel(), 5, 8)) return { libc: null, semaphore };
  const loading = loadLibc();
  const libc = choice === 'libc' ? await loading : await loading.catch(() => null);
  if (libc !== null) {
    stamping ??= startStamping(libc);
    await stamping;
  }
  return { libc, semaphore };
}

async function startStamping(libc: Libc): Promise<TcpSocket | null> {
  try {
    const keeper = new TcpSocket(libc, 4);
    keeper.stampErrors();
    await new Promise((resolve) => setTimeout(resolve, stampingStartsMs));
    return keeper;
  } catch (error) {
    // Without descriptors each attempt will say so; without IPv4 the poller's times have to do.
    if (!(error instanceof SystemCallError)) throw error;
    return null;
  }
}
