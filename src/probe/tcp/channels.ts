import { channel } from 'node:diagnostics_channel';
import type { TcpAttempt } from '../../documents/tcp.js';

/** On `pprobe:tcp:attempt`: a connection is about to be tried. */
export interface TcpAttemptMessage {
  address: string;
  port: number;
}

/** On `pprobe:tcp:result`: it has ended. */
export type TcpResultMessage = Readonly<TcpAttempt>;

const attempts = channel('pprobe:tcp:attempt');
const results = channel('pprobe:tcp:result');

/** Tells whoever listens on node:diagnostics_channel. Nothing is put together where nobody does. */
export function tellAttempt(address: string, port: number): void {
  if (attempts.hasSubscribers) attempts.publish({ address, port } satisfies TcpAttemptMessage);
}

export function tellResult(attempt: TcpAttempt): void {
  if (results.hasSubscribers) results.publish(attempt satisfies TcpResultMessage);
}
