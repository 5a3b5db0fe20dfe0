/** What is there at once, or comes: an answer over loopback must not wait for a promise where thousands follow each other. */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on with the value, at once where it is there. What `next` throws is thrown or rejects accordingly. */
export function andThen<Value, Result>(
  value: Soon<Value>,
  next: (value: Value) => Soon<Result>,
): Soon<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** What comes, as a promise until it is there, and then without one. */
export function kept<Value>(coming: Promise<Value>): () => Soon<Value> {
  let soon: Soon<Value> = coming;
  coming.then(
    (value) => {
      soon = value;
    },
    // Whoever asked has the promise, and its error.
    () => {},
  );
  return () => soon;
}
