import type { Clock } from '../../core/clock.js';
import type { SegmentDiscard, Wire, WireListener } from '../../net/wire/wire.js';
import type { TraceStrategy } from './strategy.js';

/** What the driver of one trace needs. */
export interface DriverHooks {
  openWire(listener: WireListener): Promise<Wire>;
  /** Called once, with the open wire. */
  createStrategy(wire: Wire): TraceStrategy;
  clock: Clock;
  /** Called after every event. `halt` ends the trace with what is known. An error thrown here ends the trace. */
  onChange(strategy: TraceStrategy, halt: () => void): void;
  onDiscard(reason: SegmentDiscard): void;
}

/** A trace that is over. */
export interface FinishedTrace {
  wire: Wire;
  strategy: TraceStrategy;
}

/**
 * Runs a strategy on a wire: opens the wire, sends the probes that the strategy returns, and reports the replies and
 * deadlines to it, until it is done or `stop` is aborted. The wire is closed when the promise settles. Rejects with the
 * error of `openWire` or of `onChange`.
 */
export async function driveTrace(hooks: DriverHooks, stop: AbortSignal): Promise<FinishedTrace> {
  const { clock } = hooks;
  let cancelTimer: () => void = () => {};
  let isPumping = false;
  const failures: unknown[] = [];
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const wire = await hooks.openWire({
    onReply(reply) {
      strategy.onReply(reply);
      changed();
    },
    onSendError(id, errno) {
      strategy.onSendError(id, errno);
      changed();
    },
    onDiscard: (reason) => hooks.onDiscard(reason),
  });
  const strategy = hooks.createStrategy(wire);

  function pump(): void {
    // A send that fails at once calls back from inside the loop below; that loop continues with the new state.
    if (isPumping) return;
    isPumping = true;
    cancelTimer();
    let step = strategy.next(clock.now());
    while (step.send.length > 0) {
      for (const probe of step.send) wire.send(probe);
      step = strategy.next(clock.now());
    }
    isPumping = false;
    if (step.isDone) finish();
    else if (step.deadlineMs !== null) cancelTimer = clock.after(step.deadlineMs - clock.now(), expire);
  }

  function expire(): void {
    // The timer may fire late. A packet that arrived before the deadline still counts as arrived in time.
    wire.receive();
    strategy.onDeadline(clock.now());
    changed();
  }

  function changed(): void {
    pump();
    try {
      hooks.onChange(strategy, halt);
    } catch (error) {
      failures.push(error);
      halt();
    }
  }

  function halt(): void {
    strategy.stop();
    pump();
  }

  stop.addEventListener('abort', halt);
  try {
    if (stop.aborted) strategy.stop();
    pump();
    await done;
    if (failures.length > 0) throw failures[0];
    return { wire, strategy };
  } finally {
    stop.removeEventListener('abort', halt);
    cancelTimer();
    wire.close();
  }
}

/** The most probes that all traces of the process have in flight. With the `connect` engine each probe is a socket. */
const mostProbes = 1024;

interface Waiting {
  probes: number;
  enter: () => void;
}

let free = mostProbes;
const queue: Waiting[] = [];

/**
 * Waits until `probes` more probes may be in flight, in first-come order, and resolves with the function that returns them.
 * The limit keeps a thousand traces that start together from opening sixteen thousand sockets, and from overflowing the
 * receive buffers. Rejects with the signal's reason when it is aborted first.
 */
export async function acquireProbes(probes: number, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const share = Math.min(probes, mostProbes);
  await new Promise<void>((resolve, reject) => {
    const waiting: Waiting = {
      probes: share,
      enter() {
        signal.removeEventListener('abort', leave);
        resolve();
      },
    };
    function leave(): void {
      queue.splice(queue.indexOf(waiting), 1);
      reject(signal.reason);
      admitWaiting();
    }
    signal.addEventListener('abort', leave, { once: true });
    queue.push(waiting);
    admitWaiting();
  });
  let isReturned = false;
  return () => {
    if (isReturned) return;
    isReturned = true;
    free += share;
    admitWaiting();
  };
}

function admitWaiting(): void {
  for (let first = queue[0]; first !== undefined && first.probes <= free; first = queue[0]) {
    queue.shift();
    free -= first.probes;
    first.enter();
  }
}
