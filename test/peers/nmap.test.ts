import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import type { TcpDocument, TcpStatus } from '../../src/documents/tcp.js';
import { availability, namespaceFlags } from '../lab/availability.js';
import { toolEnvironment } from '../lab/tools.js';
import { matrixNetwork } from '../probe/tcp/matrix-network.js';

/** The state of nmap -sT for each status. */
const nmapWords: Readonly<Partial<Record<TcpStatus, string>>> = {
  open: 'open',
  refused: 'closed',
  timeout: 'filtered',
  prohibited: 'filtered',
  unreachable: 'filtered',
};

/** An open and a closed port, each way in which the router rejects, and ports that the target drops or rejects. */
const ports = [443, 444, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2011, 2012];
const addresses = ['10.0.2.2', 'fd02::2'];

/** Runs both tools inside the namespaces, one after the other. */
const both = `
const { execFileSync } = require('node:child_process');
const { bin, addresses, ports } = JSON.parse(process.argv[1]);
const input = addresses.flatMap((address) => ports.map((port) => address + ' ' + port)).join('\\n');
const run = (command, args) => {
  try { return execFileSync(command, args, { input, encoding: 'utf8' }); } catch (error) { return error.stdout; }
};
const pprobe = run(process.execPath, [bin, 'tcp', '--file', '-', '--json', '--timeout', '4000']);
const nmap = addresses.map((address) => run('nmap', ['-sT', '-n', '-Pn', '-oG', '-', '--max-retries', '0',
  '--initial-rtt-timeout', '4000ms', '--min-rtt-timeout', '4000ms', '--max-rtt-timeout', '8000ms', '-p', ports.join(), address.includes(':') ? '-6' : '-v0', address]));
console.log(JSON.stringify({ pprobe, nmap }));
`;

/** `443/open/tcp//https///, 444/closed/tcp//snpp///` of nmap's grepable output. */
function stateOf(output: string, port: number): string | undefined {
  return new RegExp(`[ \\t]${port}/([a-z|]+)/tcp`).exec(output)?.[1];
}

const found = await availability();

t.test(
  'pprobe tcp and nmap -sT agree on open, closed and silent ports',
  { skip: found.mode === null && found.reason },
  async (t) => {
    if (found.mode === null) return;
    const given = JSON.stringify({ bin: join(process.cwd(), 'bin/pprobe.js'), addresses, ports });
    const command = ['sh', '-euc', matrixNetwork, 'sh', process.execPath, '-e', both, given];
    const { stdout } = await promisify(execFile)('unshare', [...namespaceFlags(found.mode), ...command], {
      env: toolEnvironment,
    });
    const said: { pprobe: string; nmap: string[] } = JSON.parse(stdout);
    const documents: TcpDocument[] = said.pprobe
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.equal(documents.length, addresses.length * ports.length);
    for (const { host, port, status } of documents) {
      const output = said.nmap[addresses.indexOf(host)] ?? '';
      t.equal(nmapWords[status], stateOf(output, port), `${host} ${port}: ${status}`);
    }
    const seen = new Set(documents.map(({ status }) => nmapWords[status]));
    t.same([...seen].sort(), ['closed', 'filtered', 'open'], 'all three states occur');
  },
);
