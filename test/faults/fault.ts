import type { DocumentKind } from './documents.js';
import type { Peer } from './peers.js';
import type { Running } from './play.js';

/** Which part of the promise a fault belongs to. */
export type Part =
  | 'limits end things'
  | 'interrupts end things'
  | 'limits of this host'
  | 'secrets'
  | 'output'
  | 'privileges and files'
  | 'odd input';

/** One fault or bad input, and what a command must say of it. */
export interface Fault {
  id: string;
  part: Part;
  /** What is wrong. */
  fault: string;
  /** The words after `pprobe`. PORT is the port of the peer, DIR a new directory, CLOSED a port that nothing listens on.
   * Other words of the peer are replaced, too. */
  args: readonly string[];
  /** Work that would keep the peers of other faults from answering: it is done before the first fault is played. */
  prepare?: () => Promise<unknown>;
  /** What listens at 127.0.0.1. */
  peer?: () => Promise<Peer>;
  /** The shell that starts the command, which is `"$@"`. `$DIR` and `$PORT` are set. */
  shell?: string;
  /** Needs root: a namespace, another user. */
  root?: true;
  /** Standard output is a pipe that nobody reads. */
  unread?: true;
  input?: string;
  /** Files in DIR, by name. */
  files?: () => Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
  /** What happens while the command runs. What it resolves with is added to the output, for `says`. */
  meanwhile?: (running: Running) => Promise<string>;
  /** Exit codes that are right. */
  code: readonly number[];
  /** The one document that standard output must have. */
  document?: DocumentKind;
  /** What the output, with that of standard error, must have. */
  says?: RegExp;
  /** What it must not have. */
  never?: RegExp;
  /** The fault is a bug that is planted, so that the command says that it is one. */
  isBug?: true;
  /** Takes too much processor time for the suite: only in `npm run faults`. */
  costly?: true;
}
