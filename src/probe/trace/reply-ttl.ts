/** What systems start with: Linux and BSD, Windows, network gear. */
const initialTtls = [64, 128, 255];

/**
 * Length of the way back in hops, counted as TTLs are: 1 for a neighbour. A guess from the TTL a reply arrived with and
 * the next higher usual initial TTL; it is not the number of the hop, for ways there and back may differ, and a box that
 * answers for others adds nothing to it.
 */
export function backwardHops(replyTtl: number): number {
  const initial = initialTtls.find((ttl) => replyTtl <= ttl) ?? 255;
  return initial - replyTtl + 1;
}
