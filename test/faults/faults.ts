import { calls } from './calls.js';
import type { Fault } from './fault.js';
import { interrupts } from './interrupts.js';
import { limits } from './limits.js';
import { oddInput } from './odd-input.js';
import { output } from './output.js';
import { privileges } from './privileges.js';
import { secrets } from './secrets.js';
import { thisHost } from './this-host.js';

/** Every fault that is played. */
export const faults: readonly Fault[] = [
  ...limits,
  ...interrupts,
  ...thisHost,
  ...calls,
  ...secrets,
  ...output,
  ...privileges,
  ...oddInput,
];
