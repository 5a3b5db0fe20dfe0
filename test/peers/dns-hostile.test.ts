import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { resolve } from '../../src/probe/dns/resolve.js';
import { dnsLine } from '../../src/report/text/dns.js';
import { closedUdpPort } from '../closed-port.js';
import { serve } from '../probe/dns/server.js';
import { cases, forgeFromElsewhere, type HostileCase } from './dns-cases.js';
import { dig, kdig, nodeDns } from './dns-clients.js';

const run = promisify(execFile);
const lacking = await Promise.all(
  [
    ['dig', '-v'],
    ['kdig', '-V'],
  ].map(([command = '', version = '']) =>
    run(command, [version]).then(
      () => [],
      () => [command],
    ),
  ),
);
const skip = lacking.flat().length > 0 && `${lacking.flat().join(' and ')} not installed`;

const plain = { color: false, columns: 80 };

/** The results of all four clients for one case. */
async function row(t: Test, hostile: HostileCase): Promise<string[]> {
  const server = await serve(t, (asked, connection) => {
    const last = server.sources.at(-1);
    if (hostile.does.startsWith('a forgery from another port') && last !== undefined)
      forgeFromElsewhere(asked, last);
    return hostile.behave(asked, connection);
  });
  const port = hostile.closed ? await closedUdpPort() : server.port;
  const type = hostile.type ?? 'A';
  const others = [await dig(port, type), await kdig(port, type), await nodeDns(port, type)];
  const servers = [`127.0.0.1#${port}`];
  // The wait is short only if no reply is expected.
  const timeoutMs = hostile.expected.status === 'timeout' ? 3000 : 10_000;
  const document = await resolve('a.test.', { servers, types: [type], timeoutMs, tries: 1 });
  t.match(document, hostile.expected, `pprobe is right when it gets ${hostile.does}`);
  return [hostile.does, ...others, dnsLine(document, plain).replace(/^. a\.test {2}/, '')];
}

t.test(
  'hostile servers: the results of four clients, of which pprobe is right in every case',
  { skip },
  async (t) => {
    const rows: string[][] = [];
    // Several at a time, because each mostly waits.
    for (let at = 0; at < cases.length; at += 10) {
      rows.push(...(await Promise.all(cases.slice(at, at + 10).map((hostile) => row(t, hostile)))));
    }
    const table = [['the client gets', 'dig', 'kdig', 'node:dns', 'pprobe'], ...rows];
    const clipped = table.map((cells) => cells.map((cell) => visible(cell).slice(0, 56)));
    const widths = [0, 1, 2, 3].map((column) =>
      Math.max(...clipped.map((cells) => cells[column]?.length ?? 0)),
    );
    for (const cells of clipped) {
      t.comment(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '));
    }
  },
);

function visible(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, (octet) => `<${octet.charCodeAt(0).toString(16)}>`);
}
