import type { End } from './ends.js';

/** A connection between two ends. An end is null where nothing is known of it. */
export interface Path {
  client: End | null;
  target: End;
}
