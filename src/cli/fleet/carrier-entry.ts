import type { FleetDocument } from '../../documents/fleet.js';
import type { Carrier } from '../../fleet/carrier.js';
import type { CommandContext } from '../command.js';
import type { Arguments, OptionTable } from '../options.js';

/** A carrier that is ready to ask. */
export interface OpenCarrier {
  carrier: Carrier;
  whereEmpty: string;
  /** Keeps the document for `pprobe fleet show`, of a carrier that stores what comes late. */
  keep?(document: FleetDocument): void;
  /** Waits on after the deadline where the user asks for that. Returns the document with what has come late. */
  waitOn?(document: FleetDocument): Promise<FleetDocument>;
}

/** A carrier as `--via` names it. */
export interface CarrierEntry {
  name: string;
  /** Its own options. An option of another carrier is refused. */
  options: OptionTable;
  /** Opens it. `whereEmpty` is what to say where no host matches. */
  open(args: Arguments, context: CommandContext): Promise<OpenCarrier>;
}
