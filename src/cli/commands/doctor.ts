import { exitCodeOf } from '../../documents/terms/exit-code.js';
import { doctor } from '../../observe/doctor.js';
import { doctorText } from '../../report/text/doctor.js';
import type { Command, CommandResult } from '../command.js';
import { type Arguments, checkIdleOptions, idleNetworkOptions } from '../options.js';

async function run(args: Arguments): Promise<CommandResult> {
  checkIdleOptions(args);
  const document = await doctor();
  return { document, render: (style) => doctorText(document, style), exitCode: exitCodeOf(document) };
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Shows what pprobe can do on this host, and how to add what is missing. Nothing is sent',
  positionals: [],
  options: idleNetworkOptions,
  examples: [{ command: 'pprobe doctor', help: 'Nameservers, trace engines, kernel, privileges' }],
  notes:
    'Exit code: 0 where a nameserver is configured, also if a trace engine is missing; 3 without a nameserver.',
  run,
};
