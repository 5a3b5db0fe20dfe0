import type { Clock } from '../../core/clock.js';
import type { DiscardReason, Wire, WireListener } from '../../net/wire/wire.js';
import type { TraceEngine } from './strategy.js';

/** What the engine's world looks like from outside while it runs. */
export interface TraceRunHooks {
  openWire(listener: WireListener): Promise<Wire>;
  /** Called once, when it is known what the wire can do. */
  createEngine(wire: Wire): TraceEngine;
  clock: Clock;
  /** Called after every event; `halt` ends the trace with what is known. What it throws ends the trace and is thrown. */
  onChange(engine: TraceEngine, halt: () => void): void;
  onDiscard(reason: DiscardReason): void;
}

/** A trace that has come to its end. */
export interface FinishedTrace {
  wire: Wire;
  engine: TraceEngine;
}

/**
 * Turns the engine's crank: opens the wire, sends what the engine asks for, feeds it what comes back, until it is done
 * or `stop` is aborted. The wire is closed when this resolves. Rejects when the wire could not be opened.
 */
export async function runTrace(hooks: TraceRunHooks, stop: AbortSignal): Promise<FinishedTrace> {
  const { clock } = hooks;
  let cancelTimer: () => void = () => {};
  let isPumping = false;
  let failure: { error: unknown } | null = null;
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const wire = await hooks.openWire({
    onReply(reply) {
      engine.onReply(reply);
      changed();
    },
    onSendError(id, errno) {
      engine.onSendError(id, errno);
      changed();
    },
    onDiscard: (reason) => hooks.onDiscard(reason),
  });
  const engine = hooks.createEngine(wire);

  function pump(): void {
    // A send that fails at once calls back from inside the loop below, which goes round again by itself.
    if (isPumping) return;
    isPumping = true;
    cancelTimer();
    let step = engine.next(clock.now());
    while (step.send.length > 0) {
      for (const probe of step.send) wire.send(probe);
      step = engine.next(clock.now());
    }
    isPumping = false;
    if (step.isDone) finish();
    else if (step.deadlineMs !== null) cancelTimer = clock.after(step.deadlineMs - clock.now(), expire);
  }

  function expire(): void {
    // However late the event loop is, what had arrived before the deadline counts as arrived.
    wire.receive();
    engine.onDeadline(clock.now());
    changed();
  }

  function changed(): void {
    pump();
    try {
      hooks.onChange(engine, halt);
    } catch (error) {
      failure ??= { error };
      halt();
    }
  }

  function halt(): void {
    engine.stop();
    pump();
  }

  stop.addEventListener('abort', halt);
  try {
    if (stop.aborted) engine.stop();
    pump();
    await done;
    throwIfFailed(failure);
    return { wire, engine };
  } finally {
    stop.removeEventListener('abort', halt);
    cancelTimer();
    wire.close();
  }
}

/** Apart, because what a callback assigned is unknown to the compiler. */
function throwIfFailed(failure: { error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}

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
