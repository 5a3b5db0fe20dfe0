import { becomeInvoker, sudoInvoker } from '../host/give-up-root.js';

/**
 * Under sudo: opens the raw sockets, the only thing root is needed for, and goes on as the user who ran sudo, before a
 * byte from the network is read. `source` is the address to send from, where one was given. Resolves with what closes the
 * sockets.
 */
export async function shedRoot(source: string | undefined): Promise<() => void> {
  const invoker = sudoInvoker();
  if (invoker === null || process.geteuid?.() !== 0) return () => {};
  const { holdHubs } = await import('../wire/shared-hubs.js');
  const release = await holdHubs(source ?? null);
  becomeInvoker(invoker);
  return release;
}
