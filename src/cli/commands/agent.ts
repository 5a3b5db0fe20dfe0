import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { runAgent } from '../../fleet/agent/agent.js';
import { type AgentConfig, readAgentConfig } from '../../fleet/agent/agent-config.js';
import { readBroker } from '../../fleet/nats/connection.js';
import { checkId } from '../../fleet/nats/names.js';
import { observeBounds } from '../../observe/options.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { brokerOf, brokerOptions } from '../broker-options.js';
import type { Command, CommandContext } from '../command.js';
import { readInput } from '../files.js';
import {
  type Arguments,
  networkChoice,
  networkOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  textOption,
} from '../options.js';
import { agentPeers } from '../peers/fleet.js';

const options: OptionTable = {
  ...brokerOptions,
  id: { type: 'string', value: 'ID', help: 'The name of this agent, as the broker knows it' },
  config: {
    type: 'string',
    value: 'FILE',
    help: 'Whose jobs to run, and which targets to allow: agent.json',
  },
  ...networkOptions,
  timeout: numberSpec(
    observeBounds.timeoutMs,
    'Wait this long for each connection where a job does not say it',
  ),
};

async function run(args: Arguments, context: CommandContext): Promise<null> {
  const { broker, fleet } = brokerOf(args);
  readBroker(broker);
  const id = checkId(needed(args, 'id', 'give the name of this agent'), '--id');
  const path = needed(args, 'config', 'give the path of agent.json');
  const config = configOf(path, await readInput(path, context.stop));
  const note = (line: string): void => context.note(cleanForTerminal(`pprobe agent: ${line}`));
  const defaults = {
    ...networkChoice(args),
    timeoutMs: numberOption(args, 'timeout', observeBounds.timeoutMs),
  };
  await runAgent({ broker, fleet, id, config, defaults }, context.stop, note);
  return null;
}

/** The configuration in a file. Throws InvalidInputError that names the file and the member. */
function configOf(path: string, text: string): AgentConfig {
  try {
    return readAgentConfig(text);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    const what = cause.message.replace(/^config: /, '');
    throw new InvalidInputError('--config', `--config ${quoted(path)}: ${what}`, { cause });
  }
}

function needed(args: Arguments, name: string, hint: string): string {
  const text = textOption(args, name, hint);
  if (text !== undefined) return text;
  throw new InvalidInputError(`--${name}`, `agent: --${name} is missing; ${hint}`);
}

export const agentCommand: Command = {
  name: 'agent',
  summary:
    'Waits for signed jobs on NATS, and measures what its configuration allows; runs in the foreground until SIGTERM',
  positionals: [],
  options,
  peers: agentPeers,
  examples: [
    {
      command:
        'pprobe agent --server tls://nats.example:4222 --fleet core --id web-1 --config /etc/pprobe/agent.json',
      help: 'Without "allow" and "keys" in the file it refuses every job',
    },
  ],
  notes:
    'Credentials come from the environment: PPROBE_NATS_NKEY=FILE, PPROBE_NATS_CREDS=FILE, or PPROBE_NATS_USER and PPROBE_NATS_PASSWORD. SIGTERM ends the jobs under way and sends their results first; a second one ends the agent at once. Exit code: 0 after SIGTERM; 2 for a mistake; 3 where the broker refuses the credentials.',
  run,
};
