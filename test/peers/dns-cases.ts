import { createSocket } from 'node:dgram';
import type { DnsDocument } from '../../src/documents/dns.js';
import {
  type Asked,
  address,
  type Behaviour,
  cname,
  framed,
  rawRecord,
  reply,
  truncatedFlag,
} from '../probe/dns/server.js';

/** The behaviour of a hostile server or forger, and the result that pprobe must give. */
export interface HostileCase {
  does: string;
  behave: Behaviour;
  /** The record type, if not A. */
  type?: 'TXT';
  /** Nothing listens on the server's port. */
  closed?: true;
  expected: Partial<DnsDocument> | { [Key in keyof DnsDocument]?: unknown };
}

const truth = '10.0.0.5';
const lie = '6.6.6.6';
const found = { status: 'answered', addresses: [{ address: truth }] };

const right = (asked: Asked): Buffer => reply(asked, { answers: [address('a.test', truth)] });
const later = (asked: Asked) => ({ afterMs: 60, packet: right(asked) });

function forged(asked: Asked, change: (packet: Buffer) => void = () => {}): Buffer {
  const packet = reply(asked, { answers: [address('a.test', lie)] });
  change(packet);
  return packet;
}

const wrongId = (asked: Asked) => forged(asked, (packet) => packet.writeUInt16BE(asked.id ^ 1, 0));
const otherName = (asked: Asked) => forged(asked, (packet) => packet.write('b', 13));
const echo = ({ raw }: Asked): Buffer => Buffer.from(raw);

/** After the question: a name that is a pointer to itself. */
function looping(asked: Asked): Buffer {
  const head = reply(asked);
  head.writeUInt16BE(1, 6);
  const pointer = Buffer.from([0xc0, 0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 5]);
  pointer[1] = head.length;
  return Buffer.concat([head, pointer]);
}

/** 64 KB in which every name is a pointer to the name before it. */
function pointerChain(asked: Asked): Buffer {
  const head = reply(asked);
  const count = 4000;
  head.writeUInt16BE(count, 6);
  const records: Buffer[] = [];
  let previous = 12;
  for (let at = head.length; records.length < count; at += 16) {
    const record = Buffer.from([0, 0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 5]);
    record.writeUInt16BE(0xc000 | Math.min(previous, 0x3fff), 0);
    records.push(record);
    if (at <= 0x3fff) previous = at;
  }
  return Buffer.concat([head, ...records]);
}

const overTcp =
  (behave: Behaviour): Behaviour =>
  (asked, connection) =>
    asked.transport === 'udp' ? [reply(asked, { flags: truncatedFlag })] : behave(asked, connection);

export const cases: HostileCase[] = [
  {
    does: 'wrong ID',
    behave: (asked) => [wrongId(asked)],
    expected: { status: 'timeout', discarded: { 'bad-id': 2 } },
  },
  { does: 'wrong ID, then the truth', behave: (asked) => [wrongId(asked), later(asked)], expected: found },
  {
    does: 'wrong question, then the truth',
    behave: (asked) => [otherName(asked), later(asked)],
    expected: { ...found, discarded: { 'wrong-question': 1 } },
  },
  {
    does: 'its query back (QR clear)',
    behave: (asked) => [echo(asked)],
    expected: { status: 'timeout', discarded: { 'not-a-reply': 2 } },
  },
  {
    does: 'an answer without question',
    behave: (asked) => {
      const whole = forged(asked);
      const questionEnd = 12 + 8 + 4;
      const cut = Buffer.concat([whole.subarray(0, 12), whole.subarray(questionEnd)]);
      cut.writeUInt16BE(0, 4);
      return [cut];
    },
    expected: { status: 'timeout', discarded: { 'no-question': 2 } },
  },
  { does: 'three octets', behave: () => [Buffer.from([1, 2, 3])], expected: { status: 'malformed' } },
  { does: 'an empty packet', behave: () => [Buffer.alloc(0)], expected: { status: 'malformed' } },
  { does: 'nothing at all', behave: () => [], expected: { status: 'timeout', discarded: {} } },
  {
    does: 'a name that points to itself',
    behave: (asked) => [looping(asked)],
    expected: { status: 'malformed' },
  },
  {
    does: 'an A record of three octets',
    behave: (asked) => [reply(asked, { answers: [rawRecord('a.test', 1, Buffer.from([10, 0, 0]))] })],
    expected: { status: 'malformed', addresses: [] },
  },
  {
    does: '64 KB of pointers over TCP',
    behave: overTcp((asked) => [pointerChain(asked)]),
    // Every name expands to `a.test`, and all records are equal. Parsing this must be as fast as parsing others.
    expected: { ...found, transport: 'tcp', records: { length: 1 } },
  },
  {
    does: 'TCP an octet at a time',
    behave: overTcp((asked, connection) => {
      const octets = framed(right(asked));
      let at = 0;
      const trickle = setInterval(() => connection?.write(octets.subarray(at, ++at)), 100);
      connection?.on('close', () => clearInterval(trickle));
      return [];
    }),
    expected: { status: 'timeout', transport: 'tcp' },
  },
  {
    does: 'TCP that closes at once',
    behave: overTcp((_asked, connection) => {
      connection?.end();
      return [];
    }),
    expected: { status: 'error', attempts: [{ outcome: 'truncated' }, { transport: 'tcp', errno: 'EOF' }] },
  },
  {
    does: 'an alias that leads back',
    behave: (asked) => [reply(asked, { answers: [cname('a.test', 'b.test'), cname('b.test', 'a.test')] })],
    expected: { status: 'no-data', chain: ['b.test', 'a.test'] },
  },
  {
    does: 'an answer for another name',
    behave: (asked) => [reply(asked, { answers: [address('other.test', lie)] })],
    expected: { status: 'no-data', addresses: [], records: [] },
  },
  {
    does: 'an escape sequence in TXT',
    type: 'TXT',
    behave: (asked) => [
      reply(asked, { answers: [rawRecord('a.test', 16, Buffer.from('\x05\x1b[31m', 'latin1'))] }),
    ],
    expected: { status: 'answered', records: [{ data: '"\\027[31m"' }] },
  },
  {
    does: 'an escape sequence in an alias',
    behave: (asked) => [
      reply(asked, {
        answers: [rawRecord('a.test', 5, Buffer.from('\x05\x1b[31m\x00', 'latin1')), address('x.test', lie)],
      }),
    ],
    expected: { addresses: [], chain: ['\\027[31m'] },
  },
  {
    does: 'FORMERR to EDNS',
    behave: (asked) => [asked.edns ? reply(asked, { rcode: 1 }) : right(asked)],
    expected: found,
  },
  { does: 'a closed port (ICMP)', closed: true, behave: () => [], expected: { status: 'unreachable' } },
  {
    does: 'a forgery from another port, then the truth',
    behave: (asked) => [later(asked)],
    expected: { ...found, discarded: {} },
  },
];

/** Sends a forged reply to `port` of this host from a port that was not queried. */
export async function forgeFromElsewhere(asked: Asked, port: number): Promise<void> {
  const other = createSocket('udp4');
  await new Promise<void>((sent) => other.send(forged(asked), port, '127.0.0.1', () => sent()));
  other.close();
}
