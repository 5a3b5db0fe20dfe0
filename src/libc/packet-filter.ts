/**
 * What a raw socket should not even be woken for, decided in the kernel. Classic BPF (bpf(4), Linux's
 * networking/filter.rst): each instruction is code (16 bits), jump if true and if false (8 bits each), operand (32).
 */
type Instruction = [code: number, ifTrue: number, ifFalse: number, operand: number];

const loadByteAt = 0x30;
const loadByteAtIndex = 0x50;
const indexFromHeaderLength = 0xb1;
const jumpIfAnyBit = 0x45;
const end = 0x06;
const wholePacket = 0xffff_ffff;

const flagsOffset = 13;
const ackBit = 0x10;
const synOrRstBits = 0x06;

/**
 * Lets through TCP segments with ACK and either SYN or RST set, the only answers to a SYN: a host that moves gigabits
 * moves them in other segments. Raw IPv4 sockets see the IP header, whose length varies; raw IPv6 sockets do not.
 */
export function answersToSyn(family: 4 | 6): Buffer {
  const loadFlags: Instruction[] =
    family === 4
      ? [
          [indexFromHeaderLength, 0, 0, 0],
          [loadByteAtIndex, 0, 0, flagsOffset],
        ]
      : [[loadByteAt, 0, 0, flagsOffset]];
  return assemble([
    ...loadFlags,
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

/** ICMP_FILTER's mask (raw(7)): a set bit keeps messages of that type out. */
export function onlyIcmpTypes(types: readonly number[]): Buffer {
  const mask = Buffer.alloc(4);
  let bits = 0xffff_ffff;
  for (const type of types) bits &= ~(1 << type);
  mask.writeUInt32LE(bits >>> 0);
  return mask;
}

/** ICMP6_FILTER's 256 bits as Linux has them: a set bit keeps messages of that type out. */
export function onlyIcmpv6Types(types: readonly number[]): Buffer {
  const mask = Buffer.alloc(32, 0xff);
  for (const type of types) {
    const word = (type >> 5) * 4;
    mask.writeUInt32LE((mask.readUInt32LE(word) & ~(1 << (type & 31))) >>> 0, word);
  }
  return mask;
}
