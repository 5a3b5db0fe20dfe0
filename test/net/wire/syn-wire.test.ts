import t from 'tap';
import { SystemCallError } from '../../../src/net/libc/load.js';
import { decodeTcp, encodeTcp, tcpFlag } from '../../../src/net/packet/tcp.js';
import type { PacketListener, PacketPort } from '../../../src/net/wire/packet-port.js';
import type { PortPool } from '../../../src/net/wire/port-pool.js';
import { SynHub } from '../../../src/net/wire/syn-hub.js';
import { openSynWire } from '../../../src/net/wire/syn-wire.js';

const source = '10.0.1.10';
const address = '203.0.113.10';
const EADDRINUSE = 98;

/** A wire on a host that has no more than these ports, and a network that answers when it is told to. */
function scarceWire(ports: readonly number[]) {
  const sent: { port: number; sequence: number }[] = [];
  const errors: [id: number, errno: string][] = [];
  const replies: number[] = [];
  let listener: PacketListener | null = null;
  let refusal: string | null = null;
  const packets: PacketPort = {
    send({ segment }, onSent, onError) {
      if (refusal !== null) return onError(refusal);
      const header = decodeTcp(segment);
      sent.push({ port: header?.sourcePort ?? 0, sequence: header?.sequence ?? 0 });
      onSent(0);
    },
    listen: (given) => {
      listener = given;
    },
    receive: () => {},
    close: () => {},
  };
  const pool: PortPool = {
    lease(used) {
      const free = ports.find((port) => !used.has(port));
      if (free === undefined) throw new SystemCallError('bind', EADDRINUSE);
      return free;
    },
    close: () => {},
  };
  const wire = openSynWire(
    {
      hub: new SynHub(4, packets, pool),
      source,
      address,
      family: 4,
      port: 443,
      mtu: 1500,
      paris: false,
      silentNeighbour: () => null,
      onClose: () => {},
    },
    {
      onReply: ({ id }) => replies.push(id),
      onSendError: (id, errno) => errors.push([id, errno]),
      onDiscard: () => {},
    },
  );
  return {
    wire,
    sent,
    errors,
    replies,
    refuse(errno: string | null): void {
      refusal = errno;
    },
    /** The target resets the handshake of the packet at this place. */
    reset(place: number): void {
      const { port = 0, sequence = 0 } = sent[place] ?? {};
      const segment = encodeTcp({
        source: address,
        destination: source,
        sourcePort: 443,
        destinationPort: port,
        sequence: 1,
        acknowledgment: (sequence + 1) >>> 0,
        flags: tcpFlag.rst | tcpFlag.ack,
        window: 0,
      });
      listener?.onSegment({ source: address, ttl: 60, segment, atMs: 1 });
    },
  };
}

t.test('a port whose probe is over is used again where no other is free', async (t) => {
  const { wire, sent, errors } = scarceWire([40_001]);
  wire.send({ id: 0, ttl: 1 });
  wire.send({ id: 1, ttl: 2 });
  t.same(errors, [[1, 'EADDRINUSE']]);
  wire.retire?.(0);
  wire.send({ id: 2, ttl: 2 });
  t.same(
    sent.map(({ port }) => port),
    [40_001, 40_001],
  );
});

t.test(
  'neither a late answer nor a second retire of an earlier probe frees the port of a later one',
  async (t) => {
    const { wire, sent, errors, replies, reset } = scarceWire([40_001]);
    wire.send({ id: 0, ttl: 1 });
    wire.retire?.(0);
    wire.send({ id: 1, ttl: 2 });
    t.equal(sent.length, 2);
    reset(0);
    wire.retire?.(0);
    t.same(replies, [0], 'the answer is told all the same');
    wire.send({ id: 2, ttl: 3 });
    t.same(errors, [[2, 'EADDRINUSE']]);
  },
);

t.test('a port from which this host refused to send is free at once', async (t) => {
  const { wire, sent, errors, refuse } = scarceWire([40_001]);
  refuse('ENOBUFS');
  wire.send({ id: 0, ttl: 1 });
  refuse(null);
  wire.send({ id: 0, ttl: 1 });
  t.same(errors, [[0, 'ENOBUFS']]);
  t.equal(sent.length, 1);
});

t.test(
  'a port of the target’s answer stays in use until its reset has arrived there, also where it is retired',
  async (t) => {
    const { wire, errors, reset } = scarceWire([40_001]);
    wire.send({ id: 0, ttl: 64 });
    reset(0);
    wire.retire?.(0);
    wire.send({ id: 1, ttl: 64 });
    t.same(errors, [[1, 'EADDRINUSE']]);
  },
);
