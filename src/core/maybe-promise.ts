/**
 * A value, or a promise of it. Code that handles thousands of items per second uses it where a result is often available
 * without waiting: a promise per item costs more than the work itself.
 */
export type MaybePromise<Value> = Value | Promise<Value>;

/** Calls `next` with the value: synchronously if it is not a promise, otherwise when the promise resolves. */
export function andThen<Value, Result>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Result>,
): MaybePromise<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Returns a function that gives the promise until it has resolved, and the value itself from then on. */
export function unwrapOnceSettled<Value>(promise: Promise<Value>): () => MaybePromise<Value> {
  let current: MaybePromise<Value> = promise;
  promise.then(
    (value) => {
      current = value;
    },
    // The caller holds the promise and handles its rejection.
    () => {},
  );
  return () => current;
}
