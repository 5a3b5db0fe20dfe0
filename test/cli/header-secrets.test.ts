import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import fc from 'fast-check';
import t from 'tap';
import { createAuthority } from '../lab/certificate/certificate.js';
import { pprobe } from './pprobe.js';
import { patient } from './servers.js';

/**
 * The values of `-H` go to the server and nowhere else, although the server repeats them in its headers, its JSON and its page.
 */

const day = 86_400_000;

/** Texts that header values can have, with what JSON, HTML and URLs escape. No part of them is in pprobe's own words. */
const secret = fc
  .string({
    unit: fc.constantFrom(...'qzxjkvw', ...'QZXJKVW', ...'0123456789', ...'"\\<>&\'/+=%;,._~ '),
    minLength: 12,
    maxLength: 30,
  })
  .map((text) => `Zq9${text.trim()}xJ7`);

/** The parts of a value that identify it. */
function traces(value: string): string[] {
  return value.split(/[\s;,="']+/).filter((part) => part.length >= 6);
}

t.test('no value of -H is in any output', async (t) => {
  const directory = t.testdir();
  const authority = await createAuthority('Header Test CA');
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, authority.certificate);
  const { certificate: cert, key } = await authority.issue({
    names: ['localhost'],
    validFrom: new Date(Date.now() - day),
    validTo: new Date(Date.now() + 60 * day),
  });
  const received: string[] = [];
  const bodies = [
    (values: string) => ({
      status: '403 Forbidden',
      type: 'application/json',
      body: JSON.stringify({ message: `not a valid key=value pair in: ${values}` }),
    }),
    (values: string) => ({
      status: '502 Bad Gateway',
      type: 'text/html',
      body: `<html><title>502 ${values.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title></html>`,
    }),
    (values: string) => ({ status: '503 Service Unavailable', type: 'text/plain', body: `no ${values}` }),
    (values: string) => ({ status: '302 Found', type: 'text/plain', body: values }),
  ];
  let served = 0;
  const server = createServer({ cert, key }, (socket) => {
    let head = '';
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1').on('data', (text: string) => {
      head += text;
      if (!head.includes('\r\n\r\n')) return;
      const values = head
        .split('\r\n')
        .filter((line) => /^(?:authorization|x-token|cookie):/i.test(line))
        .map((line) => line.slice(line.indexOf(':') + 1).trim());
      received.push(...values);
      const all = values.join(' and ');
      const { status, type, body } = bodies[served++ % bodies.length]?.(all) ?? {
        status: '',
        type: '',
        body: '',
      };
      socket.end(
        [
          `HTTP/1.1 ${status}`,
          `server: nginx ${all}`,
          `via: 1.1 ${all}`,
          `location: https://elsewhere.test/?token=${encodeURIComponent(all)}`,
          `x-amzn-errortype: ForbiddenException:${all}`,
          `x-amzn-requestid: ${all}`,
          `content-type: ${type}`,
          `content-length: ${Buffer.byteLength(body)}`,
          '',
          body,
        ].join('\r\n'),
      );
      head = '';
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;

  const samples = fc.sample(fc.record({ token: secret, key: secret, password: secret }), bodies.length);
  for (const [index, { token, key: given, password }] of samples.entries()) {
    const basic = Buffer.from(`user:${password}`).toString('base64');
    const save = join(directory, `report-${index}.json`);
    const html = join(directory, `report-${index}.html`);
    const headers = [`Authorization: Basic ${basic}`, `x-token: ${token}`, `Cookie: session=${given}`];
    const args = [
      ...['diagnose', `https://localhost:${port}/`, '-4', '--ca-file', caFile, '--no-trace', ...patient],
      ...headers.flatMap((each) => ['-H', each]),
      ...['--save', save, '--html', html, ...(index % 2 === 0 ? ['--json'] : ['--verbose'])],
    ];
    const { code, stdout, stderr } = await pprobe(args);
    t.ok(code === 0 || code === 12 || code === 16, `exit code ${code}: ${stderr}`);
    t.ok(received.includes(token), 'the server received the value');
    const again = await pprobe(['explain', save]);
    const places = {
      stdout,
      stderr,
      save: readFileSync(save, 'utf8'),
      html: readFileSync(html, 'utf8'),
      explain: again.stdout + again.stderr,
    };
    for (const [place, text] of Object.entries(places)) {
      const found = [token, given, password, basic].flatMap(traces).filter((part) => text.includes(part));
      t.same(found, [], `${place} of ${JSON.stringify({ token, given, password })}`);
    }
  }
});
