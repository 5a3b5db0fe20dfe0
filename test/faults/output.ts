import { reportDocument } from '../report/documents.js';
import type { Fault } from './fault.js';
import { silent, udpText } from './peers.js';

const part = 'output';
const files = () => ({ 'report.json': JSON.stringify(reportDocument('timeout')) });

const full: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['completion', 'bash'],
  ['dns', 'a.example', '127.0.0.1#CLOSED'],
  ['dns', '--file', '-', '--server', '127.0.0.1#9'],
  ['tcp', '127.0.0.1', 'PORT'],
  ['tcp', '127.0.0.1', 'PORT', '--json'],
  ['trace', '127.0.0.1', '-p', 'PORT'],
  ['trace', '127.0.0.1', '-p', 'PORT', '--watch', '--interval', '20'],
  ['diagnose', '127.0.0.1:PORT', '--no-trace'],
  ['diagnose', '127.0.0.1:PORT', '--no-trace', '--html', '-'],
  ['explain', 'DIR/report.json'],
  ['doctor'],
  ['collect', '10.0.0.1:443', '--commands', '--region', 'us-east-1'],
];

const endless: readonly (readonly string[])[] = [
  ['explain', 'FILE'],
  ['explain', '--log', 'FILE'],
  ['explain', 'DIR/report.json', '--facts', 'FILE'],
  ['dns', '--file', 'FILE', '--server', '127.0.0.1#9'],
  ['tcp', '--file', 'FILE'],
  ['diagnose', 'https://127.0.0.1:1/', '--ca-file', 'FILE'],
  ['diagnose', '127.0.0.1:1', '--facts', 'FILE', '--no-trace'],
  ['fleet', 'diagnose', '127.0.0.1:1', '--via', 'ssh', '--hosts', 'FILE'],
];

const hostile = 'before \u007f\u0085\u009b31m \u2028 \u2029 \u202e \u200b \x1b]0;x\x07 \r after';

export const output: readonly Fault[] = [
  ...full.map(
    (args): Fault => ({
      id: `full-disk ${args.filter((arg) => !/PORT|DIR|^\d/.test(arg)).join(' ')}`,
      part,
      fault: 'standard output is a full disk',
      args,
      shell: 'exec "$@" >/dev/full',
      peer: silent,
      files,
      input: '127.0.0.1\n',
      code: [3],
      says: /cannot write to standard output/,
      costly: true,
    }),
  ),
  ...['/dev/zero', '/dev/full', 'DIR'].flatMap((file) =>
    endless.map(
      (args): Fault => ({
        id: `${file.replace('DIR', 'directory')} ${args
          .slice(0, -1)
          .filter((arg) => !arg.startsWith('DIR'))
          .join(' ')}`,
        part,
        fault: file === 'DIR' ? 'a directory instead of a file' : `${file} as a file, which has no end`,
        args: [...args.map((arg) => (arg === 'FILE' ? file.replace('DIR', 'DIR/empty') : arg)), '--json'],
        shell: 'mkdir "$DIR/empty"; exec "$@"',
        files,
        code: [2, 3, 20],
        costly: true,
      }),
    ),
  ),
  ...['--json', '--verbose', '--quiet'].map(
    (form): Fault => ({
      id: `controls${form}`,
      part,
      fault: 'a record with characters that control a terminal or reverse its text',
      args: ['dns', 'a.example', '127.0.0.1#PORT', '-t', 'TXT', '--timeout', '60000', form],
      peer: udpText(hostile),
      code: [0],
      says: /before/,
      never: /[\u007f-\u009f\u2028-\u202e\u200b\u001b\u0007\r]/,
      ...(form === '--json' ? { document: 'dns' } : { costly: true }),
    }),
  ),
];
