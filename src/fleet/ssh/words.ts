import { excerpt } from '../../core/text.js';
import type { Delivery } from '../carrier.js';

/** How a run of ssh(1) for one host ended. */
export interface SshEnd {
  /** The exit status: that of the remote command, or 255 for a failure of ssh itself; null where a signal ended it. */
  status: number | null;
  stdout: Buffer;
  words: SshWords;
  /** Why it was ended from here; null where it ended by itself. */
  cut: 'deadline' | 'interrupt' | 'too-long' | 'copy' | null;
  /** Why pprobe could not be copied, as the host says. */
  copyFailure: string | null;
  /** pprobe was there, or was copied. */
  isCopied: boolean;
  deadlineMs: number;
  remotePath: string;
}

/** Messages of `ssh -v` and notes, which do not say why something failed. */
const noise =
  /^(?:debug\d: |OpenSSH_|Authenticated to |Transferred: |Bytes per second|Warning: Permanently added |@+$|\s*$)/;

/** The remote command was handed over: by this connection, or by the master of a shared one. */
const loggedIn = /^debug1: (?:Sending command: |mux_client_request_session: master session id)/;

/** sshd tells which options of authorized_keys are in force. */
const forcedCommand = /^debug1: Remote: .*key options:.* command\b/;

/** OpenSSH's words where the server or the known host keys do not let the user in. */
const refusal =
  /Permission denied|Host key verification failed|REMOTE HOST IDENTIFICATION|Too many authentication failures|No (?:more|supported) authentication|Unable to negotiate|host key is known|kex_exchange_identification|Connection (?:closed|reset) by|Not allowed at this time|account (?:has expired|is currently not available)/i;

/** OpenSSH's words where there is no connection at all. They come before those of a refusal, which a cut connection has, too. */
const unreached =
  /Connection refused|Connection timed out|Operation timed out|No route to host|Network is unreachable|Could not resolve hostname|Name or service not known|Temporary failure in name resolution|banner exchange/i;

/** The words at the beginning and at the end of the messages are kept up to this length each, in UTF-16 units. */
const longestWords = 4096;

/**
 * ssh's messages and those of the remote command, without the noise. A banner can be longer than everything that is kept, so the
 * end is kept, too: ssh says last why it failed.
 */
export class SshWords {
  isLoggedIn = false;
  /** authorized_keys of the host has a command for the key, which runs in place of ours. */
  hasForcedCommand = false;
  #held = '';
  #first = '';
  #last = '';

  take(chunk: string): void {
    const lines = `${this.#held}${chunk}`.split(/[\r\n]+/);
    this.#held = (lines.pop() ?? '').slice(0, longestWords);
    for (const line of lines) this.#takeLine(line);
  }

  #takeLine(line: string): void {
    if (loggedIn.test(line)) this.isLoggedIn = true;
    if (forcedCommand.test(line)) this.hasForcedCommand = true;
    if (noise.test(line)) return;
    if (this.#first.length < longestWords) this.#first += `${line.slice(0, longestWords)}; `;
    else this.#last = `${this.#last}${line.slice(0, longestWords)}; `.slice(-longestWords);
  }

  /** In one line. Of many words, the first and the last. */
  get text(): string {
    const held = noise.test(this.#held) ? '' : this.#held;
    const all = `${this.#first}${this.#last}${held}`.replace(/; $/, '').replace(/\.;/g, ';');
    const line = excerpt(all, Number.POSITIVE_INFINITY);
    return line.length <= mostWords
      ? line
      : `${line.slice(0, mostWords / 2).trim()} … ${line.slice(-mostWords / 2).trim()}`;
  }
}

/** The most characters of a reason that are somebody's words. */
const mostWords = 360;

/** What became of the job at a host, from how ssh ended. */
export function deliveryOf(end: SshEnd): Delivery {
  const { status, stdout, words, cut, copyFailure, isCopied, deadlineMs } = end;
  const said = words.text;
  const inside = words.isLoggedIn;
  if (cut === 'too-long') return { outcome: 'document', octets: stdout };
  if (copyFailure !== null) return { outcome: 'failed', reason: copyFailure };
  const octets = isCopied ? documentIn(stdout) : null;
  if (octets !== null && isComplete(octets)) return { outcome: 'document', octets };
  if (cut === 'copy')
    return {
      outcome: 'no-answer',
      reason: ['pprobe could not be copied in time', said].filter(Boolean).join(': '),
    };
  if (cut !== null) {
    const why = cut === 'interrupt' ? 'interrupted' : `within ${deadlineMs / 1000} s`;
    const what = inside ? 'no report' : 'no connection';
    const reason = [cut === 'interrupt' ? why : `${what} ${why}`, said].filter(Boolean).join(': ');
    return { outcome: inside ? 'no-answer' : 'silent', reason };
  }
  if (status === 255 || status === null) {
    if (inside) return { outcome: 'no-answer', reason: said || 'the connection ended before the report' };
    const reason = said || 'ssh failed and said nothing';
    if (unreached.test(said)) return { outcome: 'silent', reason };
    return { outcome: refusal.test(said) ? 'refused' : 'silent', reason };
  }
  if (octets !== null) return { outcome: 'document', octets };
  return { outcome: 'failed', reason: withoutReport(status, end) };
}

/** Why a host that ran the command printed no report, and what to do. */
function withoutReport(status: number, { stdout, words, remotePath }: SshEnd): string {
  const said = words.text;
  const printed = excerpt(stdout.toString('utf8'), 120);
  const told = said || (printed === '' ? 'it printed nothing' : `it printed ${printed}`);
  if (words.hasForcedCommand)
    return `no report: the host runs the command of its authorized_keys in place of ours: exit status ${status}, ${told}; if it allows "${remotePath} diagnose", give --plain`;
  if ((status === 126 || status === 127) && /\bnode\b/.test(said))
    return `no Node for ${remotePath} there: ${said}; install Node, or bring both with --copy ARCHIVE`;
  if (status === 126 || status === 127)
    return `no program ${remotePath} there: ${told}; --remote PATH names another, --copy ARCHIVE brings it`;
  if (status === 2)
    return `no report: ${remotePath} there does not understand the command: ${told}; an older version must be upgraded, or bring this one with --copy ARCHIVE`;
  return `no report: exit status ${status}, ${told}`;
}

/** The most beginnings of a document that are tried. */
const mostTried = 20;

/**
 * gzip, or the document in a text: a shell's start files may print something before it, and something else may print after it. null
 * where nothing begins as a document.
 */
function documentIn(stdout: Buffer): Buffer | null {
  if (stdout[0] === 0x1f && stdout[1] === 0x8b) return stdout;
  const text = stdout.toString('utf8').trim();
  const starts = [...text.matchAll(/^[ \t]*\{/gm)].map(({ index }) => index);
  // That of a document, and then what only looks like one.
  const likely = starts.filter((start) => /^\s*\{\s*"kind"\s*:/.test(text.slice(start, start + 80)));
  const [first] = likely.length > 0 ? likely : starts;
  if (first === undefined) return null;
  for (const start of likely.slice(0, mostTried)) {
    const rest = text.slice(start);
    const [line = ''] = rest.split('\n', 1);
    // One over several lines ends with the brace at the beginning of a line.
    const end = rest.indexOf('\n}');
    const block = end < 0 ? '' : rest.slice(0, end + 2);
    const whole = [line, rest, block].find((each) => each !== '' && isJson(each));
    if (whole !== undefined) return Buffer.from(whole);
  }
  return Buffer.from(text.slice(first));
}

function isComplete(octets: Buffer): boolean {
  return octets[0] === 0x1f || isJson(octets.toString('utf8'));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
