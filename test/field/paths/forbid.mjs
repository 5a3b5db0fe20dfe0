// Loaded into a process before its own program, this takes system calls away from it, as a sandbox does: the kernel answers
// with the errno instead of doing them. FORBID names what, with an errno each: `raw=93`. The names are those of `conditions`.
import koffi from 'koffi';

/** The numbers of the system calls: x64, arm64. */
const numbers = {
  socket: [41, 198],
  connect: [42, 203],
  bind: [49, 200],
  sendto: [44, 206],
  sendmsg: [46, 211],
  sendmmsg: [307, 269],
  setsockopt: [54, 208],
  epoll_create1: [291, 20],
  epoll_ctl: [233, 21],
  eventfd2: [290, 19],
};
const numberOf = (call) => numbers[call][process.arch === 'arm64' ? 1 : 0];
const [socketNumber, setsockoptNumber] = [numberOf('socket'), numberOf('setsockopt')];
const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
// struct seccomp_data: nr at 0, the arguments from 16, eight octets each, least significant first.
const argument = (index) => 16 + 8 * index;

const conditions = {
  // Every use of the call.
  ...Object.fromEntries(Object.keys(numbers).map((call) => [call, [[0, numberOf(call)]]])),
  // SOCK_RAW of AF_INET; the upper bits of the type are flags.
  raw: [
    [0, socketNumber],
    [argument(0), 2],
    [argument(1), 3, 0xf],
  ],
  // SOCK_DGRAM of AF_INET, with every query over UDP.
  datagram: [
    [0, socketNumber],
    [argument(0), 2],
    [argument(1), 2, 0xf],
  ],
  // SOCK_STREAM of AF_INET and AF_INET6.
  stream: [
    [0, socketNumber],
    [argument(0), 2],
    [argument(1), 1, 0xf],
  ],
  stream6: [
    [0, socketNumber],
    [argument(0), 10],
    [argument(1), 1, 0xf],
  ],
  netlink: [
    [0, socketNumber],
    [argument(0), 16],
  ],
  // SO_TIMESTAMPNS of SOL_SOCKET, the old and the new number.
  timestamps: [
    [0, setsockoptNumber],
    [argument(1), 1],
    [argument(2), 35],
  ],
  timestampsNew: [
    [0, setsockoptNumber],
    [argument(1), 1],
    [argument(2), 64],
  ],
};

const instructions = [];
for (const entry of (process.env.FORBID ?? '').split(',').filter(Boolean)) {
  const [name, errno] = entry.split('=');
  const block = conditions[name].flatMap(([offset, value, mask]) => [
    [LOAD, 0, 0, offset],
    ...(mask === undefined ? [] : [[AND, 0, 0, mask]]),
    [EQUAL, 0, null, value],
  ]);
  block.push([RETURN, 0, 0, ERRNO | Number(errno)]);
  // A condition that does not hold leads past the end of its block.
  block.forEach((each, index) => {
    if (each[2] === null) each[2] = block.length - index - 1;
  });
  instructions.push(...block);
}
instructions.push([RETURN, 0, 0, ALLOW]);

const filter = Buffer.alloc(instructions.length * 8);
instructions.forEach(([code, ifTrue, ifFalse, value], index) => {
  filter.writeUInt16LE(code, index * 8);
  filter.writeUInt8(ifTrue, index * 8 + 2);
  filter.writeUInt8(ifFalse, index * 8 + 3);
  filter.writeUInt32LE(value, index * 8 + 4);
});
const library = koffi.load(null);
const prctl = library.func('int prctl(int, unsigned long, unsigned long, void *, unsigned long)');
const program = Buffer.alloc(16);
program.writeUInt16LE(instructions.length, 0);
program.writeBigUInt64LE(BigInt(koffi.address(filter)), 8);
if (prctl(38, 1, 0, null, 0) !== 0) throw new Error('PR_SET_NO_NEW_PRIVS');
const library2 = library.func('prctl', 'int', [
  'int',
  'unsigned long',
  'void *',
  'unsigned long',
  'unsigned long',
]);
if (library2(22, 2, program, 0, 0) !== 0) throw new Error(`PR_SET_SECCOMP: errno ${koffi.errno()}`);
