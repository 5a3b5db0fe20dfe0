import { userInfo } from 'node:os';
import { CapabilityError, InvalidInputError } from '../../core/errors.js';
import { shellLine } from '../../core/shell-line.js';
import { quoted } from '../../core/text.js';
import type { NatsConnection } from '../../fleet/nats/client.js';
import { connectBroker, readBroker, versionAdvice } from '../../fleet/nats/connection.js';
import { checkId } from '../../fleet/nats/names.js';
import { mostUnasked, NatsCarrier } from '../../fleet/nats/nats-carrier.js';
import { brokerProblem } from '../../fleet/nats/problem.js';
import { readPrivateKey } from '../../fleet/signature.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { hostPort } from '../../target/host-port.js';
import { brokerOf, brokerOptions, brokerWords } from '../broker-options.js';
import type { CommandContext } from '../command.js';
import { readInput } from '../files.js';
import { type Arguments, flag, textOption } from '../options.js';
import type { CarrierEntry } from './carrier-entry.js';
import { lateWaitOf, lateWaitOptions, waitForLate } from './late-wait.js';
import { keepJob } from './saved-jobs.js';

/** A connection to the broker of the command line. Its errors say what to do. */
export async function openBroker(
  args: Arguments,
  { note, output, stop }: CommandContext,
): Promise<{ connection: NatsConnection; fleet: string }> {
  const { broker, fleet } = brokerOf(args);
  const plan = { name: 'pprobe fleet', inboxPrefix: null, spreadMs: 0, signal: stop };
  const connection = await connectBroker(broker, plan);
  const advice = versionAdvice(connection.info?.version);
  if (advice !== null && !output.quiet) note(`pprobe: ${cleanForTerminal(advice)}`);
  return { connection, fleet };
}

/** An error of a command as what it says of the broker, where the command line has one. */
export function atBroker({ options }: Arguments, error: unknown): unknown {
  const { server } = options;
  if (typeof server !== 'string' || error instanceof InvalidInputError || error instanceof CapabilityError)
    return error;
  const { host, port } = readBroker({ server, insecure: true, caFile: null });
  return brokerProblem(error, hostPort(host, port));
}

/** `--via nats`: agents that wait for jobs. */
export const natsEntry: CarrierEntry = {
  name: 'nats',
  options: {
    ...brokerOptions,
    ...lateWaitOptions,
    key: {
      type: 'string',
      value: 'FILE',
      help: 'With --via nats: the Ed25519 key that signs the job, PEM (PPROBE_FLEET_KEY)',
    },
    yes: { type: 'boolean', help: `With --via nats: ask more than ${mostUnasked} agents` },
  },
  async open(args, context) {
    const group = textOption(args, 'group');
    if (group !== undefined) checkId(group, '--group');
    brokerOf(args);
    const key = readPrivateKey(await readInput(keyFile(args), context.stop), '--key');
    const lateWait = lateWaitOf(args, context);
    const { connection, fleet } = await openBroker(args, context);
    const plan = {
      fleet,
      group: group ?? null,
      key,
      isLargeMeant: flag(args, 'yes'),
      requestedBy: userName(),
    };
    const ofGroup = group === undefined ? '' : ` of the group ${quoted(group)}`;
    return {
      carrier: new NatsCarrier(connection, plan),
      whereEmpty: `no agent${ofGroup} of fleet ${fleet} is there; start "pprobe agent" on the hosts, or look at "pprobe fleet agents"`,
      async waitOn(document) {
        if (lateWait.waitMs === 0 || context.stop.aborted) return document;
        try {
          return await waitForLate(connection, fleet, document, lateWait, context);
        } catch (error) {
          // What was measured until the deadline is printed whatever becomes of the broker.
          const problem = atBroker(args, error);
          const why = problem instanceof Error ? problem.message : String(problem);
          context.note(`pprobe: what came late cannot be read: ${cleanForTerminal(why)}`);
          return document;
        }
      },
      keep(document) {
        const { id } = document.job;
        const problem = keepJob(document);
        if (context.output.quiet) return;
        context.note(
          problem === null
            ? `pprobe: the job again, with what comes late: ${cleanForTerminal(shellLine(['pprobe', 'fleet', 'show', id, ...brokerWords(args)]))}`
            : `pprobe: job ${id} cannot be kept for "pprobe fleet show": ${cleanForTerminal(problem)}`,
        );
      },
    };
  },
};

function keyFile(args: Arguments): string {
  const file = textOption(args, 'key') ?? process.env.PPROBE_FLEET_KEY;
  if (file) return file;
  throw new InvalidInputError(
    '--key',
    '--key: missing; give the file of the private key that signs jobs, as "openssl genpkey -algorithm ed25519" writes it',
  );
}

/** For the journal of the agents. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
