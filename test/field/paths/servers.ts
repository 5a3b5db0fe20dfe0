import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Authority, createAuthority } from '../../lab/certificate/certificate.js';
import { ready } from '../../ready.js';
import type { Serve } from './case.js';

const dayMs = 86_400_000;
let authority: Promise<Authority> | null = null;

/** The authority that signs for all servers. `--ca-file {ca}` trusts it. */
export function testAuthority(): Promise<Authority> {
  authority ??= createAuthority('Field Test CA');
  return authority;
}

async function identityFor(names: readonly string[], days: number): Promise<{ cert: string; key: string }> {
  const validFrom = new Date(Date.now() - dayMs);
  const { certificate: cert, key } = await (await testAuthority()).issue({
    names,
    validFrom,
    validTo: new Date(Date.now() + days * dayMs),
  });
  return { cert, key };
}

/** An HTTPS server for `names` that answers every request with `text`. */
export function web(
  names: readonly string[],
  text: string = plain('200 OK', {}, 'ok'),
  { days = 25, tls = {} }: { days?: number; tls?: TlsOptions } = {},
): Serve {
  return async ({ address, port }) => {
    const server = createTlsServer({ ...(await identityFor(names, days)), ...tls }, (socket) => {
      let received = '';
      socket.on('error', () => socket.destroy());
      socket.setEncoding('latin1').on('data', (part: string) => {
        received += part;
        if (received.includes('\r\n\r\n')) socket.end(text);
      });
    });
    server.on('tlsClientError', () => {});
    server.listen(port, address);
    await once(server, 'listening');
  };
}

/** The answer of a web server, with Content-Length. */
export function plain(status: string, headers: Record<string, string>, body: string): string {
  const fields = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
  return [`HTTP/1.1 ${status}`, ...fields.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n');
}

/** A TCP server that does this with each connection. */
export function tcp(accept: (socket: Socket) => void): Serve {
  return async ({ address, port }) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      accept(socket);
    });
    server.listen(port, address);
    await once(server, 'listening');
  };
}

/** It accepts and closes without sending anything, like a forwarder that has no backend. */
export const closes = tcp((socket) => socket.end());
export const resets = tcp((socket) => socket.resetAndDestroy());
/** It closes some time after it accepted, as it does when its own connection to the backend has failed. */
export const closesLater = (afterMs: number): Serve =>
  tcp((socket) => setTimeout(() => socket.end(), afterMs));
/** It reads and never says anything. */
export const mute = tcp((socket) => socket.resume());

/** `openssl s_server`, which refuses in the handshake what Node refuses after it. */
export function opensslServer(names: readonly string[], ...options: string[]): Serve {
  return async ({ address, port }) => {
    const { cert, key } = await identityFor(names, 25);
    const path = `/run/openssl-${address}-${port}.pem`;
    writeFileSync(path, `${cert}\n${key}`);
    const argv = ['s_server', '-accept', `${address}:${port}`, '-cert', path, ...options];
    const child = spawn('openssl', argv, { stdio: ['pipe', 'pipe', 'ignore'] });
    process.on('exit', () => child.kill('SIGKILL'));
    await ready(child);
  };
}

/** The command of a program on the client that accepts connections to these ports of all its addresses. */
export function listener(ports: readonly number[], accept = 's.resume();'): readonly string[] {
  const script = `
let left = ${ports.length};
for (const port of ${JSON.stringify(ports)})
  require('net').createServer((s) => { s.on('error', () => {}); ${accept} })
    .listen(port, '0.0.0.0', () => { if (--left === 0) console.log('ready'); });`;
  return [process.execPath, '-e', script];
}
