import { CapabilityError, InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import type { ReadFacts } from '../diagnose/reading.js';
import type { FactsDocument } from '../documents/facts.js';
import { cleanForTerminal } from '../report/text/style.js';
import type { CommandContext } from './command.js';
import { type Arguments, flag, type OptionTable, textOption } from './options.js';

/** The options of every command that can read the configuration itself. */
export const awsOptions: OptionTable = {
  'aws-profile': {
    type: 'string',
    value: 'NAME',
    help: 'Use the credentials of this profile of the AWS CLI (the usual chain: environment, profile, role)',
  },
  region: {
    type: 'string',
    value: 'REGION',
    help: "Read this Region (that of the target's name, else AWS_REGION, the profile's, or this instance's)",
  },
};

/** The options of commands that judge. */
export const awsSwitch: OptionTable = {
  aws: {
    type: 'boolean',
    help: 'Also read the configuration around the target from AWS, with the credentials of this host; it only reads',
  },
  ...awsOptions,
};

/** The value of --aws-profile. */
export function awsProfile(args: Arguments): string | undefined {
  return textOption(args, 'aws-profile', 'give the name of a profile');
}

/** The value of --region. Throws InvalidInputError where it is none. */
export function awsRegion(args: Arguments): string | undefined {
  const region = textOption(args, 'region', 'give a Region like us-east-1');
  if (region === undefined || /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/.test(region)) return region;
  throw new InvalidInputError(
    '--region',
    `--region: ${quoted(region)} is not a Region; give one like us-east-1`,
  );
}

/**
 * What reads the configuration where --aws is given; undefined without it. Throws InvalidInputError where --facts is given, too,
 * and for options of --aws without it. `timeoutMs`: how long
 * reading may take where the user gives it more than the usual time.
 */
export function awsReading(
  args: Arguments,
  { note, output }: CommandContext,
  timeoutMs?: number,
): ReadFacts | undefined {
  const profile = awsProfile(args);
  const region = awsRegion(args);
  if (!flag(args, 'aws')) {
    for (const name of ['aws-profile', 'region'])
      if (args.options[name] !== undefined)
        throw new InvalidInputError(`--${name}`, `--${name}: works only with --aws; give --aws, too`);
    return undefined;
  }
  if (args.options.facts !== undefined)
    throw new InvalidInputError(
      '--aws',
      '--aws and --facts: give one of them; "pprobe collect -o FILE" writes facts to join with others',
    );
  return async (target, ends, stop, requests, onProgress) => {
    const [{ readConfiguration }, { readingTimeout }, { openThread }, { loggedRequest }] = await Promise.all([
      import('../aws/read-configuration.js'),
      import('../aws/reader.js'),
      import('../aws/thread.js'),
      import('../execution-log/logged-request.js'),
    ]);
    const noMetadata = args.options.imds === false;
    const reading = readConfiguration(target, ends, {
      open: openThread,
      profile,
      region,
      noMetadata,
      requests,
      judgeLog: loggedRequest,
      onProgress,
      timeoutMs: Math.max(timeoutMs ?? 0, readingTimeout.default),
      stop,
    });
    const tell = (problem: string): void => note(cleanForTerminal(`pprobe: --aws: ${problem}`));
    // Where this installation lacks the SDK, what the packets show is told nevertheless.
    const read = await reading.catch((error: unknown) => {
      if (!(error instanceof CapabilityError)) throw error;
      tell(error.message);
      return null;
    });
    if (read === null) return null;
    const { facts, problem } = read;
    if (problem !== null) tell(problem);
    if (!output.quiet)
      for (const line of notRead(facts)) note(cleanForTerminal(`pprobe: --aws: not read: ${line}`));
    const proxy = unusedProxy(facts);
    if (proxy !== null)
      note(
        `pprobe: --aws: ${proxy} is set, and AWS is asked directly, without a proxy. Where the proxy is the only way to AWS, run "pprobe collect --commands" and the commands that it prints, and give their files with --facts`,
      );
    return problem === null ? facts : null;
  };
}

/** The variable that names a proxy, where a service of AWS did not answer; null without one. */
function unusedProxy({ calls }: FactsDocument): string | null {
  // Errors of the system have its codes: ENOTFOUND, ECONNREFUSED.
  const isAway = calls.some(({ status, text }) => status === 'silent' || /^E[A-Z_]+: /.test(text ?? ''));
  const names = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
  return isAway ? (names.find((name) => (process.env[name] ?? '') !== '') ?? null) : null;
}

/** The calls that gave nothing, each outcome once. */
function notRead({ calls }: FactsDocument): string[] {
  const failed = calls.filter(({ status }) => status !== 'ok');
  const lines = failed.map(({ service, action, status, text }) =>
    [`${service} ${action}`, status, text].filter((each) => each !== null).join(': '),
  );
  return [...new Set(lines)];
}
