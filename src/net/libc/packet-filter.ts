/**
 * An instruction of classic BPF (bpf(4), Linux's networking/filter.rst): code (16 bits), jump if true and jump if false
 * (8 bits each), operand (32 bits). The filters run in the kernel, so that a raw socket gets only packets that can matter.
 */
type Instruction = [code: number, ifTrue: number, ifFalse: number, operand: number];

const loadByteAtIndex = 0x50;
const loadLength = 0x80;
const indexFromConstant = 0x01;
const indexFromHeaderLength = 0xb1;
const subtractIndex = 0x1c;
const jumpIfAtLeast = 0x35;
const jumpIfAnyBit = 0x45;
const end = 0x06;
const wholePacket = 0xffff_ffff;

const tcpHeaderLength = 20;
const flagsOffset = 13;
const ackBit = 0x10;
const synOrRstBits = 0x06;

/**
 * A filter that passes TCP segments with ACK and either SYN or RST set, the only answers to a SYN. Bulk traffic of the host
 * has other flags. Packets that are too short for TCP pass as well, so that they are counted.
 */
export function answersToSyn(family: 4 | 6): Buffer {
  const isV4 = family === 4;
  return assemble([
    // Packets of raw IPv4 sockets start with the IP header, whose length varies; those of raw IPv6 sockets do not.
    isV4 ? [indexFromHeaderLength, 0, 0, 0] : [indexFromConstant, 0, 0, 0],
    [loadLength, 0, 0, 0],
    [subtractIndex, 0, 0, 0],
    [jumpIfAtLeast, 0, 3, tcpHeaderLength],
    [loadByteAtIndex, 0, 0, flagsOffset],
    [jumpIfAnyBit, 0, 2, ackBit],
    [jumpIfAnyBit, 0, 1, synOrRstBits],
    [end, 0, 0, wholePacket],
    [end, 0, 0, 0],
  ]);
}

function assemble(program: Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, operand]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(operand, index * 8 + 4);
  }
  return bytes;
}

/** Destination unreachable, time exceeded and, in ICMPv6, packet too big (RFC 792, RFC 4443). */
const errorTypes = { 4: [3, 11], 6: [1, 2, 3] };

/**
 * A mask that passes only the ICMP errors that can concern a probe: 32 bits for ICMP_FILTER (raw(7)), 256 bits for
 * ICMP6_FILTER of Linux. A set bit blocks messages of that type.
 */
export function errorsOnly(family: 4 | 6): Buffer {
  const mask = Buffer.alloc(family === 4 ? 4 : 32, 0xff);
  for (const type of errorTypes[family]) {
    const word = (type >> 5) * 4;
    mask.writeUInt32LE((mask.readUInt32LE(word) & ~(1 << (type & 31))) >>> 0, word);
  }
  return mask;
}
