import type { Command } from './command.js';

export interface CommandEntry {
  name: string;
  summary: string;
  /** Loads the command's code. Undefined where this bundle does not contain it (scripts/build.js). */
  load(): Promise<Command | undefined>;
}

/** Every command, in the order of the help text. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'diagnose',
    summary: 'Say why an endpoint does not answer: DNS, timeout or policy',
    load: async () => (await import('./commands/diagnose.js')).diagnoseCommand,
  },
  {
    name: 'dns',
    summary: 'Look a name up, as nslookup does',
    load: async () => (await import('./commands/dns.js')).dnsCommand,
  },
  {
    name: 'tcp',
    summary: 'Connect to every address of a host, as telnet does for one',
    load: async () => (await import('./commands/tcp.js')).tcpCommand,
  },
  {
    name: 'trace',
    summary: 'Show the path of a TCP connection, as traceroute -T does',
    load: async () => (await import('./commands/trace.js')).traceCommand,
  },
  {
    name: 'explain',
    summary: 'Judge or compare saved reports, or read an execution log of API Gateway',
    load: async () => (await import('./commands/explain.js')).explainCommand,
  },
  {
    name: 'collect',
    summary: 'Read the configuration around a target from AWS',
    load: async () => (await import('./commands/collect.js')).collectCommand,
  },
  {
    name: 'fleet',
    summary: 'Diagnose from many hosts at once, over OpenSSH or NATS',
    load: async () => (await import('./commands/fleet.js')).fleetCommand,
  },
  {
    name: 'agent',
    summary: 'Wait for signed jobs on NATS, and measure what is allowed',
    load: async () => (await import('./commands/agent.js')).agentCommand,
  },
  {
    name: 'serve',
    summary: 'Measure for Prometheus: GET /probe?target=…, as blackbox_exporter has it',
    load: async () => (await import('./commands/serve.js')).serveCommand,
  },
  {
    name: 'doctor',
    summary: 'Show what this host can do, and how to add what is missing',
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
];

/** The commands of the entries, without those that this bundle does not contain. */
export async function loadCommands(entries: readonly CommandEntry[]): Promise<Command[]> {
  const loaded = await Promise.all(entries.map(({ load }) => load()));
  return loaded.filter((command) => command !== undefined);
}

/** The command `completion`. It measures nothing, and its code is in completion.ts. */
export const completionCommand = {
  name: 'completion',
  summary: 'Print a completion script for bash, zsh or fish',
} as const;

/** The shells that have a completion script. */
export const shells: readonly string[] = ['bash', 'zsh', 'fish'];

/** The first argument with which a completion script calls the program. */
export const completionRequest = '--get-yargs-completions';
