import { channel } from 'node:diagnostics_channel';
import type { DnsAttempt, DnsTransport } from '../../documents/dns.js';
import type { Query } from './message/query.js';

/** Published on `pprobe:dns:query` before a query is sent. */
export interface DnsQueryMessage {
  server: string;
  transport: DnsTransport;
  name: string;
  type: string;
  id: number;
  /** The DNS message, without the length that precedes it on TCP. */
  message: Buffer;
}

/** Published on `pprobe:dns:reply` when the exchange of a query has ended, with or without a reply. */
export type DnsReplyMessage = Readonly<DnsAttempt>;

/** Published on `pprobe:dns:discard` when a packet arrived that is not the reply to the query. */
export interface DnsDiscardMessage {
  server: string;
  transport: DnsTransport;
  /** `bad-id`, `wrong-question`, … as in `discarded`. */
  reason: string;
  message: Buffer;
}

/** Which query a message is about. */
export type QueryContext = Pick<DnsAttempt, 'server' | 'transport' | 'name' | 'type'>;

const queries = channel('pprobe:dns:query');
const replies = channel('pprobe:dns:reply');
const discards = channel('pprobe:dns:discard');

export function publishQuery({ server, transport, name, type }: QueryContext, query: Query): void {
  if (!queries.hasSubscribers) return;
  const { id, message } = query;
  queries.publish({ server, transport, name, type, id, message } satisfies DnsQueryMessage);
}

export function publishReply(attempt: DnsAttempt): void {
  if (replies.hasSubscribers) replies.publish(attempt satisfies DnsReplyMessage);
}

/** Publishes a copy of the packet, which subscribers may keep. */
export function publishDiscard({ server, transport }: QueryContext, reason: string, packet: Buffer): void {
  if (!discards.hasSubscribers) return;
  const message = Buffer.from(packet);
  discards.publish({ server, transport, reason, message } satisfies DnsDiscardMessage);
}
