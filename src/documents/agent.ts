import type { DocumentHeader } from './header.js';
import type { Count, Text } from './scalars.js';

/** `pprobe agent --json`, when it ends: what it did. */
export interface AgentDocument extends DocumentHeader<'agent'> {
  agent: Text;
  fleet: Text;
  /** Jobs that were run, and jobs that were refused. */
  jobs: Count;
  refused: Count;
  /** Results that the broker has not taken; they are kept for the next start. */
  undelivered: Count;
}
