import { trustWith } from '../probe/tls/trust.js';
import { preloadEngines } from '../wire/engines.js';
import type { ObserveOptions } from './observe-options.js';

/**
 * Loads what a measurement would otherwise load while its packets are under way: reading 140 authorities takes 50 ms
 * and the trace engines' native parts 30 ms, on the one thread that is to notice a SYN-ACK after 0.2 ms. Throws
 * InvalidInputError for authorities that cannot be read, before anything is sent.
 */
export async function prepare(options: ObserveOptions): Promise<void> {
  if (options.trace !== false) await preloadEngines();
  trustWith(options.ca);
}
