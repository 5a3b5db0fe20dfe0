/** Numbers by chance, always the same ones for a seed, and documents that many reports share. */

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The choices of one report. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = numbers(seed);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** From 0 to `below` - 1. */
  number(below: number): number {
    return Math.floor(this.#next() * below);
  }

  of<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
    const item = items[this.number(items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  }

  times<Item>(most: number, make: () => Item): Item[] {
    return Array.from({ length: this.number(most + 1) }, make);
  }
}

/** How many different documents there are of one kind about one address: many reports share them, which makes them cheap. */
const VARIANTS = 400;

const made = new Map<string, unknown[]>();

/** One of the documents with this name, each of which is always the same one. */
export function shared<Document>(dice: Dice, name: string, make: (own: Dice) => Document): Document {
  const known = made.get(name) ?? [];
  made.set(name, known);
  const index = dice.number(VARIANTS);
  // All documents with one name are made here, by the function of that name.
  const found = (known[index] as Document | undefined) ?? make(new Dice(seedOf(name) + index));
  known[index] = found;
  return found;
}

/** A number that differs from name to name (FNV-1a). */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
