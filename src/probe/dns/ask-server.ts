import { nowMs } from '../../core/clock.js';
import { anyOf } from '../../core/deadline.js';
import type { DnsTransport, EdnsHabit } from '../../documents/dns.js';
import { rcodeNumber, statusOfRcode } from '../../documents/terms/rcode.js';
import { afterArrived } from '../../net/libc/poller.js';
import { packetPace } from '../../net/wire/pace.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { Conversation, firstTransport } from './conversation.js';
import type { RecordType } from './message/record-type.js';
import type { Lookup } from './plan.js';
import {
  type FinalExchange,
  isNotRecursive,
  isSettled,
  isWithoutEdns,
  type SentQuery,
  sendQuery,
} from './sent-query.js';

export type { SentQuery } from './sent-query.js';

/** What one or several servers answered to one question. */
export interface ServerOutcome {
  /** The server, the transport and the exchange that decide. */
  server: string;
  transport: DnsTransport;
  exchange: FinalExchange;
  /** All queries that were sent, in order. */
  sent: readonly SentQuery[];
  /** The server answers only queries without EDNS, as far as this question shows. */
  ednsHabit?: EdnsHabit | undefined;
}

/**
 * Asks the servers in order until one settles the question, as programs do, and repeats this for servers without an answer,
 * up to `tries` times (resolv.conf(5), `nameserver`). Records, NOERROR without records and NXDOMAIN settle it. A server that
 * answers with an error, also to a query in the form of programs, is not asked again.
 *
 * A reply counts whenever it comes, also to an earlier try. A server that shows signs of life is awaited as long as
 * programs wait, and until then its answer goes before those of servers after it. If no server settles the question, the
 * most informative outcome is returned: a server's error, then a malformed reply, then a timeout.
 *
 * @param first the first query to the first server, if it has been sent already
 */
export async function askServers(
  name: string,
  type: RecordType,
  lookup: Lookup,
  first: SentQuery | null = null,
): Promise<ServerOutcome> {
  const inquiry = new Inquiry(name, type, lookup);
  let decided: Conversation | null = null;
  try {
    decided = await inquiry.run(first);
    const ednsHabit = isSettled(decided.outcome) ? await inquiry.ednsHabitOf(decided) : undefined;
    const { key: server, transport, outcome: exchange } = decided;
    inquiry.close(decided);
    return { server, transport, exchange, sent: inquiry.sent, ednsHabit };
  } finally {
    inquiry.close(decided);
  }
}

/** One question at all servers of a lookup. */
class Inquiry {
  readonly sent: SentQuery[] = [];
  readonly #lookup: Lookup;
  readonly #conversations: readonly Conversation[];
  readonly #leaving = new AbortController();
  /** Ends the connection attempts that look for signs of life. */
  readonly #unwatch: (() => void)[] = [];
  /** The conversation that waits in turn, and until when. */
  #current: Conversation | null = null;
  #slotStartMs = 0;
  /** The number of turns that have begun: one for each server in each round. */
  #turns = 0;
  #startedMs = nowMs();
  #wake: (() => void) | null = null;
  #failure: { error: unknown } | null = null;

  constructor(name: string, type: RecordType, lookup: Lookup) {
    const leaving = this.#leaving.signal;
    this.#lookup = { ...lookup, stop: anyOf(lookup.stop, leaving), leaving };
    const events = {
      onSent: (query: SentQuery): number => this.sent.push(query) - 1,
      onUpdate: (position: number, query: SentQuery): void => {
        this.sent[position] = query;
      },
      onLeft: (conversation: Conversation, waitedMs: number): void => {
        if (conversation === this.#current) this.#slotStartMs += waitedMs;
        this.#wake?.();
      },
      onChange: (): void => this.#wake?.(),
      onFailure: (error: unknown): void => {
        this.#failure ??= { error };
        this.#wake?.();
      },
    };
    this.#conversations = lookup.servers.map(
      (server) => new Conversation(server, name, type, this.#lookup, events),
    );
  }

  /** Runs the question to its end. Returns the conversation that decides. Rejects with the reason of the lookup's signal. */
  async run(first: SentQuery | null): Promise<Conversation> {
    const { signal, stop } = this.#lookup;
    const onAbort = (): void => this.#wake?.();
    signal?.addEventListener('abort', onAbort);
    stop?.addEventListener('abort', onAbort);
    try {
      if (first !== null) this.#begin(first);
      for (;;) {
        if (this.#failure !== null) throw this.#failure.error;
        signal?.throwIfAborted();
        const step = stop?.aborted ? { decided: this.#best() } : this.#step(nowMs());
        if ('decided' in step) return step.decided;
        await this.#sleep(step.untilMs);
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      stop?.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Whether a server answers only queries without EDNS, where the deciding query had none. A datagram may have been lost
   * and a failure may have passed, so a server that did not say that it does not know EDNS is asked once more with it.
   */
  async ednsHabitOf(decided: Conversation): Promise<EdnsHabit | undefined> {
    const { plan } = this.#lookup;
    const known = plan.ednsHabits.get(decided.key);
    if (known !== undefined || decided.finalEdns || plan.programsSendEdns) return known;
    const failure = decided.ednsFailure;
    const saysSo = failure !== null && (isWithoutEdns(failure) || rcodeOf(failure) === rcodeNumber.BADVERS);
    const replyMs = nowMs() - decided.askedMs;
    const waitMs = Math.min(plan.timeoutMs, Math.max(shortestConfirmationMs, 2 * replyMs));
    if (!saysSo && (await decided.answersEdns(waitMs))) return undefined;
    const habit: EdnsHabit = {
      server: decided.key,
      outcome: failure === null ? 'timeout' : statusOf(failure),
      rcode: failure?.outcome === 'reply' ? failure.reply.rcodeName : null,
    };
    plan.ednsHabits.set(decided.key, habit);
    return habit;
  }

  /** Closes every socket. What was not answered by then is a timeout, or canceled if another reply has decided. */
  close(decided: Conversation | null): void {
    const isCutShort =
      this.#lookup.stop?.aborted === true || (decided !== null && isSettled(decided.outcome));
    for (const conversation of this.#conversations) conversation.close(isCutShort);
    this.#leaving.abort();
    for (const end of this.#unwatch.splice(0)) end();
  }

  #begin(first: SentQuery): void {
    const [conversation] = this.#conversations;
    if (conversation === undefined) return;
    this.#startedMs = first.startedMs;
    this.#turns = 1;
    this.#current = conversation;
    this.#slotStartMs = first.startedMs;
    conversation.adopt(first);
  }

  /** Decides what to do now: sends what is due, and returns the deciding conversation or the time of the next decision. */
  #step(atMs: number): { decided: Conversation } | { untilMs: number } {
    const settled = this.#conversations.find(({ final }) => final !== null && isSettled(final));
    if (settled !== undefined) {
      const untilMs = this.#earlierServersUntilMs(settled, atMs);
      return untilMs === null ? { decided: settled } : { untilMs };
    }
    const { timeoutMs, suspectMs, programsSendEdns } = this.#lookup.plan;
    const current = this.#current;
    if (current?.isWaiting) {
      // The turn of a server begins when it is asked.
      if (current.isQueued) return { untilMs: atMs + longestSleepMs };
      const middleMs = this.#slotStartMs + suspectMs;
      if (atMs >= middleMs) {
        this.#lookForLife(current);
        if (!current.isAskedAsPrograms) {
          current.ask(programsSendEdns);
          // The query has its time, also where this process stood still and sends it late.
          this.#slotStartMs = atMs - suspectMs;
        }
      }
      const endMs = this.#slotStartMs + (this.#isLastChance(current) ? timeoutMs / 2 : timeoutMs);
      if (atMs < endMs) return { untilMs: atMs < middleMs ? middleMs : endMs };
      current.isGivenUp = true;
    }
    const next = this.#nextTurn();
    if (next !== null) {
      this.#current = next;
      this.#slotStartMs = atMs;
      return { untilMs: atMs };
    }
    const untilMs = this.#patienceUntilMs(atMs);
    return untilMs === null ? { decided: this.#best() } : { untilMs };
  }

  /**
   * Whether the server is asked again and shows no sign of life, although its TCP port has been tried since the first turn. A reply
   * to any earlier query would count, too, so a shorter wait is enough, and nobody waits long for a dead resolver.
   */
  #isLastChance(conversation: Conversation): boolean {
    const { patience, life } = this.#lookup.plan;
    const isAgain = this.#turns > this.#conversations.length;
    return isAgain && patience !== null && conversation.isWatched && !life.isAlive(conversation.key);
  }

  /** Begins the next turn: the next server, or the first one of the next round. null after the last round. */
  #nextTurn(): Conversation | null {
    const { tries, ednsHabits, programsSendEdns } = this.#lookup.plan;
    const count = this.#conversations.length;
    while (this.#turns < tries * count) {
      const round = Math.floor(this.#turns / count);
      const conversation = this.#conversations[this.#turns % count];
      this.#turns++;
      if (conversation === undefined || conversation.final !== null) continue;
      // The first two tries of a server lie in its first turn.
      if (conversation.tries <= round) {
        const isPlain = this.#lookup.asPrograms || round > 0 || ednsHabits.has(conversation.key);
        conversation.ask(isPlain ? programsSendEdns : true);
      }
      if (conversation.isWaiting) return conversation;
    }
    return null;
  }

  /**
   * Until when the answer of a server is held back, because programs would still wait for a server before it that shows
   * signs of life; null if it is not.
   */
  #earlierServersUntilMs(settled: Conversation, atMs: number): number | null {
    const { patience } = this.#lookup.plan;
    if (patience === null) return null;
    let untilMs = this.#startedMs;
    for (const [index, conversation] of this.#conversations.entries()) {
      if (conversation === settled) return null;
      if (conversation.final !== null) continue;
      untilMs += patience.serversMs[index] ?? 0;
      if (this.#isAwaited(conversation) && atMs < untilMs) return untilMs;
    }
    return null;
  }

  /** Until when to wait after the last turn; null if no server shows signs of life, or programs would not wait either. */
  #patienceUntilMs(atMs: number): number | null {
    const { patience, programsSendEdns } = this.#lookup.plan;
    const awaited = this.#conversations.filter((conversation) => this.#isAwaited(conversation));
    if (patience === null || awaited.length === 0) return null;
    const endMs = this.#startedMs + patience.totalMs;
    if (atMs >= endMs) return null;
    // Programs ask again after each timeout.
    const againMs = this.#startedMs + (patience.serversMs[0] ?? 0);
    if (atMs < againMs) return Math.min(againMs, endMs);
    for (const conversation of awaited) {
      const { isAskedOften } = conversation;
      if (!isAskedOften) conversation.ask(programsSendEdns);
      conversation.isAskedOften = true;
    }
    return endMs;
  }

  /** A reply over UDP is no sign that TCP connections are accepted. */
  #isAwaited(conversation: Conversation): boolean {
    const { life } = this.#lookup.plan;
    if (!conversation.isWaiting) return false;
    const overUdp = conversation.waitsOver('udp') && life.isAlive(conversation.key);
    return overUdp || (conversation.waitsOver('tcp') && life.acceptsTcp(conversation.key) === true);
  }

  #lookForLife(conversation: Conversation): void {
    const { plan } = this.#lookup;
    if (plan.patience === null || conversation.isWatched) return;
    conversation.isWatched = true;
    this.#unwatch.push(plan.life.watch(conversation.server, plan.source, () => this.#wake?.()));
  }

  #best(): Conversation {
    const asked = this.#conversations.filter(({ tries }) => tries > 0);
    return asked.reduce((best, each) => (rank(each.outcome) < rank(best.outcome) ? each : best));
  }

  #sleep(untilMs: number): Promise<void> {
    const leftMs = untilMs - nowMs();
    if (leftMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      // The conversations know then what was read.
      const cancel = afterArrived(leftMs, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = null;
        cancel();
        resolve();
      };
    });
  }
}

/** What ends a wait for an event is the event. */
const longestSleepMs = 60_000;

/** The least time in which a server that has just replied must answer a query with EDNS. */
const shortestConfirmationMs = 250;

function rcodeOf(exchange: FinalExchange): number | null {
  return exchange.outcome === 'reply' ? exchange.reply.rcode : null;
}

function statusOf(exchange: FinalExchange): EdnsHabit['outcome'] {
  if (exchange.outcome !== 'reply') return exchange.outcome;
  return statusOfRcode(exchange.reply.rcode) ?? 'no-data';
}

/** Outcomes without a reply, the most informative first. */
const failures = ['malformed', 'timeout', 'unreachable', 'error'];

function rank(exchange: FinalExchange): number {
  if (exchange.outcome !== 'reply') return 2 + failures.indexOf(exchange.outcome);
  return statusOfRcode(exchange.reply.rcode) === 'servfail' ? 0 : 1;
}

/** Sends the first query to a server, as askServers() would. */
export function sendFirstQuery(
  server: ServerAddress,
  name: string,
  type: RecordType,
  lookup: Lookup,
): Promise<SentQuery> {
  const { plan, asPrograms, stop } = lookup;
  const isPlain = asPrograms || (plan.ednsHabits.size > 0 && plan.ednsHabits.has(formatServer(server)));
  const edns = isPlain ? plan.programsSendEdns : true;
  const send = (): Promise<SentQuery> => sendQuery(server, name, type, firstTransport(lookup), edns, lookup);
  const turn = packetPace.wait(stop);
  return turn === null ? send() : turn.then(send);
}

/**
 * The outcome of a first query that settles the question; null if more queries are needed. Nearly all lookups end with
 * their first reply, and the promises of askServers() would double the time that such a lookup takes.
 */
export function outcomeOfFirst(first: SentQuery, { plan }: Lookup): ServerOutcome | null {
  const { exchange, attempt } = first;
  if (exchange.outcome !== 'reply') return null;
  const { reply } = exchange;
  if (reply.rcode !== rcodeNumber.NOERROR && reply.rcode !== rcodeNumber.NXDOMAIN) return null;
  if (reply.answers.length === 0 && isNotRecursive(reply)) return null;
  const ednsHabit = plan.ednsHabits.size > 0 ? plan.ednsHabits.get(attempt.server) : undefined;
  return { server: attempt.server, transport: attempt.transport, exchange, sent: [first], ednsHabit };
}
