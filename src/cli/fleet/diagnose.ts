import { waitBound } from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import { checkTarget } from '../../diagnose/classify.js';
import type { FleetDocument } from '../../documents/fleet.js';
import type { JobOptions } from '../../fleet/carrier.js';
import { runFleet } from '../../fleet/controller.js';
import { observeBounds } from '../../observe/options.js';
import { fleetText } from '../../report/text/fleet.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { hostPort, parseControl } from '../../target/host-port.js';
import { targetOf } from '../../target/parse-target.js';
import { type CommandContext, type CommandResult, resultOf } from '../command.js';
import {
  type Arguments,
  choiceOption,
  familyOption,
  familyOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  privateApiOptions,
  required,
  switchOption,
  textOption,
} from '../options.js';
import { formed, reportForm } from '../report-output.js';
import type { CarrierEntry } from './carrier-entry.js';
import { carriers } from './carriers.js';
import { fleetProgress } from './progress.js';
import type { FleetVerb } from './verb.js';

const deadlineBound = waitBound(60_000, 3_600_000);

const own: OptionTable = {
  via: {
    type: 'string',
    value: 'CARRIER',
    choices: carriers.map(({ name }) => name),
    help: 'How the hosts are asked: ssh, or nats, where agents wait for jobs',
  },
  group: { type: 'string', value: 'NAME', help: 'Ask only the hosts of this group' },
  deadline: numberSpec(deadlineBound, 'Wait this long for the report of a host'),
  ...privateApiOptions,
  control: {
    type: 'string',
    value: 'HOST:PORT',
    help: 'Every host also connects to another host that should answer',
  },
  http: { type: 'boolean', negatable: 'on', help: 'Send HTTP requests if the target speaks HTTP (on)' },
  imds: { type: 'boolean', negatable: 'on', help: 'On EC2 instances, ask the metadata service (on)' },
  trace: { type: 'boolean', negatable: 'undecided', help: 'Trace every address, or none' },
  timeout: numberSpec(observeBounds.timeoutMs, 'The hosts wait this long for each connection'),
  redact: {
    type: 'boolean',
    help: 'Mask account ids, addresses and names in the result; the same value gets the same mask',
  },
  ...familyOptions,
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult> {
  const { stop, progress, note } = context;
  const target = required(args, 0);
  const options = jobOptions(args);
  // A mistake in the target is told once, here, and not by every host.
  const parsed = targetOf(target, { vpce: options.vpce, apiId: options.apiId });
  const deadlineMs = numberOption(args, 'deadline', deadlineBound) ?? deadlineBound.default;
  const form = reportForm(args, context.output);
  const entry = carrierOf(args);
  const { carrier, whereEmpty, keep, waitOn } = await entry.open(args, context);
  try {
    const problem = context.output.quiet ? null : checkTarget(parsed);
    if (problem !== null) note(cleanForTerminal(`pprobe: ${problem.summary}`));
    const document = await runFleet(carrier, {
      check: 'diagnose',
      target,
      deadlineMs,
      options,
      stop,
      whereEmpty,
      note: (line) => note(`pprobe: ${cleanForTerminal(line)}`),
      onChange: (members) => {
        const size = progress.size();
        if (size !== null) progress.show(fleetProgress(members, size.lines));
      },
    });
    keep?.(document);
    const whole = (await waitOn?.(document)) ?? document;
    return fleetResult(await formed(whole, form));
  } finally {
    await carrier.close();
  }
}

/** The result of every command that prints a fleet document. */
export function fleetResult(document: FleetDocument): CommandResult {
  return resultOf(document, fleetText);
}

function jobOptions(args: Arguments): JobOptions {
  const control = textOption(args, 'control');
  const checked = control === undefined ? undefined : parseControl(control);
  const members = {
    vpce: textOption(args, 'vpce'),
    apiId: textOption(args, 'api-id'),
    family: familyOption(args),
    control: checked === undefined ? undefined : hostPort(checked.host, checked.port),
    http: switchOption(args, 'http') === false ? false : undefined,
    imds: switchOption(args, 'imds') === false ? false : undefined,
    trace: switchOption(args, 'trace'),
    timeoutMs: numberOption(args, 'timeout', observeBounds.timeoutMs),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The carrier of --via. Throws InvalidInputError for an option that belongs to another one. */
function carrierOf(args: Arguments): CarrierEntry {
  const names = carriers.map(({ name }) => name);
  const name = choiceOption(args, 'via', 'a way to reach hosts', names);
  const entry = carriers.find((each) => each.name === name);
  if (entry === undefined)
    throw new InvalidInputError(
      '--via',
      '--via: is missing; give --via ssh and --hosts, or --via nats, --server and --fleet',
    );
  for (const option of carriers.flatMap((other) => Object.keys(other.options))) {
    if (args.options[option] !== undefined && !Object.hasOwn(entry.options, option))
      throw new InvalidInputError(
        `--${option}`,
        `--${option}: has no meaning with --via ${entry.name}; leave it out`,
      );
  }
  return entry;
}

export const fleetDiagnose: FleetVerb = {
  name: 'diagnose',
  summary: 'the same diagnosis from many hosts at once, and what differs between them',
  positional: { name: 'target', required: true, help: 'https:// URL, host, or host:port' },
  options: Object.assign({}, own, ...carriers.map(({ options }) => options)),
  examples: [
    {
      command: 'pprobe fleet diagnose https://api.example.com --via ssh --hosts web-1,web-2,ops@10.0.3.7',
      help: 'Which of these hosts reach it, and what differs between those that do and those that do not?',
    },
    {
      command: 'pprobe fleet diagnose db.internal:5432 --via ssh --hosts hosts.txt --deadline 30s --json',
      help: 'The hosts of a file, thirty seconds for each; the reports of all in one document',
    },
    {
      command:
        'pprobe fleet diagnose db.internal:5432 --via nats --server tls://nats.example --fleet core --key fleet.pem',
      help: 'The agents of a fleet, which wait for jobs that this key has signed',
    },
  ],
  run,
};
