import t from 'tap';
import type { TraceHop } from '../../../src/documents/trace.js';
import type { Wire, WireListener } from '../../../src/net/wire/wire.js';
import { traceAddress } from '../../../src/probe/trace/trace.js';
import { deafWire, input } from './deaf-wire.js';

t.test(
  'without descriptors for a single probe, the trace throws CapabilityError instead of a result',
  async (t) => {
    const { world } = deafWire();
    const openWire = async (listener: WireListener): Promise<Wire> => {
      const wire = await world.openWire(listener);
      return { ...wire, send: ({ id }) => listener.onSendError(id, 'EMFILE') };
    };
    const run = traceAddress(input, {}, undefined, { ...world, openWire });
    await t.rejects(run, { name: 'CapabilityError', missing: 'file descriptors', remedy: /ulimit/ });
  },
);

t.test('an error of the onHop callback ends the trace and is thrown', async (t) => {
  const { wire, world } = deafWire();
  const onHop = (): never => {
    throw new Error('mine');
  };
  const run = traceAddress(input, { queries: 1 }, onHop, world);
  await new Promise((resolve) => setImmediate(resolve));
  const reply = {
    from: '10.0.1.1',
    rttMs: 1,
    icmp: { type: 11, code: 0, mtu: null },
    mpls: [],
    extensions: [],
  };
  // The first packet asks the target itself, the second one hop 1.
  wire.listener?.onReply({ id: 1, kind: 'time-exceeded', replyTtl: 64, nat: false, synAck: null, ...reply });
  await t.rejects(run, { message: 'mine' });
  t.ok(wire.isClosed);
});

t.test('hops are reported only if packets left this host, so not behind a silent neighbour', async (t) => {
  const { world, clock } = deafWire();
  const openWire = async (listener: WireListener): Promise<Wire> => ({
    ...(await world.openWire(listener)),
    silentNeighbour: () => '10.0.1.1',
  });
  const told: TraceHop[] = [];
  const run = traceAddress(input, {}, (hop) => told.push(hop), { ...world, openWire });
  const document = await clock.runUntil(run);
  t.match(document, { outcome: 'unreachable', hops: [{ ttl: 1 }] });
  t.same(told, document.hops);
});
