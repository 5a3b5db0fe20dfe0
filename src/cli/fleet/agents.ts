import { orAborted } from '../../core/deadline.js';
import type { AgentsDocument } from '../../documents/agents.js';
import { startDocument } from '../../documents/header.js';
import { exitCodes } from '../../documents/terms/exit-code.js';
import { FleetNames } from '../../fleet/nats/names.js';
import { presentAgents } from '../../fleet/nats/roster.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { padTo } from '../../report/text/wrap.js';
import { brokerOptions } from '../broker-options.js';
import type { CommandResult } from '../command.js';
import { openBroker } from './nats.js';
import type { FleetVerb } from './verb.js';

/** A line for each agent. */
function agentsText({ agents, fleet }: AgentsDocument): string {
  if (agents.length === 0) return `No agent of fleet ${fleet} is there.\n`;
  const rows = agents.map(({ agent, groups, host, version }) => [
    agent,
    groups.join(',') || '-',
    host ?? '-',
    version ?? '-',
  ]);
  const all = [['AGENT', 'GROUPS', 'HOST', 'VERSION'], ...rows].map((row) => row.map(cleanForTerminal));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((text, column) => padTo(text, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** The result of a command that prints the agents. An empty fleet is no failure of this command. */
export function agentsResult(document: AgentsDocument, text = agentsText): CommandResult {
  return { document, render: () => text(document), exitCode: exitCodes.ok };
}

export const fleetAgents: FleetVerb = {
  name: 'agents',
  summary: 'the agents that are there',
  positional: null,
  options: brokerOptions,
  examples: [],
  async run(args, context) {
    const header = startDocument('agents');
    const { connection, fleet } = await openBroker(args, context);
    try {
      const names = new FleetNames(fleet);
      const agents = await orAborted(presentAgents(connection, names, fleet), context.stop);
      return agentsResult({ ...header(), fleet, stream: names.stream, bucket: names.bucket, agents });
    } finally {
      await connection.close();
    }
  },
};
