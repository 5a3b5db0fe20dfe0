import { excerpt } from '../../core/text.js';
import type { Delivery } from '../carrier.js';

/** How a run of ssh(1) for one host ended. */
export interface SshEnd {
  /** The exit status: that of the remote command, or 255 for a failure of ssh itself; null where a signal ended it. */
  status: number | null;
  stdout: Buffer;
  stderr: string;
  /** Why it was ended from here; null where it ended by itself. */
  cut: 'deadline' | 'interrupt' | 'too-long' | null;
  deadlineMs: number;
  remotePath: string;
}

/** Messages of `ssh -v` and notes, which do not say why something failed. */
const noise =
  /^(?:debug\d: |OpenSSH_|Authenticated to |Transferred: |Bytes per second|Warning: Permanently added |@+$|\s*$)/;

/** The remote command was handed over: by this connection, or by the master of a shared one. */
const isLoggedIn = /^debug1: (?:Sending command: |mux_client_request_session: master session id)/m;

/** OpenSSH's words where the server or the known host keys do not let the user in. */
const refusal =
  /Permission denied|Host key verification failed|REMOTE HOST IDENTIFICATION|Too many authentication failures|No (?:more|supported) authentication|Unable to negotiate|host key is known|kex_exchange_identification|Connection (?:closed|reset) by|Not allowed at this time|account (?:has expired|is currently not available)/i;

/** OpenSSH's words where there is no connection at all. They come before those of a refusal, which a cut connection has, too. */
const unreached =
  /Connection refused|Connection timed out|Operation timed out|No route to host|Network is unreachable|Could not resolve hostname|Name or service not known|Temporary failure in name resolution|banner exchange/i;

/** Whether ssh's messages say that the command was handed over. */
export function hasLoggedIn(stderr: string): boolean {
  return isLoggedIn.test(stderr);
}

/** What became of the job at a host, from how ssh ended. */
export function deliveryOf(end: SshEnd): Delivery {
  const { status, stdout, stderr, cut, deadlineMs, remotePath } = end;
  const words = ownWords(stderr);
  const inside = hasLoggedIn(stderr);
  if (cut === 'too-long') return { outcome: 'document', octets: stdout };
  const octets = documentIn(stdout);
  if (octets !== null && isComplete(octets)) return { outcome: 'document', octets };
  if (cut !== null) {
    const why = cut === 'interrupt' ? 'interrupted' : `within ${deadlineMs / 1000} s`;
    const what = inside ? 'no report' : 'no connection';
    const reason = [cut === 'interrupt' ? why : `${what} ${why}`, words].filter(Boolean).join(': ');
    return { outcome: inside ? 'no-answer' : 'silent', reason };
  }
  if (status === 255 || status === null) {
    if (inside) return { outcome: 'no-answer', reason: words || 'the connection ended before the report' };
    const reason = words || 'ssh failed and said nothing';
    if (unreached.test(words)) return { outcome: 'silent', reason };
    return { outcome: refusal.test(words) ? 'refused' : 'silent', reason };
  }
  if (octets !== null) return { outcome: 'document', octets };
  if (status === 126 || status === 127) {
    const reason = `no program ${remotePath} there: ${words || `exit status ${status}`}; --remote PATH names another`;
    return { outcome: 'failed', reason };
  }
  const output = excerpt(stdout.toString('utf8'), 120);
  const said = words || (output === '' ? 'it printed nothing' : `it printed ${output}`);
  return { outcome: 'failed', reason: `no report: exit status ${status}, ${said}` };
}

/** ssh's own words and those of the remote command, in one line. */
export function ownWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => !noise.test(line));
  return excerpt(lines.join('; ').replace(/\.;/g, ';'), 400);
}

/** gzip, or the text from the first line on that begins an object: a shell's start files may print something before. */
function documentIn(stdout: Buffer): Buffer | null {
  if (stdout[0] === 0x1f && stdout[1] === 0x8b) return stdout;
  const text = stdout.toString('utf8');
  const start = text.search(/^[ \t]*\{/m);
  if (start < 0) return null;
  const rest = text.slice(start).trim();
  const [line = ''] = rest.split('\n', 1);
  return Buffer.from(!isJson(rest) && isJson(line) ? line : rest);
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
