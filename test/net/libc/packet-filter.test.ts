import t from 'tap';
import { answersToSyn, errorsOnly } from '../../../src/net/libc/packet-filter.js';
import { encodeIpv4, protocolNumber } from '../../../src/net/packet/ip.js';
import { encodeTcp, tcpFlag } from '../../../src/net/packet/tcp.js';

/** An interpreter of the instructions that the filter uses. It accepts what the kernel would accept. */
function accepts(program: Buffer, packet: Uint8Array): boolean {
  let accumulator = 0;
  let index = 0;
  for (let at = 0; ; at += 1) {
    const code = program.readUInt16LE(at * 8);
    const operand = program.readUInt32LE(at * 8 + 4);
    const octet = (offset: number) => packet[offset] ?? Number.NaN;
    if (code === 0x06) return operand !== 0;
    if (code === 0xb1) index = 4 * (octet(operand) & 0xf);
    else if (code === 0x01) index = operand;
    else if (code === 0x80) accumulator = packet.length;
    else if (code === 0x1c) accumulator -= index;
    else if (code === 0x35) at += program.readUInt8(at * 8 + (accumulator >= operand ? 2 : 3));
    else if (code === 0x50) accumulator = octet(index + operand);
    else if (code === 0x45) at += program.readUInt8(at * 8 + ((accumulator & operand) !== 0 ? 2 : 3));
    else throw new Error(`code ${code}`);
    // A load beyond the packet ends the program and rejects (bpf(4)).
    if (Number.isNaN(accumulator) || Number.isNaN(index)) return false;
  }
}

const { syn, ack, rst, fin, psh } = tcpFlag;
const addresses = { source: '10.0.0.1', destination: '10.0.0.2' };

for (const [flags, isAnswer] of [
  [syn | ack, true],
  [rst | ack, true],
  [syn, false],
  [rst, false],
  [ack, false],
  [psh | ack, false],
  [fin | ack, false],
] as const) {
  t.test(`flags ${flags}: ${isAnswer ? 'passed' : 'blocked'}`, async (t) => {
    const ports = { sourcePort: 443, destinationPort: 40000, sequence: 1, window: 0 };
    const segment = encodeTcp({ ...addresses, ...ports, flags });
    const packet = encodeIpv4(
      { ...addresses, protocol: protocolNumber.tcp, ttl: 9, identification: 1 },
      segment,
    );
    // With IP options the flags have another offset.
    const withOptions = Buffer.concat([packet.subarray(0, 20), Buffer.alloc(8), segment]);
    withOptions[0] = 0x47;
    t.equal(accepts(answersToSyn(4), packet), isAnswer);
    t.equal(accepts(answersToSyn(4), withOptions), isAnswer);
    t.equal(accepts(answersToSyn(6), segment), isAnswer);
    t.ok(
      accepts(answersToSyn(4), packet.subarray(0, 39)),
      'a truncated header passes, so that it is counted',
    );
    t.ok(accepts(answersToSyn(6), segment.subarray(0, 19)));
  });
}

t.test('ICMP masks block every type but the errors about probes', async (t) => {
  t.equal(errorsOnly(4).readUInt32LE(0), 0xffff_f7f7);
  const v6 = errorsOnly(6);
  t.equal(v6.readUInt32LE(0), 0xffff_fff1);
  for (let word = 4; word < 32; word += 4) t.equal(v6.readUInt32LE(word), 0xffff_ffff);
});
