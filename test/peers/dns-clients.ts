import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The result of a client for `a.test` in a few words, with one try of one second. */
export type Client = (port: number, type: 'A' | 'TXT') => Promise<string>;

export const dig: Client = async (port, type) => {
  const words = [
    '@127.0.0.1',
    '-p',
    String(port),
    'a.test',
    type,
    '+tries=1',
    '+time=1',
    '+noall',
    '+answer',
  ];
  const { text, code } = await output('dig', [...words, '+comments']);
  const warned = /Question section mismatch|ID mismatch|query response not set|malformed/i.exec(text)?.[0];
  const failed = /end of file|connection refused|timed out|short|bad \w+/i.exec(text)?.[0];
  return inWords(data(text), warned ?? (data(text) === '' ? failed : undefined), status(text), code);
};

export const kdig: Client = async (port, type) => {
  const words = [
    '@127.0.0.1',
    '-p',
    String(port),
    'a.test',
    type,
    '+retry=0',
    '+timeout=1',
    '+noall',
    '+answer',
  ];
  const { text, code } = await output('kdig', [...words, '+header']);
  const warned = /(?:WARNING|ERROR): ([^\n]*)/.exec(text)?.[1];
  return inWords(data(text), warned, status(text), code);
};

/** c-ares can take longer than its timeout; after ten seconds the result is `hangs`. */
export const nodeDns: Client = async (port, type) => {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  const asking = type === 'A' ? resolver.resolve4('a.test') : resolver.resolveTxt('a.test');
  const limit = new AbortController();
  try {
    const late = sleep(10_000, 'hangs', { signal: limit.signal }).catch(() => 'hangs');
    return String(await Promise.race([asking.then((found) => JSON.stringify(found.flat())), late]));
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    limit.abort();
    resolver.cancel();
  }
};

function output(command: string, args: string[]): Promise<{ text: string; code: number }> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 15_000, encoding: 'latin1' }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ text: stdout + stderr, code });
    });
  });
}

/** The last columns of the records printed. */
function data(text: string): string {
  const rows = text.matchAll(/^(?!;)\S+\s+\d+\s+IN\s+(\S+\s+.*)$/gm);
  const all = [...rows].map(([, row = '']) => row.replaceAll('\t', ' '));
  return all.length > 2 ? `${all.length} records` : all.join(', ');
}

function status(text: string): string {
  return /status: (\w+)/.exec(text)?.[1] ?? 'no reply';
}

function inWords(found: string, warned: string | undefined, state: string, code: number): string {
  return [found || state, warned, `exit ${code}`].filter((part) => part).join('; ');
}
