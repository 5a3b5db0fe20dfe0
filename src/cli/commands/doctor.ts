import { doctor } from '../../observe/doctor.js';
import { doctorText } from '../../report/text/doctor.js';
import { type Command, type CommandResult, resultOf } from '../command.js';
import { type Arguments, checkIdleOptions, idleNetworkOptions } from '../options.js';

async function run(args: Arguments): Promise<CommandResult> {
  checkIdleOptions(args);
  return resultOf(await doctor(), doctorText);
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Shows what pprobe can do on this host, and how to add what is missing. Nothing is sent',
  positionals: [],
  options: idleNetworkOptions,
  examples: [{ command: 'pprobe doctor', help: 'Nameservers, trace engines, kernel, privileges' }],
  notes: 'Exit code: 0 if a nameserver is configured, also without a trace engine; 3 without a nameserver.',
  usesRootFor: 'all',
  run,
};
