/**
 * How a server process of the lab is told what to do: the agent sends configurations over Node's IPC channel, each is
 * answered when it is in force. A server ends when its agent does.
 */

export type ServerReply = { applied: true } | { applied: false; error: string };

/**
 * Runs `apply` on each configuration, one after the other, and answers it. A failure is answered, not thrown: the
 * agent says what broke.
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
