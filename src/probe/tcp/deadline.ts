/**
 * Calls `onTimeout` once, `timeoutMs` from now, unless the result is called first.
 *
 * When the event loop was held up past the deadline, timers run before the sockets are looked at. An answer
 * that had come in time would then count as silence, so the loop gets one look at its sockets before the
 * deadline is believed.
 */
export function startDeadline(timeoutMs: number, onTimeout: () => void): () => void {
  let lastLook: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    lastLook = setImmediate(onTimeout);
  }, timeoutMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(lastLook);
  };
}
