import { CapabilityError } from '../../../src/core/errors.js';
import { loadLibc } from '../../../src/net/libc/load.js';

/** libc if koffi can load it; null on other systems. Any other error fails the test. */
export const libc = await loadLibc().catch((error: unknown) => {
  if (error instanceof CapabilityError) return null;
  throw error;
});

/** The reason to skip tests that need libc; false where they run. */
export const noLibc = libc === null && 'koffi has no libc here';
