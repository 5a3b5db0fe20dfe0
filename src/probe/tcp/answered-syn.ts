import type { TcpInfo, TcpSocket } from '../../net/libc/tcp-socket.js';

/** Milliseconds between the first SYN and the next are 1000, so an answer that is this much older is to a later SYN. */
const laterSynMs = 500;

/**
 * How long the answer to the second SYN, sent 1 s after the first, can follow the answer to the first one, milliseconds; and how
 * often the kernel is asked whether it has come.
 */
const secondAnswerMs = 1500;
const secondAnswerPollMs = 50;

/**
 * Whether the answer is to a later SYN than the first. The option of RFC 7323 says when the answered SYN was sent; without it
 * the kernel measures no round trip after a retransmission. null: not known. Pure.
 */
export function isFirstSynLost(
  { retransmits, timestamps, rttMs }: Pick<TcpInfo, 'retransmits' | 'timestamps' | 'rttMs'>,
  durationMs: number,
): boolean | null {
  if (retransmits === 0) return false;
  return timestamps && rttMs > 0 ? durationMs - rttMs > laterSynMs : null;
}

/**
 * Finds out which of two SYNs was answered: a peer at a long distance answers both, and its second answer follows a second
 * after the first one. Without it, one of the SYNs or answers was lost. Calls `onKnown` once with whether the first SYN was
 * lost; null if that stays unknown. Returns a function that ends the wait.
 */
export function watchForSecondAnswer(
  socket: TcpSocket,
  segmentsBefore: number,
  onKnown: (firstSynLost: boolean | null) => void,
): () => void {
  const untilNs = process.hrtime.bigint() + BigInt(secondAnswerMs) * 1_000_000n;
  const settle = (firstSynLost: boolean | null): void => {
    clearInterval(timer);
    onKnown(firstSynLost);
  };
  const timer = setInterval(() => {
    const { controlSegmentsIn, isEstablished } = socket.info();
    if (controlSegmentsIn > segmentsBefore) settle(false);
    else if (!isEstablished) settle(null);
    else if (process.hrtime.bigint() > untilNs) settle(true);
  }, secondAnswerPollMs);
  return () => settle(null);
}
