import { channel } from 'node:diagnostics_channel';
import type { TcpAttempt } from '../../documents/tcp.js';

/** The message of `pprobe:tcp:attempt`: a connection attempt is about to start. */
export interface TcpAttemptMessage {
  address: string;
  port: number;
}

/** The message of `pprobe:tcp:result`: an attempt has ended. */
export type TcpResultMessage = Readonly<TcpAttempt>;

const attempts = channel('pprobe:tcp:attempt');
const results = channel('pprobe:tcp:result');

/** Publishes on `pprobe:tcp:attempt`. Without subscribers no message is made. */
export function publishAttempt(address: string, port: number): void {
  if (attempts.hasSubscribers) attempts.publish({ address, port } satisfies TcpAttemptMessage);
}

/** Publishes on `pprobe:tcp:result`. */
export function publishResult(attempt: TcpAttempt): void {
  if (results.hasSubscribers) results.publish(attempt satisfies TcpResultMessage);
}
