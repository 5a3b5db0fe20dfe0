import { CapabilityError } from '../../../src/core/errors.js';
import { loadLibc } from '../../../src/net/libc/load.js';

/** libc, where koffi has it; null on other systems. Any other failure fails the test. */
export const libc = await loadLibc().catch((error: unknown) => {
  if (error instanceof CapabilityError) return null;
  throw error;
});

/** Why tests that need it are skipped; false where they run. */
export const noLibc = libc === null && 'koffi has no libc here';
