import { collectCommands, unknownVpc } from '../../aws/collect-commands.js';
import { noFacts } from '../../aws/facts-document.js';
import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import type { FactsDocument } from '../../documents/facts.js';
import { startDocument } from '../../documents/header.js';
import { exitCodes } from '../../documents/terms/exit-code.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { parseTarget } from '../../target/parse-target.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import {
  type Arguments,
  checkIdleOptions,
  flag,
  idleNetworkOptions,
  networkChoice,
  type OptionTable,
  required,
  textOption,
} from '../options.js';

const options: OptionTable = {
  commands: {
    type: 'boolean',
    help: 'Print the aws commands that read the configuration, one a line; each writes a file for --facts',
  },
  vpc: { type: 'string', value: 'ID', help: 'The VPC of the client, so that the commands read no other one' },
  vpce: { type: 'string', value: 'NAME', help: 'The VPC endpoint: its id (vpce-…) or its DNS name' },
  'api-id': { type: 'string', value: 'ID', help: 'The id of the API, if the target is a custom domain name' },
  ...idleNetworkOptions,
  source: { type: 'string', value: 'ADDR', help: 'The address of the client' },
};

async function run(args: Arguments, { output, note }: CommandContext): Promise<CommandResult> {
  checkIdleOptions(args);
  const header = startDocument('facts');
  const target = parseTarget(required(args, 0), {
    vpce: textOption(args, 'vpce'),
    apiId: textOption(args, 'api-id'),
  });
  const vpcId = textOption(args, 'vpc', 'give the id of a VPC, vpc-…');
  if (vpcId !== undefined && !/^vpc-[0-9a-f]{8,17}$/.test(vpcId))
    throw new InvalidInputError(
      '--vpc',
      `--vpc: ${quoted(vpcId)} is not the id of a VPC; give vpc- and 8 or 17 hexadecimal digits`,
    );
  const { source } = networkChoice(args);
  if (!flag(args, 'commands'))
    throw new InvalidInputError(
      '--commands',
      'collect: give --commands, run what it prints where the AWS CLI has credentials, and give the files to "pprobe explain report.json --facts"',
    );
  const commands = collectCommands(target, { vpcId, source });
  if (vpcId === undefined && !output.quiet)
    note(`pprobe: put the id of the client's VPC in place of ${unknownVpc}, or give --vpc`);
  const document: FactsDocument = {
    ...noFacts(),
    ...header(),
    region: target.privateApi?.region ?? null,
    commands,
  };
  return {
    document,
    render: () => `${commands.map(cleanForTerminal).join('\n')}\n`,
    exitCode: exitCodes.ok,
  };
}

export const collectCommand: Command = {
  name: 'collect',
  summary:
    'Prints the aws commands that read the configuration around a target: security groups, network ACLs, routes, private DNS, policies. Nothing is sent',
  positionals: [{ name: 'target', required: true, help: 'https:// URL, host, or host:port' }],
  options,
  examples: [
    {
      command: 'pprobe collect --commands https://abc123defg.execute-api.us-east-1.amazonaws.com/prod | sh',
      help: 'Read the configuration into files, where the AWS CLI has credentials',
    },
    {
      command: 'pprobe explain report.json --facts *.json',
      help: 'Then: which rule drops the packets of a saved report?',
    },
  ],
  notes: 'Exit code: 0; 2 for a mistake. The commands only read, and pprobe never runs them itself.',
  run,
};
