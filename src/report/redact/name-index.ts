/** Names longer than this are found by their beginning. No name of DNS, AWS or X.509 is as long (RFC 1035: 255 octets). */
export const longestName = 1024;

/**
 * Finds known names in texts, in time that does not depend on how many there are. The names are sorted, so that those which
 * begin with the text at a position are neighbours, and each further character narrows them by binary search.
 */
export class NameIndex {
  readonly #names: readonly string[];

  /** The names in lower case. */
  constructor(names: Iterable<string>) {
    this.#names = [...new Set([...names].map((name) => name.slice(0, longestName)))]
      .filter(Boolean)
      .sort(byUnits);
  }

  /**
   * The longest name that stands in `text`, which is in lower case, at `at`, and that `accepts` takes; its length, or 0 if there is
   * none. Of a name that is too long to be kept whole, the word that it begins.
   */
  lengthAt(text: string, at: number, accepts: (name: string, end: number) => boolean): number {
    let [low, high, longest] = [0, this.#names.length, 0];
    for (let length = 0; low < high; length++) {
      const shortest = this.#names[low] ?? '';
      if (shortest.length === length) {
        const found = length < longestName ? length : wordLength(text, at);
        if (length > 0 && accepts(shortest, at + found)) longest = found;
        low += 1;
      }
      if (at + length >= text.length) break;
      const unit = text.charCodeAt(at + length);
      low = this.#firstFrom(low, high, length, unit);
      high = this.#firstFrom(low, high, length, unit + 1);
    }
    return longest;
  }

  /** Whether a name begins with `beginning`, which is in lower case. */
  hasBeginning(beginning: string): boolean {
    let [low, high] = [0, this.#names.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byUnits(this.#names[middle] ?? '', beginning) < 0) low = middle + 1;
      else high = middle;
    }
    return this.#names[low]?.startsWith(beginning) === true;
  }

  /** The first of the names `low` to `high`, sorted and alike before `position`, whose unit there is at least `unit`. */
  #firstFrom(low: number, high: number, position: number, unit: number): number {
    let [first, end] = [low, high];
    while (first < end) {
      const middle = (first + end) >> 1;
      // A name that ends before the position is the shortest, and charCodeAt gives NaN for it, which is not at least `unit`.
      if ((this.#names[middle] ?? '').charCodeAt(position) >= unit) end = middle;
      else first = middle + 1;
    }
    return first;
  }
}

/** The length of the word at a position, up to white space, a quote or markup. */
function wordLength(text: string, at: number): number {
  const end = /[\s"'<>]/g;
  end.lastIndex = at + longestName;
  return (end.exec(text)?.index ?? text.length) - at;
}

/** The order of UTF-16 units, in which `<` compares texts. */
function byUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The text in lower case, with the same length: a few characters, such as İ, have a longer lower case, and stay. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (character) => {
    const small = character.toLowerCase();
    return small.length === character.length ? small : character;
  }).join('');
}

/** The length of the pieces of a text by which `containment` finds a part. */
const gram = 4;

/**
 * A function that says whether `text` contains another one. The places of all pieces of four characters are kept, and a part is looked
 * for only where its rarest piece stands: the text itself is read once, however many parts are asked for.
 */
export function containment(text: string): (part: string) => boolean {
  // About one bucket for each place, so that a bucket holds few other pieces.
  const bits = Math.min(22, Math.max(8, Math.ceil(Math.log2(text.length + 1))));
  const places = Math.max(0, text.length - gram + 1);
  // The places of bucket b are sorted[starts[b]] up to sorted[starts[b + 1]].
  const starts = new Uint32Array(2 ** bits + 1);
  const startOf = (bucket: number): number => starts[bucket] ?? 0;
  for (let at = 0; at < places; at++) {
    const after = bucketOf(text, at, bits) + 1;
    starts[after] = startOf(after) + 1;
  }
  for (let bucket = 0; bucket < 2 ** bits; bucket++)
    starts[bucket + 1] = startOf(bucket + 1) + startOf(bucket);
  const sorted = new Uint32Array(places);
  const filled = starts.slice();
  for (let at = 0; at < places; at++) {
    const bucket = bucketOf(text, at, bits);
    const index = filled[bucket] ?? 0;
    sorted[index] = at;
    filled[bucket] = index + 1;
  }
  return (part) => {
    if (part.length < gram) return text.includes(part);
    let [rarest, offset, fewest] = [0, 0, Number.POSITIVE_INFINITY];
    for (let at = 0; at + gram <= part.length; at++) {
      const bucket = bucketOf(part, at, bits);
      const count = startOf(bucket + 1) - startOf(bucket);
      if (count < fewest) [rarest, offset, fewest] = [bucket, at, count];
    }
    return sorted
      .subarray(startOf(rarest), startOf(rarest + 1))
      .some((at) => at >= offset && text.startsWith(part, at - offset));
  };
}

/** A number below 2 ** bits for the piece of a text at a position. */
function bucketOf(text: string, at: number, bits: number): number {
  let hash = 0;
  for (let index = at; index < at + gram; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1);
  return hash >>> (32 - bits);
}
