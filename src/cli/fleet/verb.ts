import type { Command, PositionalSpec } from '../command.js';

/** What follows `pprobe fleet`: a command of its own, whose options all stand in the table of `fleet`. */
export interface FleetVerb extends Pick<Command, 'options' | 'examples' | 'run'> {
  name: string;
  /** Completes `pprobe fleet NAME`: says what it does, in a few words. */
  summary: string;
  /** The word after its name; null where it takes none. */
  positional: (Pick<PositionalSpec, 'name' | 'help'> & { required: boolean }) | null;
}
