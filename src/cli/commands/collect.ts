import { collectCommands, unknownVpc } from '../../aws/collect-commands.js';
import { noFacts } from '../../aws/facts-document.js';
import { leastPrivilegePolicy } from '../../aws/policy.js';
import { readConfiguration } from '../../aws/read-configuration.js';
import { readingTimeout } from '../../aws/reader.js';
import { openThread } from '../../aws/thread.js';
import { nowMs } from '../../core/clock.js';
import { CapabilityError, InvalidInputError } from '../../core/errors.js';
import { jsonText } from '../../core/json-text.js';
import { quoted } from '../../core/text.js';
import type { FactsDocument } from '../../documents/facts.js';
import { startDocument } from '../../documents/header.js';
import type { Target } from '../../documents/target.js';
import { exitCodes } from '../../documents/terms/exit-code.js';
import { endsOfHere } from '../../observe/known-ends.js';
import { factsText } from '../../report/text/facts.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { parseTarget } from '../../target/parse-target.js';
import { formatServer, parseGivenServer } from '../../target/server.js';
import { awsOptions, awsProfile, awsRegion } from '../aws-options.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { checkWritable, replaceFile } from '../files.js';
import {
  type Arguments,
  flag,
  idleNetworkOptions,
  listOption,
  networkChoice,
  numberOption,
  numberSpec,
  type OptionTable,
  privateApiOptions,
  required,
  textOption,
} from '../options.js';

const options: OptionTable = {
  output: {
    type: 'string',
    alias: 'o',
    value: 'FILE',
    help: 'Write the document of facts to a file that only you can read, for --facts',
  },
  ...privateApiOptions,
  vpc: {
    type: 'string',
    value: 'ID',
    help: 'The VPC of the client, where it cannot be found by its address',
  },
  ...awsOptions,
  server: {
    type: 'string',
    value: 'ADDR[#PORT]',
    repeatable: true,
    help: "Look the target's name up at this resolver (this host's own resolvers)",
  },
  imds: {
    type: 'boolean',
    negatable: 'on',
    help: 'On an EC2 instance, ask its metadata service for the interface and for credentials (on)',
  },
  commands: {
    type: 'boolean',
    help: 'Print the aws commands that read the same, one a line, for somebody else to run; each writes a file for --facts',
  },
  policy: {
    type: 'boolean',
    help: 'Print the least that an IAM policy must allow, and read nothing; with a target, for its API alone',
  },
  ...idleNetworkOptions,
  timeout: numberSpec(readingTimeout, 'End after this time, with what was read by then'),
  source: {
    type: 'string',
    value: 'ADDR',
    help: 'The address of the client, if that is another host than this one',
  },
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult> {
  const file = outputFile(args);
  for (const name of ['policy', 'commands']) {
    if (file !== undefined && flag(args, name))
      throw new InvalidInputError(
        '--output',
        `--output: is for what was read, and --${name} reads nothing; leave it out, and redirect standard output`,
      );
  }
  const region = awsRegion(args);
  const target =
    args.positionals.length === 0
      ? null
      : parseTarget(required(args, 0), {
          vpce: textOption(args, 'vpce'),
          apiId: textOption(args, 'api-id'),
        });
  if (flag(args, 'policy')) return policyResult(target, region);
  if (target === null)
    throw new InvalidInputError('target', 'target: nothing given; give a URL, a host or host:port');
  const vpcId = vpcOption(args);
  if (flag(args, 'commands')) return commandsResult(args, target, { vpcId, region }, context);
  if (file !== undefined) await checkWritable(file);
  return collect(args, target, { vpcId, region, file }, context);
}

/** Reads the configuration from AWS. */
async function collect(
  args: Arguments,
  target: Target,
  {
    vpcId,
    region,
    file,
  }: { vpcId: string | undefined; region: string | undefined; file: string | undefined },
  { stop, progress, note, output }: CommandContext,
): Promise<CommandResult> {
  const { family, source } = networkChoice(args);
  const servers = listOption(args, 'server')?.map((text) => formatServer(parseGivenServer(text, '--server')));
  const imds = args.options.imds !== false;
  progress.show(['reading the configuration from AWS …']);
  const over = new AbortController();
  const ends = endsOfHere(target, {
    family,
    source,
    imds,
    stop: AbortSignal.any([stop, over.signal]),
    ...(servers === undefined ? {} : { dns: { servers } }),
  });
  const { facts, problem } = await readConfiguration(target, ends, {
    open: openThread,
    profile: awsProfile(args),
    region,
    vpcId,
    timeoutMs: numberOption(args, 'timeout', readingTimeout),
    // A busy host can take seconds to come as far as this line.
    beganMs: nowMs() - performance.now(),
    noMetadata: !imds,
    stop,
  }).catch((error: unknown) => {
    over.abort();
    throw error;
  });
  if (problem !== null) {
    // The lookup of the target can still be running, and would keep the process.
    over.abort();
    stop.throwIfAborted();
    throw new CapabilityError('AWS credentials', `collect: ${problem}`);
  }
  const { problem: lookup } = await ends;
  if (lookup !== null && !output.quiet)
    note(cleanForTerminal(`pprobe: ${lookup}: its network interfaces cannot be found`));
  if (file !== undefined) await replaceFile(file, `${jsonText(facts, 2)}\n`, stop, 0o600);
  const hint =
    file === undefined
      ? 'Keep it with -o FILE, and give it to "pprobe explain report.json --facts FILE".'
      : `Written to ${file}, for --facts.`;
  return {
    document: facts,
    render: (style) => `${factsText(facts, style)}\n${cleanForTerminal(hint)}\n`,
    exitCode: facts.calls.some(({ status }) => status === 'ok') ? exitCodes.ok : exitCodes.capability,
  };
}

function policyResult(target: Target | null, region: string | undefined): CommandResult {
  const api = target?.privateApi ?? null;
  const policy = leastPrivilegePolicy({
    region: api?.region ?? region,
    apiId: api?.apiId,
    partition: api?.partition,
  });
  return { document: policy, render: () => `${jsonText(policy, 2)}\n`, exitCode: exitCodes.ok };
}

function commandsResult(
  args: Arguments,
  target: Target,
  { vpcId, region }: { vpcId: string | undefined; region: string | undefined },
  { output, note }: CommandContext,
): CommandResult {
  const header = startDocument('facts');
  const { source } = networkChoice(args);
  const commands = collectCommands(target, { vpcId, source, region });
  if (vpcId === undefined && !output.quiet)
    note(`pprobe: put the id of the client's VPC in place of ${unknownVpc}, or give --vpc`);
  const document: FactsDocument = {
    ...noFacts(),
    ...header(),
    region: target.privateApi?.region ?? region ?? null,
    commands,
  };
  return {
    document,
    render: () => `${commands.map(cleanForTerminal).join('\n')}\n`,
    exitCode: exitCodes.ok,
  };
}

function outputFile(args: Arguments): string | undefined {
  const file = textOption(args, 'output', 'give the name of a file');
  if (file === '-')
    throw new InvalidInputError('--output', '--output: writes a file; for standard output, give --json');
  return file;
}

function vpcOption(args: Arguments): string | undefined {
  const vpcId = textOption(args, 'vpc', 'give the id of a VPC, vpc-…');
  if (vpcId === undefined || /^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(vpcId)) return vpcId;
  throw new InvalidInputError(
    '--vpc',
    `--vpc: ${quoted(vpcId)} is not the id of a VPC; give vpc- and 8 or 17 hexadecimal digits`,
  );
}

export const collectCommand: Command = {
  name: 'collect',
  summary:
    'Reads the configuration around a target from AWS: security groups, network ACLs, routes, private DNS, policies. It only reads, and sends the target nothing',
  positionals: [
    { name: 'target', required: true, unless: 'policy', help: 'https:// URL, host, or host:port' },
  ],
  options,
  examples: [
    {
      command: 'pprobe collect https://abc123defg.execute-api.us-east-1.amazonaws.com/prod -o facts.json',
      help: 'Read the configuration with the credentials of this host',
    },
    {
      command:
        'pprobe collect https://abc123defg.execute-api.us-east-1.amazonaws.com/prod --source 10.0.1.10',
      help: 'From a laptop with credentials, for the client at 10.0.1.10',
    },
    {
      command: 'pprobe collect --commands https://abc123defg.execute-api.us-east-1.amazonaws.com/prod | sh',
      help: 'Read it into files with the AWS CLI, where that has credentials',
    },
    { command: 'pprobe collect --policy', help: 'What a role must be allowed for this' },
    {
      command: 'pprobe explain report.json --facts facts.json',
      help: 'Then: which rule drops the packets of a saved report?',
    },
  ],
  notes:
    'Exit code: 0; 2 for a mistake; 3 without credentials, and where AWS answered no call. What was refused is listed with the IAM action that it needs, and the rest is kept.',
  run,
};
