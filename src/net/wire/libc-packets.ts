import { realtimeMs } from '../libc/control-message.js';
import { type Libc, loadLibc, SystemCallError } from '../libc/load.js';
import { poller } from '../libc/poller.js';
import { RawIpSocket, type RawPacket } from '../libc/raw-ip-socket.js';
import { encodeSockaddr } from '../libc/sockaddr.js';
import { ipv4Payload, protocolNumber } from '../packet/ip.js';
import { rawSocketError } from './capability.js';
import type { PacketListener, PacketPort } from './packet-port.js';

/** Packets read per turn of the event loop. The rest is read in the next turn. */
const packetsPerTurn = 512;

/** Destinations whose struct sockaddr is kept: more than traces run at the same time. */
const mostSockaddrs = 256;

/**
 * Opens raw sockets through libc. Compared with the raw-socket package they have the kernel's receive times, packet filters
 * and IPv6 hop limits, and need no compiler. With a `source` they are bound to it, and receive only packets to it. Throws CapabilityError where libc cannot be called or
 * CAP_NET_RAW is missing, SystemCallError where the source is not an address of this host.
 */
export async function openLibcPackets(family: 4 | 6, source: string | null = null): Promise<PacketPort> {
  const libc = await loadLibc();
  const opened: RawIpSocket[] = [];
  function open(protocol: number): RawIpSocket {
    const socket = new RawIpSocket(libc, family, protocol);
    opened.push(socket);
    if (source !== null) socket.bind(source);
    return socket;
  }
  try {
    const tcp = open(protocolNumber.tcp);
    tcp.receiveOnlyAnswers();
    const icmp = open(family === 4 ? protocolNumber.icmp : protocolNumber.icmpv6);
    icmp.receiveOnlyErrors();
    return new LibcPackets(libc, family, tcp, icmp);
  } catch (error) {
    for (const socket of opened) socket.close();
    // bind(2) refuses a source that is not an address of this host.
    if (!(error instanceof SystemCallError) || error.syscall === 'bind') throw error;
    throw rawSocketError(error.code, error) ?? error;
  }
}

class LibcPackets implements PacketPort {
  readonly #libc: Libc;
  readonly #family: 4 | 6;
  readonly #tcp: RawIpSocket;
  readonly #icmp: RawIpSocket;
  /** By destination. */
  readonly #sockaddrs = new Map<string, Buffer>();
  readonly #stopWatching: (() => void)[] = [];
  readonly #drains: ((limit: number) => void)[] = [];

  constructor(libc: Libc, family: 4 | 6, tcp: RawIpSocket, icmp: RawIpSocket) {
    this.#libc = libc;
    this.#family = family;
    this.#tcp = tcp;
    this.#icmp = icmp;
  }

  send(...[outgoing, onSent, onError]: Parameters<PacketPort['send']>): void {
    const { source, destination, ttl, segment } = outgoing;
    try {
      const to = this.#sockaddrOf(destination);
      // Only the system call comes between reading the clock and sending the packet.
      const atMs = realtimeMs(this.#libc);
      this.#tcp.send(segment, { source, ttl, to });
      onSent(atMs);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      // send(2) says EAGAIN of the buffer of a socket, and ENOBUFS of the queue of an interface. Of other calls, EAGAIN means
      // that no port is free.
      onError(error.code === 'EAGAIN' ? 'ENOBUFS' : error.code);
    }
  }

  #sockaddrOf(destination: string): Buffer {
    const known = this.#sockaddrs.get(destination);
    if (known !== undefined) return known;
    if (this.#sockaddrs.size >= mostSockaddrs) this.#sockaddrs.clear();
    const made = encodeSockaddr({ address: destination, port: 0 });
    this.#sockaddrs.set(destination, made);
    return made;
  }

  listen(listener: PacketListener): void {
    this.#watch(this.#tcp, listener, (packet, ttl, payload) =>
      listener.onSegment({ source: packet.source, ttl, segment: payload, atMs: this.#arrivedMs(packet) }),
    );
    this.#watch(this.#icmp, listener, (packet, ttl, payload) =>
      listener.onIcmp({ source: packet.source, ttl, message: payload, atMs: this.#arrivedMs(packet) }),
    );
  }

  receive(): void {
    for (const drain of this.#drains) drain(Number.POSITIVE_INFINITY);
  }

  close(): void {
    for (const stop of this.#stopWatching) stop();
    this.#tcp.close();
    this.#icmp.close();
  }

  #watch(
    socket: RawIpSocket,
    listener: PacketListener,
    deliver: (packet: RawPacket, ttl: number | null, payload: Uint8Array) => void,
  ): void {
    const drain = (limit: number) => {
      for (let read = 0; read < limit; read += 1) {
        const packet = socket.receive();
        if (packet === null) return;
        if (this.#family === 6) {
          deliver(packet, packet.hopLimit, packet.bytes);
          continue;
        }
        const found = ipv4Payload(packet.bytes);
        if (found === null) listener.onGarbage();
        else deliver(packet, found.ttl, found.payload);
      }
    };
    this.#drains.push(drain);
    this.#stopWatching.push(poller(this.#libc).add(socket.fd, 'input', () => drain(packetsPerTurn)));
  }

  #arrivedMs({ receivedAtMs }: RawPacket): number {
    return receivedAtMs ?? realtimeMs(this.#libc);
  }
}
