import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServerReply } from '../serve.js';
import { toolEnvironment } from '../tools.js';
import type { NamespaceName } from '../topology.js';

/** The agent's handle of a server process of the lab. */
export interface Server<Config> {
  /** Resolves when the server has applied the configuration. @throws Error with the server's reason if it failed. */
  configure(config: Config): Promise<void>;
}

/**
 * Starts a bundled program, named relative to this one, in a namespace. Calls `onDeath` with the reason when the
 * program ends by itself.
 */
export function startServer<Config extends object>(
  namespace: NamespaceName,
  program: string,
  onDeath: (reason: string) => void,
): Server<Config> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, process.execPath, file], {
    env: toolEnvironment,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('error', (error) => onDeath(`${program} in ${namespace}: ${error.message}`));
  child.on('exit', (code, signal) => onDeath(`${program} in ${namespace} ended (${signal ?? code})`));
  return {
    async configure(config) {
      const answered = once(child, 'message');
      child.send(config);
      const [reply] = (await answered) as [ServerReply];
      if (!reply.applied) throw new Error(`${program} in ${namespace}: ${reply.error}`);
    },
  };
}
