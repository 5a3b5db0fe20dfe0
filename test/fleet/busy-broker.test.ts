import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { CapabilityError } from '../../src/core/errors.js';
import { connectBroker } from '../../src/fleet/nats/connection.js';
import { brokerProblem } from '../../src/fleet/nats/problem.js';
import { during } from '../observe/abort-walk.js';

/** What a client is told by a broker that sends this line in answer to its first octets. */
async function refusedWith(
  line: string,
  environment: Record<string, string> = { PPROBE_NATS_USER: 'a', PPROBE_NATS_PASSWORD: 'b' },
): Promise<unknown> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"A","version":"2.12.7","proto":1,"max_payload":1048576}\r\n');
    socket.once('data', () => socket.end(`-ERR '${line}'\r\n`));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const broker = { server: `nats://127.0.0.1:${port}`, insecure: false, caFile: null };
  try {
    const connection = await connectBroker(
      broker,
      { name: 'a', inboxPrefix: null, spreadMs: 0 },
      environment,
    );
    await connection.close();
    return null;
  } catch (error) {
    return error;
  } finally {
    server.close();
  }
}

test('credentials are refused only by a broker that has read them', async (t) => {
  const refused = await refusedWith('Authorization Violation');
  t.ok(refused instanceof CapabilityError);
  t.match(refused, { message: /refuses the credentials of PPROBE_NATS_USER; look whether/ });
  const none = await refusedWith('Authorization Violation', {});
  t.match(none, { message: /refuses the credentials, because none are set; set PPROBE_NATS_NKEY/ });
  const busy = await refusedWith('Authentication Timeout');
  t.ok(busy instanceof Error);
  t.notOk(busy instanceof CapabilityError, 'an agent tries again');
});

test('what this host refuses is no silence of the broker, and no bug', async (t) => {
  for (const code of [
    'EADDRNOTAVAIL',
    'EMFILE',
    'ENFILE',
    'EAGAIN',
    'ENOBUFS',
    'ENOMEM',
    'EPERM',
    'EACCES',
  ]) {
    const cause = Object.assign(new Error(`connect ${code} 127.0.0.1:4222`), { code });
    const problem = brokerProblem(cause, '127.0.0.1:4222');
    t.ok(problem instanceof CapabilityError, code);
    t.match(problem, {
      message: /^this host cannot connect \(E\w+\): .*this (?:host|process).* was not asked$/,
    });
    t.notMatch(problem, { message: /does not answer/ });
  }
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  t.match(brokerProblem(refused, 'b:1'), { message: /^the broker at b:1 does not answer/ });
});

test('an attempt that is ended at any moment leaves no connection behind', async (t) => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"A","version":"2.12.7","proto":1,"max_payload":1048576}\r\n');
    socket.on('data', (octets) => {
      if (octets.includes('PING')) socket.write('PONG\r\n');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const broker = { server: `nats://127.0.0.1:${port}`, insecure: false, caFile: null };
  const attempt = async (signal?: AbortSignal): Promise<void> => {
    const connection = await connectBroker(broker, { name: 'a', inboxPrefix: null, spreadMs: 0, signal }, {});
    await connection.close();
  };
  await attempt();
  const { count } = await during(
    0,
    () => {},
    () => attempt(),
  );
  let ended = 0;
  for (let moment = 1; moment <= count; moment += 1) {
    const abort = new AbortController();
    const end = () => abort.abort(new Error('enough'));
    const { error } = await during(moment, end, () => attempt(abort.signal));
    if (error !== undefined) ended += 1;
  }
  t.ok(ended > 0, 'attempts were ended');
  const before = connections;
  // Longer than the client waits before it connects again.
  await delay(1500);
  t.equal(connections, before, 'nobody connects again');
  server.close();
  await once(server, 'close');
});
