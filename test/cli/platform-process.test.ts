import { spawn } from 'node:child_process';
import { setServers } from 'node:dns';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { readResolvConf } from '../../src/host/resolv-conf.js';

/** macOS and Windows: the commands take the way of a system that has no error queue, and say what is missing. */

const server = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1');
t.teardown(() => server.close());
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? String(address.port) : '';

const folder = t.testdir({
  // Windows has no user ids. Elsewhere Node takes the platform from the binary.
  'fake.cjs': `const { FAKE_PLATFORM: value } = process.env;
    Object.defineProperty(process, 'platform', { value });
    if (value === 'win32')
      for (const name of ['getuid', 'geteuid', 'getgid', 'getegid', 'setuid', 'setgid', 'setgroups']) delete process[name];`,
});

async function run(
  platform: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const argv = ['--require', join(folder, 'fake.cjs'), 'bin/pprobe.js', ...args];
  const child = spawn(process.execPath, argv, { env: { ...process.env, FAKE_PLATFORM: platform } });
  const output = { code: -1, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  [output.code] = await once(child, 'close');
  return output;
}

for (const platform of ['darwin', 'win32']) {
  t.test(platform, async (t) => {
    const tcp = await run(platform, 'tcp', '127.0.0.1', port, '--timeout', '60s');
    t.match(tcp, { code: 0, stdout: /open/, stderr: '' });
    const report = await run(platform, 'diagnose', `127.0.0.1:${port}`, '--json');
    t.match(JSON.parse(report.stdout), { kind: 'report', verdict: { class: 'reachable' } });
    const saved = join(folder, `${platform}.json`);
    writeFileSync(saved, report.stdout);
    t.match(await run(platform, 'explain', saved), { code: 0, stdout: /^REACHABLE/, stderr: '' });
    t.match(await run(platform, 'dns', 'a.example', '--server', '127.0.0.1#1', '--tries', '1'), {
      code: 10,
      stdout: /no server could be reached|refused/i,
      stderr: '',
    });
    const trace = await run(platform, 'trace', '127.0.0.1', port, '--method', 'connect');
    t.match(trace, { code: 3, stderr: new RegExp(`need Linux on x64 or arm64; this is ${platform}`) });
    const { engines, netlink, problems } = JSON.parse((await run(platform, 'doctor', '--json')).stdout);
    t.match(engines, [{}, { method: 'connect', available: false, reason: /need Linux/ }]);
    t.equal(netlink, null);
    t.ok(problems.some(({ text }: { text: string }) => text.includes(`this is ${platform}`)));
  });
}

t.test('the servers of Windows are those that Node knows', async (t) => {
  const { platform } = process;
  t.teardown(() => Object.defineProperty(process, 'platform', { value: platform }));
  setServers(['192.0.2.53', '2001:db8::53', '192.0.2.54:5353']);
  const missing = join(folder, 'resolv.conf');
  t.same((await readResolvConf(missing)).nameservers, []);
  Object.defineProperty(process, 'platform', { value: 'win32' });
  t.same((await readResolvConf(missing)).nameservers, ['192.0.2.53', '2001:db8::53']);
});
