import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { ReportDocument } from '../../src/documents/report.js';
import { bin } from '../cli/pprobe.js';

const wrapper = fileURLToPath(new URL('./deny-family.py', import.meta.url));
const netlink = '16';

t.test('every probe works where this process may not open netlink sockets', async (t) => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const place = server.address();
  const port = typeof place === 'object' && place !== null ? place.port : 0;
  const words = ['diagnose', `127.0.0.1:${port}`, '--trace', '--no-imds', '--format', 'ndjson'];
  for (const errno of [constants.errno.EAFNOSUPPORT, constants.errno.EPERM]) {
    const printed = await new Promise<string>((resolve) => {
      const command = [wrapper, netlink, `${errno}`, process.execPath, bin, ...words];
      execFile('python3', command, (_error, stdout) => resolve(stdout));
    });
    const report: ReportDocument = JSON.parse(printed);
    t.match(report.observations.tcp, [{ attempts: [{ status: 'open' }] }]);
    t.match(report.observations.trace, [{ outcome: 'open' }]);
    t.same(
      report.skipped.filter(({ step }) => step === 'tcp' || step === 'trace' || step === 'dns'),
      [],
      'nothing is left out',
    );
  }
});
