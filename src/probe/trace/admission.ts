/** Probes that all traces of the process may have under way together: with `connect` each is a socket. */
const capacity = 1024;

interface Waiting {
  weight: number;
  admit: () => void;
}

let free = capacity;
const queue: Waiting[] = [];

/**
 * Waits until `weight` more probes may be under way, first come, first served, and resolves with what gives them back.
 * A thousand traces started at once then need no thousand times sixteen sockets, and their answers do not overflow the
 * buffers of the few there are. Rejects with the signal's reason when it is aborted before.
 */
export async function admit(weight: number, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const share = Math.min(weight, capacity);
  await new Promise<void>((resolve, reject) => {
    const waiting: Waiting = {
      weight: share,
      admit() {
        signal.removeEventListener('abort', leave);
        resolve();
      },
    };
    function leave(): void {
      queue.splice(queue.indexOf(waiting), 1);
      reject(signal.reason);
      letIn();
    }
    signal.addEventListener('abort', leave, { once: true });
    queue.push(waiting);
    letIn();
  });
  let isGivenBack = false;
  return () => {
    if (isGivenBack) return;
    isGivenBack = true;
    free += share;
    letIn();
  };
}

function letIn(): void {
  for (let first = queue[0]; first !== undefined && first.weight <= free; first = queue[0]) {
    queue.shift();
    free -= first.weight;
    first.admit();
  }
}
