import type { CarrierEntry } from './carrier-entry.js';
import { natsEntry } from './nats.js';
import { sshEntry } from './ssh.js';

/** What `--via` may name. */
export const carriers: readonly CarrierEntry[] = [sshEntry, natsEntry];
