import type { TraceDocument, TraceHop } from '../../documents/trace.js';

/**
 * A trace under way: await it for the document, or iterate over it for each hop as soon as it is known, in order of
 * TTL. Both may be done with the same run, and iterating late misses nothing.
 */
export type TraceRun = Promise<TraceDocument> & AsyncIterable<TraceHop>;

/** Makes a run of a function that reports hops through its argument. */
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
    // Whoever stops iterating early is not there to hear of a later failure.
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

  // Whoever only iterates hears of a failure there; it must not count as unhandled here.
  document.catch(() => {});
  return Object.assign(document, { [Symbol.asyncIterator]: iterate });
}
