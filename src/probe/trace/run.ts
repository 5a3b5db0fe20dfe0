import type { Clock } from '../../clock.js';
import type { DiscardReason, Wire, WireListener } from '../../wire/wire.js';
import type { TraceEngine } from './engine.js';

/** What the engine's world looks like from outside while it runs. */
export interface TraceRunHooks {
  openWire(listener: WireListener): Promise<Wire>;
  clock: Clock;
  /** Called after every event. */
  onChange(): void;
  onDiscard(reason: DiscardReason): void;
}

export interface RunningTrace {
  /** Resolves when the engine is done or stopped, rejects when the wire could not be opened. The wire is closed. */
  finished: Promise<Wire>;
  /** Ends the engine now; `finished` resolves with what is known. */
  stop(): void;
}

/** Turns the engine's crank: opens the wire, sends what the engine asks for, feeds it what comes back. */
export function runTrace(engine: TraceEngine, hooks: TraceRunHooks): RunningTrace {
  const { clock } = hooks;
  let wire: Wire | null = null;
  let cancelTimer: (() => void) | null = null;
  let isPumping = false;
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });

  function pump(): void {
    // A send that fails at once calls back from inside the loop below, which goes round again by itself.
    if (wire === null || isPumping) return;
    isPumping = true;
    cancelTimer?.();
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
    engine.onDeadline(clock.now());
    changed();
  }

  function changed(): void {
    pump();
    hooks.onChange();
  }

  const listener: WireListener = {
    onReply(reply) {
      engine.onReply(reply);
      changed();
    },
    onSendError(id, errno) {
      engine.onSendError(id, errno);
      changed();
    },
    onDiscard: hooks.onDiscard,
  };

  async function run(): Promise<Wire> {
    wire = await hooks.openWire(listener);
    try {
      pump();
      await done;
      return wire;
    } finally {
      cancelTimer?.();
      wire.close();
    }
  }

  return {
    finished: run(),
    stop() {
      engine.stop();
      pump();
    },
  };
}
