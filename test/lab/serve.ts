/**
 * The protocol between the agent and a server process of the lab: the agent sends configurations over Node's IPC
 * channel, and the server replies when it has applied one. A server ends when its agent does.
 */

export type ServerReply = { applied: true } | { applied: false; error: string };

/**
 * Runs `apply` on each configuration, one after the other, and replies. A failure is sent as a reply, not thrown.
 */
export function serveConfigurations<Config>(apply: (config: Config) => Promise<void>): void {
  let last = Promise.resolve();
  process.on('message', (config: Config) => {
    last = last.then(async () => {
      const reply = await apply(config).then(
        (): ServerReply => ({ applied: true }),
        (error: unknown): ServerReply => ({ applied: false, error: String(error) }),
      );
      process.send?.(reply);
    });
  });
  process.on('disconnect', () => process.exit(0));
}
