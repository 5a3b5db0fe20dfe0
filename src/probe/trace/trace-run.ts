import type { TraceDocument, TraceHop } from '../../documents/trace.js';

/**
 * A trace in progress. Await it for the document, or iterate over it for each hop in order of TTL as soon as it is known.
 * Both work on the same trace, and an iteration that starts late gets every hop.
 */
export type TraceRun = Promise<TraceDocument> & AsyncIterable<TraceHop>;

/** Starts a trace that reports its hops by calling the function passed to `start`. */
export function startTraceRun(start: (onHop: (hop: TraceHop) => void) => Promise<TraceDocument>): TraceRun {
  const hops: TraceHop[] = [];
  let announce: () => void = () => {};
  let news = nextNews();
  function nextNews(): Promise<void> {
    return new Promise((resolve) => {
      announce = resolve;
    });
  }

  const document = start((hop) => {
    hops.push(hop);
    announce();
    news = nextNews();
  });

  async function* iterate(): AsyncGenerator<TraceHop, void> {
    let isDone = false;
    const done = document.then(() => {
      isDone = true;
    });
    // The iteration may end before the trace fails; the rejection must then not count as unhandled.
    done.catch(() => {});
    for (let shown = 0; ; ) {
      const hop = hops[shown];
      if (hop !== undefined) {
        shown += 1;
        yield hop;
      } else if (isDone) return;
      else await Promise.race([news, done]);
    }
  }

  // A caller that only iterates gets the error from the iteration; the promise must not count as unhandled.
  document.catch(() => {});
  return Object.assign(document, { [Symbol.asyncIterator]: iterate });
}
