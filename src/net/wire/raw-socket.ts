import type { Socket as RawSocket } from 'raw-socket';
import { type Clock, systemClock } from '../../core/clock.js';
import { CapabilityError } from '../../core/errors.js';
import {
  ICMP_FILTER,
  ICMP6_FILTER,
  IP_HDRINCL,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_UNICAST_HOPS,
  SOL_RAW,
} from '../libc/constants.js';
import { errorsOnly } from '../libc/packet-filter.js';
import { decodeIpv4, encodeIpv4, protocolNumber } from '../packet/ip.js';
import { rawSocketError } from './capability.js';
import type { PacketListener, PacketPort } from './packet-port.js';

type RawModule = typeof import('raw-socket').default;

/** The level and name of the option that filters ICMP messages by type. */
const icmpFilter = { 4: [SOL_RAW, ICMP_FILTER], 6: [IPPROTO_ICMPV6, ICMP6_FILTER] } as const;

/**
 * `--allow-scripts` lets npm 11.16 and later run the package's install script, which compiles it; earlier versions run every
 * install script and ignore the option.
 */
const installRemedy = 'npm install raw-socket --allow-scripts=raw-socket';

/**
 * Imports the raw-socket package, an optional peer dependency with a compiled part. Throws CapabilityError with the command
 * that adds it where it is missing or not built.
 */
export async function loadRawSocket(): Promise<RawModule> {
  try {
    return (await import('raw-socket')).default;
  } catch (cause) {
    throw new CapabilityError(
      'raw-socket',
      `The raw-socket package is not installed, or not built for Node ${process.versions.node}.`,
      installRemedy,
      { cause },
    );
  }
}

/**
 * Opens two raw sockets of the raw-socket package, one for TCP, which sends and receives, and one for ICMP, which receives.
 * Throws CapabilityError without the package or without CAP_NET_RAW. For the main thread only: the package crashes in
 * workers.
 */
export async function openRawSocketPackets(family: 4 | 6, clock: Clock = systemClock): Promise<PacketPort> {
  const module = await loadRawSocket();
  const addressFamily = family === 4 ? module.AddressFamily.IPv4 : module.AddressFamily.IPv6;
  const icmpProtocol = family === 4 ? protocolNumber.icmp : protocolNumber.icmpv6;
  const tcp = createSocket(module, { addressFamily, protocol: protocolNumber.tcp, bufferSize: 65536 });
  let icmp: RawSocket | null = null;
  try {
    icmp = createSocket(module, { addressFamily, protocol: icmpProtocol, bufferSize: 65536 });
    if (family === 4) tcp.setOption(IPPROTO_IP, IP_HDRINCL, 1);
    const [level, option] = icmpFilter[family];
    const wanted = errorsOnly(family);
    icmp.setOption(level, option, wanted, wanted.length);
    return new RawSocketPackets(family, tcp, icmp, clock);
  } catch (error) {
    tcp.close();
    icmp?.close();
    throw error;
  }
}

function createSocket(module: RawModule, options: Parameters<RawModule['createSocket']>[0]): RawSocket {
  try {
    return module.createSocket(options);
  } catch (cause) {
    // The package's errors have strerror's text and no code.
    const code = cause instanceof Error ? errnoOfText(cause.message) : '';
    throw rawSocketError(code, cause) ?? cause;
  }
}

class RawSocketPackets implements PacketPort {
  readonly #family: 4 | 6;
  readonly #tcp: RawSocket;
  readonly #icmp: RawSocket;
  readonly #clock: Clock;
  #nextIdentification = Math.floor(Math.random() * 0x10000);

  constructor(family: 4 | 6, tcp: RawSocket, icmp: RawSocket, clock: Clock) {
    this.#family = family;
    this.#tcp = tcp;
    this.#icmp = icmp;
    this.#clock = clock;
  }

  send(...[outgoing, onSent, onError]: Parameters<PacketPort['send']>): void {
    const { source, destination, ttl, segment } = outgoing;
    const packet =
      this.#family === 4
        ? encodeIpv4(
            {
              source,
              destination,
              ttl,
              protocol: protocolNumber.tcp,
              identification: this.#identification(),
            },
            segment,
          )
        : Buffer.from(segment);
    const before = () => {
      if (this.#family === 6) this.#tcp.setOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
      onSent(this.#clock.now());
    };
    this.#tcp.send(packet, 0, packet.length, destination, before, (error) => {
      if (error) onError(errnoOfText(error.message));
    });
  }

  listen(listener: PacketListener): void {
    this.#tcp.on('message', (bytes, sender) => {
      const packet = this.#unwrap(bytes, sender);
      if (packet === null) listener.onGarbage();
      else listener.onSegment({ ...packet, segment: packet.payload, atMs: this.#clock.now() });
    });
    this.#icmp.on('message', (bytes, sender) => {
      const packet = this.#unwrap(bytes, sender);
      if (packet === null) listener.onGarbage();
      else listener.onIcmp({ ...packet, message: packet.payload, atMs: this.#clock.now() });
    });
    // A receive error concerns one read (ENOBUFS, EINTR). The socket stays usable.
    this.#tcp.on('error', () => listener.onGarbage());
    this.#icmp.on('error', () => listener.onGarbage());
  }

  /** No effect: the package delivers packets only from the event loop. */
  receive(): void {}

  close(): void {
    this.#tcp.removeAllListeners('message');
    this.#icmp.removeAllListeners('message');
    this.#tcp.close();
    this.#icmp.close();
  }

  /** Raw IPv4 sockets deliver the IP header, raw IPv6 sockets do not (raw(7), RFC 3542 section 3). */
  #unwrap(bytes: Buffer, sender: string): { source: string; ttl: number | null; payload: Uint8Array } | null {
    if (this.#family === 6) return { source: sender, ttl: null, payload: bytes };
    const header = decodeIpv4(bytes);
    if (header === null) return null;
    return { source: header.source, ttl: header.ttl, payload: bytes.subarray(header.headerLength) };
  }

  #identification(): number {
    this.#nextIdentification = (this.#nextIdentification + 1) & 0xffff;
    return this.#nextIdentification;
  }
}

const errnoTexts: Record<string, string> = {
  'Operation not permitted': 'EPERM',
  'Permission denied': 'EACCES',
  'Network is unreachable': 'ENETUNREACH',
  'No route to host': 'EHOSTUNREACH',
  'Invalid argument': 'EINVAL',
  'No buffer space available': 'ENOBUFS',
  'Message too long': 'EMSGSIZE',
  'Protocol not supported': 'EPROTONOSUPPORT',
  'Address family not supported by protocol': 'EAFNOSUPPORT',
  'Socket type not supported': 'ESOCKTNOSUPPORT',
  'Protocol not available': 'ENOPROTOOPT',
  'Operation not supported': 'EOPNOTSUPP',
  'Function not implemented': 'ENOSYS',
};

/** The errno for an error text with strerror's words in it; the text itself where none of the table is. */
function errnoOfText(text: string): string {
  const words = Object.keys(errnoTexts).find((each) => text.toLowerCase().includes(each.toLowerCase()));
  return (words === undefined ? undefined : errnoTexts[words]) ?? text;
}
