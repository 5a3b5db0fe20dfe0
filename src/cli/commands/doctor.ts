import type { DoctorAws, DoctorProblem } from '../../documents/doctor.js';
import { exitCodes } from '../../documents/terms/exit-code.js';
import { doctor } from '../../observe/doctor.js';
import { doctorText } from '../../report/text/doctor.js';
import { awsProfile, awsRegion, awsSwitch } from '../aws-options.js';
import { type Command, type CommandContext, type CommandResult, resultOf } from '../command.js';
import { type Arguments, checkIdleOptions, flag, idleNetworkOptions } from '../options.js';

async function run(args: Arguments, context: CommandContext): Promise<CommandResult> {
  checkIdleOptions(args);
  const [profile, region] = [awsProfile(args), awsRegion(args)];
  if (!flag(args, 'aws')) return resultOf(await doctor(), doctorText);
  const [document, aws] = await Promise.all([doctor(), tryAws({ profile, region }, context)]);
  const result = resultOf(
    { ...document, aws, problems: [...document.problems, ...awsProblems(aws)] },
    doctorText,
  );
  return { ...result, exitCode: aws.credentials === null ? exitCodes.capability : result.exitCode };
}

async function tryAws(
  options: { profile: string | undefined; region: string | undefined },
  { stop, progress }: CommandContext,
): Promise<DoctorAws> {
  progress.show(['asking AWS what may be read …']);
  const [{ tryCalls }, { openThread }, { readEc2Interfaces }] = await Promise.all([
    import('../../aws/try-calls.js'),
    import('../../aws/thread.js'),
    import('../../host/instance-metadata.js'),
  ]);
  const [identity] = options.region === undefined ? await readEc2Interfaces(stop) : [];
  return tryCalls({ ...options, open: openThread, ownRegion: identity?.region, stop });
}

/** A remark for each call that is not allowed, and where the policy is. */
function awsProblems({ problem, calls, endpoints }: DoctorAws): DoctorProblem[] {
  if (problem !== null)
    return [
      { text: `AWS: ${problem}`, remedy: problem.startsWith('no AWS credentials') ? 'aws configure' : null },
    ];
  const lost = endpoints.filter(({ reachable }) => !reachable).map(({ service }) => service);
  const failed = calls.filter(({ service, status }) => status !== 'allowed' && !lost.includes(service));
  const remarks = failed.map(({ service, action, status, text }) => ({
    text: [`AWS, ${service} ${action}`, status, text].filter((each) => each !== null).join(': '),
    remedy: null,
  }));
  const unreachable = endpoints
    .filter(({ reachable }) => !reachable)
    .map(({ service, text }) => ({
      text: [`AWS, ${service}: not reachable`, text].filter((each) => each !== null).join(': '),
      remedy: null,
    }));
  const isDenied = failed.some(({ status }) => status === 'denied');
  const policy = {
    text: 'The policy that allows what pprobe reads, and nothing else, is printed by:',
    remedy: 'pprobe collect --policy',
  };
  return [...unreachable, ...remarks, ...(isDenied ? [policy] : [])];
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary:
    'Shows what pprobe can do on this host, and how to add what is missing. Nothing is sent, unless --aws asks AWS what its credentials may read',
  positionals: [],
  options: {
    ...awsSwitch,
    aws: {
      type: 'boolean',
      help: 'Also say which AWS credentials are found, which services answer, and which reading calls are allowed',
    },
    ...idleNetworkOptions,
  },
  examples: [
    { command: 'pprobe doctor', help: 'Nameservers, trace engines, kernel, privileges' },
    { command: 'pprobe doctor --aws', help: 'May this host read the configuration, and what is it refused?' },
  ],
  notes:
    'Exit code: 0 if a nameserver is configured, also without a trace engine; 3 without a nameserver, and with --aws without credentials.',
  usesRootFor: 'all',
  run,
};
