import type { Carrier } from '../../fleet/carrier.js';
import type { CommandContext } from '../command.js';
import type { Arguments, OptionTable } from '../options.js';

/** A carrier as `--via` names it. */
export interface CarrierEntry {
  name: string;
  /** Its own options. An option of another carrier is refused. */
  options: OptionTable;
  /** Opens it. `whereEmpty` is what to say where no host matches. */
  open(args: Arguments, context: CommandContext): Promise<{ carrier: Carrier; whereEmpty: string }>;
}
