import type { TraceHop } from '../probe/trace/types.js';
import { cleanForTerminal } from '../report/text/clean.js';
import type { Style } from '../report/text/style.js';
import { hopText } from '../report/text/trace-hop.js';
import type { Progress } from './progress.js';

/** One hop per line while it runs: the lines are cut to the screen, so they need not be wrapped before. */
const style: Style = { color: false, columns: 1000 };

/** The hops of a trace under way, each as it is known, and told anew when a late answer or a name changes it. */
export class LiveHops {
  readonly #title: string;
  readonly #progress: Progress;
  readonly #hops = new Map<number, TraceHop>();
  readonly #names: Record<string, string | null> = {};

  constructor(host: string, progress: Progress) {
    this.#title = `tracing the path to ${cleanForTerminal(host)} …`;
    this.#progress = progress;
    this.#draw();
  }

  hop(hop: TraceHop): void {
    this.#hops.set(hop.ttl, hop);
    this.#draw();
  }

  name(address: string, name: string): void {
    this.#names[address] = name;
    this.#draw();
  }

  #draw(): void {
    // Words nobody sees cost time all the same.
    if (this.#progress.size() === null) return;
    const hops = [...this.#hops.values()].sort((first, second) => first.ttl - second.ttl);
    this.#progress.show([this.#title, ...hops.map((hop) => hopText(hop, style, false, this.#names))]);
  }
}
