import { constants, endianness } from 'node:os';
import { CapabilityError } from '../../core/errors.js';
import { loadKoffi } from './koffi.js';

/** The libc functions that Node lacks, called through koffi. All return -1 and set errno on failure. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  getsockname(fd: number, address: Buffer, length: Buffer): number;
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Buffer, length: Buffer): number;
  sendto(
    fd: number,
    bytes: Buffer,
    length: number,
    flags: number,
    address: Buffer,
    addressLength: number,
  ): number | bigint;
  recvmsg(fd: number, message: Buffer, flags: number): number | bigint;
  sendmsg(fd: number, message: Buffer, flags: number): number | bigint;
  sendmmsg(fd: number, messages: Buffer, count: number, flags: number): number;
  recvmmsg(fd: number, messages: Buffer, count: number, flags: number, timeout: null): number;
  /** Writes the name of an interface to `name` (IF_NAMESIZE octets). null without an interface of this index. */
  if_indextoname(index: number, name: Buffer): unknown;
  close(fd: number): number;
  clock_gettime(clock: number, result: Buffer): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: Buffer): number;
  epoll_wait(epoll: number, events: Buffer, count: number, timeoutMs: number): number;
  /**
   * The system call ppoll(2), which unlike libc's function writes the remaining time to `timeout`. Blocks a thread of the
   * pool, not the event loop.
   */
  ppoll(descriptors: Buffer, count: number, timeout: Buffer): Promise<number>;
  eventfd(initial: number, flags: number): number;
  write(fd: number, bytes: Buffer, length: number): number | bigint;
  read(fd: number, bytes: Buffer, length: number): number | bigint;
  errno(): number;
  /** The address of a buffer, for structs with pointers. The buffer must stay referenced while the address is used. */
  addressOf(buffer: Buffer): bigint;
}

let loading: Promise<Libc> | undefined;

/**
 * Loads libc through koffi, once per process. Throws CapabilityError where koffi has no binary, and on systems other than
 * 64-bit little-endian Linux: the struct layouts of this folder are only valid there.
 */
export function loadLibc(): Promise<Libc> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Libc> {
  const isKnown = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  if (!isKnown || endianness() !== 'LE') {
    throw new CapabilityError(
      'linux',
      `Sockets with error queues need Linux on x64 or arm64; this is ${process.platform} on ${process.arch}.`,
    );
  }
  const koffi = await importKoffi();
  const library = koffi.load(null);
  const syscall = library.func(
    'int64_t syscall(int64_t, _Inout_ void *, uint64_t, _Inout_ void *, void *, uint64_t)',
  );
  const SYS_ppoll = process.arch === 'x64' ? 271 : 73;
  return {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, void *, uint32_t)'),
    connect: library.func('int connect(int, void *, uint32_t)'),
    getsockname: library.func('int getsockname(int, _Out_ void *, _Inout_ void *)'),
    setsockopt: library.func('int setsockopt(int, int, int, void *, uint32_t)'),
    getsockopt: library.func('int getsockopt(int, int, int, _Out_ void *, _Inout_ void *)'),
    sendto: library.func('int64_t sendto(int, void *, size_t, int, void *, uint32_t)'),
    recvmsg: library.func('int64_t recvmsg(int, _Inout_ void *, int)'),
    sendmsg: library.func('int64_t sendmsg(int, void *, int)'),
    sendmmsg: library.func('int sendmmsg(int, _Inout_ void *, uint32_t, int)'),
    recvmmsg: library.func('int recvmmsg(int, _Inout_ void *, uint32_t, int, void *)'),
    if_indextoname: library.func('void *if_indextoname(uint32_t, _Out_ void *)'),
    close: library.func('int close(int)'),
    clock_gettime: library.func('int clock_gettime(int, _Out_ void *)'),
    epoll_create1: library.func('int epoll_create1(int)'),
    epoll_ctl: library.func('int epoll_ctl(int, int, int, void *)'),
    epoll_wait: library.func('int epoll_wait(int, _Out_ void *, int, int)'),
    ppoll: (descriptors, count, timeout) =>
      new Promise((resolve, reject) => {
        syscall.async(
          SYS_ppoll,
          descriptors,
          count,
          timeout,
          null,
          8,
          (error: unknown, ready: number | bigint) => (error ? reject(error) : resolve(Number(ready))),
        );
      }),
    eventfd: library.func('int eventfd(uint32_t, int)'),
    write: library.func('int64_t write(int, void *, size_t)'),
    read: library.func('int64_t read(int, _Out_ void *, size_t)'),
    errno: () => koffi.errno(),
    addressOf: (buffer) => koffi.address(buffer),
  };
}

async function importKoffi() {
  try {
    return await loadKoffi();
  } catch (cause) {
    throw koffiError(cause);
  }
}

/** The CapabilityError for koffi's binary that could not be loaded. */
export function koffiError(cause: unknown): CapabilityError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (cause instanceof Error && code === 'ERR_DLOPEN_FAILED') {
    const [why = ''] = cause.message.split('\n', 1);
    return new CapabilityError(
      'koffi',
      `koffi's binary cannot be loaded (${why}): a file system that is mounted noexec refuses it, and with musl it needs libstdc++ and libgcc.`,
      null,
      { cause },
    );
  }
  const name = `@koromix/koffi-linux-${process.arch}`;
  return new CapabilityError(
    'koffi',
    `The package ${name} with koffi's binary is missing; npm leaves it out with --omit=optional.`,
    `npm install ${name}`,
    { cause },
  );
}

/** Errnos of Linux that Node has no names for: <asm-generic/errno.h>, and ENOTSUPP, which the kernel leaks. */
const unnamed: readonly (readonly [number, string])[] = [
  [94, 'ESOCKTNOSUPPORT'],
  [96, 'EPFNOSUPPORT'],
  [108, 'ESHUTDOWN'],
  [112, 'EHOSTDOWN'],
  [524, 'ENOTSUPP'],
];
const names = new Map([
  ...unnamed,
  // Linux has one number for EAGAIN and EWOULDBLOCK, and its documentation uses the first.
  ...Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK')
    .map(([name, number]) => [number, name] as const),
]);

/** The symbolic name of an errno, `ECONNREFUSED` for 111; `errno 999` for a number without a name. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}

/** A failed system call. `code` is the symbolic errno, `syscall` the name of the call. */
export class SystemCallError extends Error {
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, errno: number) {
    super(`${syscall}: ${errnoName(errno)}`);
    this.name = 'SystemCallError';
    this.code = errnoName(errno);
    this.syscall = syscall;
  }
}

/** Returns the result of the latest call. Throws SystemCallError with its errno if the result is negative. */
export function checked(libc: Libc, syscall: string, result: number): number {
  if (result < 0) throw new SystemCallError(syscall, libc.errno());
  return result;
}

/** A C int or socklen_t, for setsockopt(2) and similar calls. */
export function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
