import type { DnsRecord } from '../../src/documents/dns.js';
import { dnsDocument, reportDocument } from '../report/documents.js';
import type { Fault } from './fault.js';
import { silent, udpSilent } from './peers.js';

const part = 'secrets';

const url = 'https://user:hunter2@a.example/path?token=hunter2#hunter2';
const usual = { part, never: /hunter2/ } as const;

/** The report of another host whose name is `name`. */
function reportOn(name: string): string {
  const report = reportDocument('timeout');
  return JSON.stringify(report).replaceAll(report.target.host, name);
}

function reportWithNames(names: number): string {
  const report = JSON.parse(reportOn('secret.example'));
  const record = (_: unknown, index: number): DnsRecord => ({
    name: `n${index}.secret.example`,
    type: 'A',
    ttl: 60,
    data: '10.0.0.1',
  });
  report.observations.dns = [dnsDocument({ records: Array.from({ length: names }, record) })];
  return JSON.stringify(report);
}

/** The secret is put together at run time, because the stack shows this code as the address of its module. */
const crash = `setTimeout(() => { throw new Error('no answer from https://user:hunt' + 'er2@a.example/?token=hunt' + 'er2'); }, 300);`;

export const secrets: readonly Fault[] = [
  ...['', '--json', '--verbose'].map(
    (form): Fault => ({
      ...usual,
      id: `proxy${form}`,
      fault: 'the URL of a proxy has a password, a path and a query',
      args: ['diagnose', '127.0.0.1:CLOSED', '--no-trace', ...(form === '' ? [] : [form])],
      env: {
        HTTPS_PROXY: 'http://user:hunter2@proxy.example:3128/hunter2?token=hunter2',
        https_proxy: 'user:hunter2@proxy.example:3128',
      },
      code: [13],
      ...(form === '--json' ? {} : { costly: true }),
    }),
  ),
  ...(['dns', 'tcp', 'trace'] as const).map(
    (command): Fault => ({
      ...usual,
      id: `url-${command}`,
      fault: 'a URL with secrets instead of a name',
      args: [command, url, '--json'],
      code: [2],
      document: 'error',
      ...(command === 'dns' ? {} : { costly: true }),
    }),
  ),
  {
    ...usual,
    id: 'url-diagnose',
    fault: 'a URL with secrets that is not valid',
    args: ['diagnose', url.replace('a.example', 'a..example'), '--json'],
    code: [2],
    document: 'error',
    costly: true,
  },
  ...(['dns', 'tcp'] as const).map(
    (command): Fault => ({
      ...usual,
      id: `url-file-${command}`,
      fault: 'a URL with secrets in a list',
      args: [command, '--file', '-', '--json', ...(command === 'dns' ? ['--server', '127.0.0.1#9'] : [])],
      input: `${url}\nuser:hunter2@a.example\n`,
      code: [2],
      costly: true,
    }),
  ),
  {
    ...usual,
    id: 'crash',
    fault: 'a bug whose message has a URL with secrets',
    args: ['dns', 'a.example', '127.0.0.1#PORT', '--timeout', '60000', '--json'],
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}` },
    peer: udpSilent,
    code: [1],
    document: 'error',
    isBug: true,
    costly: true,
  },
  {
    ...usual,
    id: 'redact-long-name',
    fault: 'a report with a name of 60,000 characters, to be masked',
    args: ['explain', 'DIR/report.json', '--redact', '--json'],
    files: () => ({ 'report.json': reportOn(`secret${'x'.repeat(60_000)}.example`) }),
    code: [2, 3, 11],
    never: /secretxxxx/,
    costly: true,
  },
  {
    ...usual,
    id: 'redact-many-names',
    fault: 'a report with 20,000 names, to be masked',
    args: ['explain', 'DIR/report.json', '--redact', '--json'],
    files: () => ({ 'report.json': reportWithNames(20_000) }),
    code: [11, 20],
    document: 'report',
    never: /secret\.example/,
    costly: true,
  },
  {
    ...usual,
    id: 'header-value',
    fault: 'a secret in a header of the request, which fails',
    args: [
      'diagnose',
      'https://127.0.0.1:PORT/',
      '-H',
      'Authorization: hunter2',
      '--timeout',
      '300',
      '--no-trace',
      '--json',
    ],
    peer: silent,
    code: [15],
    document: 'report',
    costly: true,
  },
];
