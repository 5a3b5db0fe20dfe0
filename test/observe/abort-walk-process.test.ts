import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import t, { type Test } from 'tap';
import { diagnose } from '../../src/diagnose/diagnose.js';
import { connect, connectMany } from '../../src/observe/connect.js';
import { doctor } from '../../src/observe/doctor.js';
import { observe } from '../../src/observe/observe.js';
import { traceHost } from '../../src/observe/trace-host.js';
import { watchHost } from '../../src/observe/watch-host.js';
import { lookupSystem } from '../../src/probe/dns/compare.js';
import { resolve } from '../../src/probe/dns/resolve.js';
import { resolveMany } from '../../src/probe/dns/resolve-many.js';
import { ask } from '../../src/probe/http/ask.js';
import { measurePathMtu } from '../../src/probe/mtu/path-mtu.js';
import { handshake } from '../../src/probe/tls/handshake.js';
import { publishedSchemas, validatorOf } from '../documents/validate.js';
import { address, reply, serve } from '../probe/dns/server.js';
import { listen, socketCount } from '../probe/tcp/listeners.js';
import { authorityPem, identities, serverName } from '../probe/tls/certificates.js';
import { listenTls } from '../probe/tls/servers.js';

/**
 * Aborts each probe at every moment at which its code runs: each continuation of an await and each callback of a socket or timer
 * is counted, and the probe is run again once for each of these moments, with the abort before the continuation or after the callback. In the suite, some 15
 * moments of each probe, spread over the whole run; all of them with PPROBE_ABORTS=all (`npm run fuzz`).
 */
const mostMoments = process.env.PPROBE_ABORTS === 'all' ? Number.POSITIVE_INFINITY : 15;

const reason = new Error('enough');
const problemsOf = validatorOf(publishedSchemas(), { strict: true });
const patient = { timeoutMs: 60_000 };
const ca = authorityPem;

interface Signals {
  signal?: AbortSignal;
  stop?: AbortSignal;
}

/** Runs a probe and calls `at` before its `moment`-th callback. Resolves with the number of callbacks. */
async function during(moment: number, at: () => void, probe: () => Promise<unknown>) {
  let count = 0;
  const promises = new Set<number>();
  const step = (): void => {
    count += 1;
    if (count === moment) at();
  };
  // Of a callback only the end is such a moment: before it, Node has already taken what it is called with.
  const hook = createHook({
    init(id, type) {
      if (type === 'PROMISE') promises.add(id);
    },
    before(id) {
      if (promises.has(id)) step();
    },
    after(id) {
      if (!promises.has(id)) step();
    },
  });
  hook.enable();
  const running = probe();
  try {
    return { result: await running, count };
  } catch (error) {
    return { error, count };
  } finally {
    hook.disable();
  }
}

/** What is wrong with a document that was printed after a stop. */
function faultsOf(document: unknown): string[] {
  // Of many targets or rounds: each that was measured has its document.
  if (Array.isArray(document)) return document.flatMap(faultsOf);
  // Evidence is no document, but its observations are.
  const observations: unknown = Reflect.get(Object(document), 'observations');
  if (observations === undefined) return problemsOf(document);
  return ['dns', 'tcp', 'tls', 'http', 'trace'].flatMap((kind) => {
    const list: unknown = Reflect.get(Object(observations), kind);
    return Array.isArray(list)
      ? list.flatMap((each: unknown) => problemsOf(withoutPurpose(each)))
      : [`no ${kind}`];
  });
}

/** Observations have a member more than documents: what was asked, and why. */
function withoutPurpose(document: unknown): unknown {
  const { asked: _asked, ...rest } = Object(document);
  return rest;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

async function settled(before: number): Promise<number> {
  let open = await socketCount();
  // The servers here close their ends of connections some turns later.
  for (let turn = 0; turn < 200 && open > before; turn++) open = await socketCount();
  return open;
}

/** `checked`: what is wrong with the result after a stop. null for a probe that has no `stop`. */
async function walk(
  t: Test,
  name: string,
  probe: (signals: Signals) => Promise<unknown>,
  checked: ((result: unknown) => string[]) | null = faultsOf,
): Promise<void> {
  await t.test(name, async (t) => {
    // Twice: the first run loads, compiles, and opens what is kept.
    await probe({});
    const faults: string[] = [];
    let before = await settled(0);
    const check = async (what: string): Promise<void> => {
      const open = await settled(before);
      if (open > before) faults.push(`${what} leaves ${open - before} sockets open`);
      before = open;
    };
    const { count } = await during(
      0,
      () => {},
      () => probe({}),
    );
    const stride = Math.max(1, count / mostMoments);
    let [aborted, stopped] = [0, 0];
    for (let moment = 1; moment <= count; moment += stride) {
      const at = Math.floor(moment);
      const abort = new AbortController();
      const cut = await during(
        at,
        () => abort.abort(reason),
        () => probe({ signal: abort.signal }),
      );
      if ('error' in cut) aborted += 1;
      await check(`abort at ${at}`);
      if ('error' in cut && cut.error !== reason) faults.push(`abort at ${at}: ${String(cut.error)}`);
      if (checked === null) continue;

      const stop = new AbortController();
      const ended = await during(
        at,
        () => stop.abort(),
        () => probe({ stop: stop.signal }),
      );
      stopped += 1;
      await check(`stop at ${at}`);
      if ('error' in ended) faults.push(`stop at ${at}: ${String(ended.error)}`);
      else faults.push(...checked(ended.result).map((fault) => `stop at ${at}: ${fault}`));
    }
    t.same(faults, [], `${stopped} of ${count} moments`);
    t.ok(aborted > 0, 'an abort was in time');
    t.same(unhandled, []);
  });
}

t.test('every probe', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, asked.type === 'A' ? { answers: [address(asked.name, '127.0.0.1')] } : {}),
  ]);
  const servers = [server.text];
  const peer = await listen(t, (socket) => {
    socket
      .on('error', () => {})
      .once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  const secure = await listenTls(t, identities.valid, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno'));
  });
  const { port } = secure;

  await walk(t, 'resolve over UDP', (given) => resolve('a.test.', { servers, ...patient, ...given }));
  await walk(t, 'resolve over TCP', (given) =>
    resolve('a.test.', { servers, tcp: true, ...patient, ...given }),
  );
  await walk(t, 'connect to an open port', (given) => connect('127.0.0.1', port, { ...patient, ...given }));
  await walk(t, 'connect to a closed port', (given) => connect('127.0.0.1', 1, { ...patient, ...given }));
  await walk(t, 'trace', async (given) => traceHost('127.0.0.1', { port: 1, method: 'connect', ...given }));
  await walk(t, 'resolveMany', (given) =>
    all(
      resolveMany(['a.test.', 'b.test.', 'c.test.'], { servers, concurrency: 2, ...patient, ...given }),
    ).then((outcomes) => outcomes.flatMap((outcome) => ('document' in outcome ? [outcome.document] : []))),
  );
  await walk(t, 'connectMany', (given) => {
    const targets = [port, 1, peer.port].map((each) => ({ host: '127.0.0.1', port: each }));
    return all(connectMany(targets, { concurrency: 2, ...patient, ...given }));
  });
  await walk(t, 'watch', async (given) => {
    const options = { port: 1, method: 'connect', rounds: 2, intervalMs: 1, ...given } as const;
    return all(watchHost('127.0.0.1', options));
  });
  await walk(t, 'handshake', async (given) => {
    const { document, socket } = await handshake(
      { address: '127.0.0.1', port, serverName },
      { ca, ...patient, ...given },
    );
    socket?.destroy();
    return document;
  });
  await walk(t, 'ask', async (given) => {
    const socket = connectSocket(peer.port, '127.0.0.1');
    await once(socket, 'connect');
    try {
      return await ask(
        socket,
        { variant: 'plain', url: 'http://a.test/', address: '127.0.0.1' },
        { ...patient, ...given },
      );
    } finally {
      socket.destroy();
    }
  });
  await walk(
    t,
    'measurePathMtu',
    (given) => measurePathMtu({ address: '127.0.0.1', port }, { ...patient, ...given }),
    () => [],
  );
  await walk(
    t,
    'lookupSystem',
    (given) => lookupSystem('localhost', { ...patient, ...given }),
    () => [],
  );
  await walk(t, 'doctor', ({ signal }) => doctor({ signal }), null);
  await walk(t, 'diagnose', (given) =>
    diagnose('a.test.:1', { imds: false, method: 'connect', dns: { servers }, ...patient, ...given }),
  );
  await walk(t, 'observe', (given) =>
    observe(`https://127.0.0.1:${port}/`, { ca, imds: false, dns: { servers }, ...patient, ...given }),
  );
});
