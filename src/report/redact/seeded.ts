import { createHmac } from 'node:crypto';

/** Blocks of private IPv4 addresses (RFC 1918) with the octets and the bits of their prefix. */
const privateBlocks = [
  { first: 0x0a000000, bits: 8 },
  { first: 0xac100000, bits: 12 },
  { first: 0xc0a80000, bits: 16 },
] as const;

/**
 * Numbers for the masks of documents that are masked apart from each other and compared afterwards: the same value has the same number
 * wherever the seed is known, and nobody without the seed can tell the value.
 */
export class MaskSeed {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A number from 1 to `most`. */
  number(value: string, most: number): number {
    const digest = createHmac('sha256', this.#seed).update(value).digest();
    return 1 + (digest.readUIntBE(0, 6) % most);
  }

  /**
   * The `n`th mask of a private IPv4 address: an address of the same block. Addresses that have their first bits in common have masks
   * that have as many in common, and no two addresses have the same mask (Xu and others, "Prefix-preserving IP address
   * anonymization", 2002). null for any other address.
   */
  privateAddress(octets: Uint8Array, n: number): string | null {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    if (octets.length !== 4) return null;
    const address = view.getUint32(0);
    const block = privateBlocks.find(({ first, bits }) => address >>> (32 - bits) === first >>> (32 - bits));
    if (block === undefined) return null;
    let mask = 0;
    for (let bit = 0; bit < 32; bit++) {
      const prefix = bit === 0 ? 0 : address >>> (32 - bit);
      const isFlipped = bit >= block.bits && this.number(`bit ${n} ${bit} ${prefix}`, 2) === 2;
      mask = ((mask << 1) | (((address >>> (31 - bit)) & 1) ^ (isFlipped ? 1 : 0))) >>> 0;
    }
    return [mask >>> 24, (mask >>> 16) & 255, (mask >>> 8) & 255, mask & 255].join('.');
  }
}
