import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import type { Test } from 'tap';

/** A query as received by the server. */
export interface Asked {
  transport: 'udp' | 'tcp';
  id: number;
  name: string;
  /** The mnemonic of dns-packet: `A`, `UNKNOWN_65`. */
  type: string;
  edns: boolean;
  raw: Buffer;
}

/** A packet to send back, at once, later, or after an event. Over TCP it is preceded by its length. */
export type Response =
  | Buffer
  | { afterMs: number; packet: Buffer }
  | { after: Promise<unknown>; packet: Buffer };

/** Handles a query. Over TCP it may use the connection itself. */
export type Behaviour = (asked: Asked, connection: Socket | null) => Response[];

export interface TestServer {
  /** In the form of the option `servers`. */
  text: string;
  port: number;
  asked: Asked[];
  /** UDP source ports of the queries. */
  sources: number[];
}

/** Starts a DNS server, UDP and TCP on one port, by default one of loopback. It is closed when the test ends. */
export async function serve(
  t: Test,
  behave: Behaviour,
  { tcp = true, host = '127.0.0.1', port: wanted = 0 } = {},
): Promise<TestServer> {
  const asked: Asked[] = [];
  const sources: number[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const connections = new Set<Socket>();
  const respond = (responses: Response[], send: (packet: Buffer) => void): void => {
    for (const response of responses) {
      if (Buffer.isBuffer(response)) send(response);
      else if ('after' in response) void response.after.then(() => send(response.packet));
      else timers.add(setTimeout(() => send(response.packet), response.afterMs));
    }
  };
  const { datagram, stream, port } = await bindBoth(host, wanted);
  datagram.on('message', (raw, from) => {
    const query = read(raw, 'udp');
    asked.push(query);
    sources.push(from.port);
    respond(behave(query, null), (packet) => datagram.send(packet, from.port, from.address));
  });
  stream.on('connection', (connection) => {
    connections.add(connection);
    connection.on('error', () => connection.destroy());
    connection.once('data', (octets) => {
      const query = read(octets.subarray(2), 'tcp');
      asked.push(query);
      respond(behave(query, connection), (packet) => connection.write(framed(packet)));
    });
  });
  const closeStream = () => new Promise((closed) => stream.close(closed));
  if (!tcp) await closeStream();
  t.teardown(async () => {
    for (const timer of timers) clearTimeout(timer);
    for (const connection of connections) connection.destroy();
    datagram.close();
    if (tcp) await closeStream();
  });
  return { text: `${host}#${port}`, port, asked, sources };
}

/** Binds both sockets to one port. Repeats with another port if the one chosen for TCP is not free for UDP. */
async function bindBoth(
  host: string,
  wanted: number,
): Promise<{ datagram: UdpSocket; stream: Server; port: number }> {
  for (;;) {
    const stream = createServer();
    stream.listen(wanted, host);
    await once(stream, 'listening');
    const address = stream.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const datagram = createSocket('udp4');
    datagram.bind(port, host);
    const bound = await once(datagram, 'listening').then(
      () => true,
      () => false,
    );
    if (bound) return { datagram, stream, port };
    stream.close();
  }
}

export function framed(packet: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return Buffer.concat([length, packet]);
}

export interface Content {
  answers?: Answer[];
  authorities?: Answer[];
  additionals?: Answer[];
  rcode?: number;
  /** In addition to RD and RA. */
  flags?: number;
}

export const truncatedFlag = 0x0200;

/** A well-formed reply to a query. */
export function reply(asked: Asked, content: Content = {}): Buffer {
  const { answers = [], authorities = [], additionals = [], rcode = 0, flags = 0 } = content;
  const questions = decode(asked.raw).questions ?? [];
  const packet: Packet = {
    type: 'response',
    id: asked.id,
    flags: 0x0180 | flags | rcode,
    questions,
    answers,
    authorities,
    additionals,
  };
  return encode(packet);
}

/** An address record for dns-packet. */
export function address(name: string, data: string, ttl = 60): Answer {
  return { type: data.includes(':') ? 'AAAA' : 'A', name, ttl, data };
}

export function cname(name: string, data: string, ttl = 60): Answer {
  return { type: 'CNAME', name, ttl, data };
}

export function soa(name: string): Answer {
  return {
    type: 'SOA',
    name,
    ttl: 60,
    data: {
      mname: `ns.${name}`,
      rname: `admin.${name}`,
      serial: 1,
      refresh: 2,
      retry: 3,
      expire: 4,
      minimum: 5,
    },
  };
}

/** A record of any type with the octets of its data. */
export function rawRecord(name: string, type: number, data: Buffer, ttl = 60): Answer {
  return { type: `UNKNOWN_${type}` as 'NULL', name, ttl, data };
}

/** An OPT record with options and the upper bits of the rcode. */
export function opt(options: { code: number; data: Buffer }[] = [], extendedRcode = 0): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: options as never,
  };
}

function read(raw: Buffer, transport: Asked['transport']): Asked {
  const packet = decode(raw);
  const [question] = packet.questions ?? [];
  const edns = (packet.additionals ?? []).some((record) => record.type === 'OPT');
  return { transport, id: packet.id ?? 0, name: question?.name ?? '', type: question?.type ?? '', edns, raw };
}
