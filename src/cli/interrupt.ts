/** What ends a program from outside and leaves it time to say what it knows. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `first` at the first Ctrl-C (or SIGTERM) and `again` at every later one. Returns how to stop listening; until
 * then these signals do not end the process by themselves.
 */
export function onInterrupt(first: () => void, again: () => void): () => void {
  let isInterrupted = false;
  const listener = () => {
    if (isInterrupted) return again();
    isInterrupted = true;
    first();
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
