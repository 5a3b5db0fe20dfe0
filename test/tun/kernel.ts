import { closeSync, constants, openSync } from 'node:fs';
import koffi from 'koffi';

const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x1;
const IFF_NO_PI = 0x1000;
const POLLIN = 0x1;

const library = koffi.load(null);
const ioctl = library.func('int ioctl(int, unsigned long, void *)');
const ppollOf = library.func('int ppoll(_Inout_ void *, unsigned long, void *, void *)');
const readOf = library.func('int64_t read(int, _Out_ void *, size_t)');
const writeOf = library.func('int64_t write(int, void *, size_t)');

/**
 * A TUN interface (Documentation/networking/tuntap): packets that the namespace sends through it are read, and packets that are
 * written are received by the namespace. Never blocks, and reads no clock.
 */
export class TunDevice {
  readonly fd: number;
  readonly #buffer = Buffer.alloc(65536);

  /** @throws Error without /dev/net/tun or CAP_NET_ADMIN. */
  constructor(name: string) {
    this.fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
    // struct ifreq: the name, then the flags.
    const request = Buffer.alloc(40);
    request.write(name, 0, 15, 'ascii');
    request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
    if (ioctl(this.fd, TUNSETIFF, request) < 0) {
      closeSync(this.fd);
      throw new Error(`TUNSETIFF ${name} failed with errno ${koffi.errno()}`);
    }
  }

  /** The next packet, valid until the next call; null when no packet is waiting. */
  read(): Buffer | null {
    const octets = Number(readOf(this.fd, this.#buffer, this.#buffer.length));
    return octets > 0 ? this.#buffer.subarray(0, octets) : null;
  }

  /** Writes a packet. A packet that the kernel refuses is lost. */
  write(packet: Buffer): void {
    writeOf(this.fd, packet, packet.length);
  }
}

/** Waits until one of the descriptors is readable, at most `timeoutNs`, or without limit if null. Returns which are. */
export function waitReadable(descriptors: readonly number[], timeoutNs: bigint | null): boolean[] {
  const polled = Buffer.alloc(descriptors.length * 8);
  descriptors.forEach((fd, index) => {
    polled.writeInt32LE(fd, index * 8);
    polled.writeInt16LE(POLLIN, index * 8 + 4);
  });
  const timeout = timeoutNs === null ? null : timespec(timeoutNs);
  const ready = ppollOf(polled, descriptors.length, timeout, null);
  // poll(2) also reports hang-ups, after which a read returns, too.
  return descriptors.map((_, index) => ready > 0 && polled.readInt16LE(index * 8 + 6) !== 0);
}

function timespec(ns: bigint): Buffer {
  const buffer = Buffer.alloc(16);
  buffer.writeBigInt64LE(ns / 1_000_000_000n, 0);
  buffer.writeBigInt64LE(ns % 1_000_000_000n, 8);
  return buffer;
}
