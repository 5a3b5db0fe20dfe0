/**
 * What a raw socket should not even be woken for, decided in the kernel. Classic BPF (bpf(4), Linux's
 * networking/filter.rst): each instruction is code (16 bits), jump if true and if false (8 bits each), operand (32).
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
 * Lets through TCP segments with ACK and either SYN or RST set, the only answers to a SYN: a host that moves gigabits
 * moves them in other segments. What is too short to be TCP passes too, to be counted.
 */
export function answersToSyn(family: 4 | 6): Buffer {
  const isV4 = family === 4;
  return assemble([
    // Raw IPv4 sockets see the IP header, whose length varies; raw IPv6 sockets do not.
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

/** Destination unreachable and time exceeded; in ICMPv6 packet too big as well (RFC 792, RFC 4443). */
const errorTypes = { 4: [3, 11], 6: [1, 2, 3] };

/**
 * The mask that lets through only the ICMP errors that say something of a probe: ICMP_FILTER's 32 bits (raw(7)) or
 * ICMP6_FILTER's 256 as Linux has them. A set bit keeps messages of that type out.
 */
export function errorsOnly(family: 4 | 6): Buffer {
  const mask = Buffer.alloc(family === 4 ? 4 : 32, 0xff);
  for (const type of errorTypes[family]) {
    const word = (type >> 5) * 4;
    mask.writeUInt32LE((mask.readUInt32LE(word) & ~(1 << (type & 31))) >>> 0, word);
  }
  return mask;
}
