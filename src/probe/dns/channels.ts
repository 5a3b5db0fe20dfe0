import { channel } from 'node:diagnostics_channel';
import type { DnsAttempt, DnsTransport } from '../../documents/dns.js';
import type { Query } from './query.js';

/** On `pprobe:dns:query`: a query is about to be sent. */
export interface DnsQueryMessage {
  server: string;
  transport: DnsTransport;
  name: string;
  type: string;
  id: number;
  /** As it goes on the wire, without the length that TCP puts before it. */
  message: Buffer;
}

/** On `pprobe:dns:reply`: a query has ended, with a reply or without. */
export type DnsReplyMessage = Readonly<DnsAttempt>;

/** On `pprobe:dns:discard`: a packet came that answers no question of ours. */
export interface DnsDiscardMessage {
  server: string;
  transport: DnsTransport;
  /** `bad-id`, `wrong-question`, … as in `discarded`. */
  reason: string;
  message: Buffer;
}

const queries = channel('pprobe:dns:query');
const replies = channel('pprobe:dns:reply');
const discards = channel('pprobe:dns:discard');

/** Tells whoever listens on node:diagnostics_channel. Nothing is put together where nobody does. */
export function tellQuery({ server, transport, name, type }: DnsAttempt, { id, message }: Query): void {
  if (!queries.hasSubscribers) return;
  queries.publish({ server, transport, name, type, id, message } satisfies DnsQueryMessage);
}

export function tellReply(attempt: DnsAttempt): void {
  if (replies.hasSubscribers) replies.publish(attempt satisfies DnsReplyMessage);
}

export function tellDiscard({ server, transport }: DnsAttempt, reason: string, message: Buffer): void {
  if (!discards.hasSubscribers) return;
  // A copy: whoever listens may keep it.
  const kept = Buffer.from(message);
  discards.publish({ server, transport, reason, message: kept } satisfies DnsDiscardMessage);
}
