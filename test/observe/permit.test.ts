import { createServer, type Server } from 'node:net';
import t, { type Test } from 'tap';
import { diagnose } from '../../src/index.js';
import { validateDocument } from '../documents/validate.js';
import { address, reply, serve } from '../probe/dns/server.js';

/** Servers at the same port of several loopback addresses, with the number of connections to each. */
async function listenAt(
  t: Test,
  ...addresses: string[]
): Promise<{ port: number; connections: Map<string, number> }> {
  const connections = new Map<string, number>();
  let port = 0;
  for (const host of addresses) {
    connections.set(host, 0);
    const server: Server = createServer((socket) => {
      connections.set(host, (connections.get(host) ?? 0) + 1);
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    t.teardown(() => server.close());
    const bound = server.address();
    port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  }
  return { port, connections };
}

t.test('an address that is not permitted gets no packet, and its siblings are probed', async (t) => {
  const { port, connections } = await listenAt(t, '127.0.0.2', '127.0.0.3', '127.0.0.4');
  const resolver = await serve(t, (asked) => [
    reply(asked, {
      answers: asked.type === 'A' ? [2, 3].map((last) => address(asked.name, `127.0.0.${last}`)) : [],
    }),
  ]);
  const asked: string[] = [];
  const report = await diagnose(`https://two.example:${port}/`, {
    dns: { servers: [resolver.text, '127.0.0.9'] },
    control: { host: '127.0.0.4', port },
    trace: true,
    timeoutMs: 60_000,
    permit: (each, asPort) => {
      asked.push(`${each} ${asPort}`);
      return each === '127.0.0.2' || (each === '127.0.0.1' && asPort === resolver.port);
    },
  });
  t.same(validateDocument(report), []);
  t.ok((connections.get('127.0.0.2') ?? 0) > 0, 'the permitted address is probed');
  t.equal(connections.get('127.0.0.3'), 0);
  t.equal(connections.get('127.0.0.4'), 0, 'a control that is not permitted');
  const attempted = report.observations.tcp.flatMap(({ attempts }) => attempts.map((each) => each.address));
  t.same(attempted, ['127.0.0.2']);
  t.notOk(report.observations.trace.some((trace) => trace.address === '127.0.0.3'));
  t.match(report.skipped, [
    { step: 'dns', reason: 'refused: address 127.0.0.9' },
    { step: 'tcp', reason: 'refused: address 127.0.0.3' },
  ]);
  t.ok(asked.includes(`127.0.0.3 ${port}`), 'asked with the port');
});

t.test('where no address is permitted nothing is sent, and the verdict says so', async (t) => {
  const { port, connections } = await listenAt(t, '127.0.0.2');
  const report = await diagnose(`127.0.0.2:${port}`, { permit: () => false });
  t.equal(connections.get('127.0.0.2'), 0);
  t.match(report.verdict, { class: 'inconclusive', evidence: [{ text: 'refused: address 127.0.0.2' }] });
  t.same(report.observations.tcp, []);
  t.same(report.observations.trace, []);
});

t.test('where no resolver is permitted nothing is looked up', async (t) => {
  const resolver = await serve(t, (asked) => [reply(asked, { answers: [] })]);
  const report = await diagnose('two.example:443', {
    dns: { servers: [resolver.text] },
    permit: () => false,
  });
  t.same(report.observations.dns, []);
  t.match(report.skipped, [{ step: 'dns', reason: 'refused: address 127.0.0.1' }]);
  t.equal(resolver.asked.length, 0);
});
