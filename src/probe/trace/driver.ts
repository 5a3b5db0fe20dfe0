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

/** The wire and the strategy of a trace that has ended. */
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
  let isJudgingPlanned = false;
  let isOver = false;
  const failures: unknown[] = [];
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const wire = await hooks.openWire({
    onReply(reply) {
      strategy.onReply(reply);
      // Answers that are read together are judged together: the first of them alone would make needless probes.
      if (isJudgingPlanned) return;
      isJudgingPlanned = true;
      queueMicrotask(() => {
        isJudgingPlanned = false;
        if (!isOver) changed();
      });
    },
    onLeft(id) {
      if (strategy.onLeft(id, clock.now()) && !isOver) changed();
    },
    onSendError(id, errno) {
      strategy.onSendError(id, errno);
      changed();
    },
    onDiscard: (reason) => hooks.onDiscard(reason),
  });
  const strategy = hooks.createStrategy(wire);

  function pump(): void {
    // A send that fails at once calls back from inside the loop below, and the loop continues with the new state.
    if (isPumping) return;
    isPumping = true;
    cancelTimer();
    let step = strategy.next(clock.now());
    while (step.send.length > 0) {
      for (const probe of step.send) {
        wire.send(probe);
        if (wire.isQueued?.(probe.id)) strategy.onQueued(probe.id);
        else strategy.onSent(probe.id);
      }
      // A near hop has answered by now, and its answer may make further probes needless.
      wire.receive();
      step = strategy.next(clock.now());
    }
    isPumping = false;
    if (step.isDone) finish();
    else if (step.deadlineMs !== null) cancelTimer = clock.after(step.deadlineMs - clock.now(), expire);
  }

  function expire(): void {
    // The timer may fire late. A packet that arrived before the deadline still counts as arrived in time.
    wire.receive();
    for (const id of strategy.onDeadline(clock.now())) wire.retire?.(id);
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
    isOver = true;
    stop.removeEventListener('abort', halt);
    cancelTimer();
    wire.close();
  }
}
