import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { decode, encode } from 'dns-packet';
import { dnsServer } from '../cli/servers.js';
import { createAuthority, type Identity } from '../lab/certificate/certificate.js';

/** The other end of a fault. */
export interface Peer {
  port: number;
  /** Resolves when the first client has come. */
  asked: Promise<void>;
  /** Further words of the command that it stands for. */
  words?: Readonly<Record<string, string>>;
  close(): void;
}

const dayMs = 86_400_000;
const period = { validFrom: new Date(Date.now() - dayMs), validTo: new Date(Date.now() + 30 * dayMs) };
const authority = createAuthority('pprobe faults');
/** For 127.0.0.1. */
const identity = authority.then((issuer) => issuer.issue({ names: ['ip:127.0.0.1'], ...period }));

/** PEM of the authority behind all certificates here. */
export const authorityPem = async (): Promise<string> => (await authority).certificate;

type Serve = (socket: Socket, onData: (listener: (chunk: Buffer) => void) => void) => void;

async function listening(
  server: Server,
  serve: Serve,
  event: 'connection' | 'secureConnection',
): Promise<Peer> {
  const sockets = new Set<Socket>();
  let announce = (): void => {};
  const asked = new Promise<void>((resolve) => {
    announce = resolve;
  });
  server.on('connection', (socket: Socket) => {
    announce();
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  server.on(event, (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket, (listener) => socket.on('data', listener));
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Sends `text` and then `again` for as long as the client takes it, after the client's first octets or at once. */
function pour(socket: Socket, text: string | Buffer, again: string | Buffer): void {
  const more = Buffer.concat(Array.from({ length: 64 }, () => Buffer.from(again)));
  socket.write(text);
  const send = (): void => {
    while (!socket.destroyed && socket.write(more)) {
      if (socket.writableLength > 1_000_000) break;
    }
  };
  socket.on('drain', send);
  send();
}

/** A TCP server that says `text` and then `again` without end. */
export const pouring =
  (text: string | Buffer, again: string | Buffer, isFirst = false) =>
  (): Promise<Peer> =>
    listening(
      createServer(),
      (socket, onData) => {
        if (isFirst) return pour(socket, text, again);
        onData(() => {});
        socket.once('data', () => pour(socket, text, again));
      },
      'connection',
    );

/** A TCP server that sends an octet of a text each 20 ms, and starts again at its end. */
export const dripping = (text: Buffer) => (): Promise<Peer> =>
  listening(
    createServer(),
    (socket, onData) => {
      let at = 0;
      onData(() => {});
      const timer = setInterval(
        () => socket.write(text.subarray(at % text.length, (at++ % text.length) + 1)),
        20,
      );
      socket.on('close', () => clearInterval(timer));
    },
    'connection',
  );

/** A TCP server that says nothing. */
export const silent = (): Promise<Peer> =>
  listening(createServer(), (_socket, onData) => onData(() => {}), 'connection');

async function tlsServer(made: Promise<Identity>, serve: Serve): Promise<Peer> {
  const { certificate, key } = await made;
  return listening(createTlsServer({ cert: certificate, key }), serve, 'secureConnection');
}

/** An HTTPS server for 127.0.0.1 that answers each request with `text`, and then `again` without end. */
export const httpsPouring = (text: string, again: string) => (): Promise<Peer> =>
  tlsServer(identity, (socket) => socket.once('data', () => pour(socket, text, again)));

/** A certificate for these names. */
export const identityFor = async (names: readonly string[]): Promise<Identity> =>
  (await authority).issue({ names, ...period });

/**
 * An HTTPS server with this certificate that answers each request with 200, and the DNS server DNS that gives 127.0.0.1 for
 * every name.
 */
export const httpsAndNames = (made: () => Promise<Identity>) => async (): Promise<Peer> => {
  const https = await tlsServer(made(), (socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')),
  );
  const dns = await dnsServer('127.0.0.1');
  return {
    ...https,
    words: { DNS: dns.server },
    close() {
      https.close();
      dns.close();
    },
  };
};

/** A UDP server that answers each query with replies without end, each made from the query. */
export const udpPouring =
  (replyTo: (query: Buffer, index: number) => Buffer | null) => async (): Promise<Peer> => {
    const socket = createSocket('udp4');
    let isOpen = true;
    let announce = (): void => {};
    const asked = new Promise<void>((resolve) => {
      announce = resolve;
    });
    socket.on('error', () => {});
    socket.on('message', (query, from) => {
      announce();
      let index = 0;
      const send = (): void => {
        if (!isOpen || index > 200_000) return;
        for (let count = 0; count < 64; count++) {
          const reply = replyTo(query, index++);
          if (reply === null) return;
          socket.send(reply, from.port, from.address, () => {});
        }
        setImmediate(send);
      };
      send();
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return {
      port: socket.address().port,
      asked,
      close() {
        isOpen = false;
        socket.close();
      },
    };
  };

/** A UDP server that says nothing. */
export const udpSilent = udpPouring(() => null);

/** A TCP server of DNS that answers a query with messages without end, each made from the query. */
export const dnsStream = (replyTo: (query: Buffer) => Buffer) => (): Promise<Peer> =>
  listening(
    createServer(),
    (socket) =>
      socket.once('data', (chunk: Buffer) => {
        const reply = replyTo(chunk.subarray(2));
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        pour(socket, '', Buffer.concat([length, reply]));
      }),
    'connection',
  );

/** A DNS server that answers each query with one TXT record. */
export const udpText = (text: string) =>
  udpPouring((query, index) => {
    if (index > 0) return null;
    const { id = 0, questions = [] } = decode(query);
    const answers = questions.map(({ name }) => ({ type: 'TXT' as const, name, ttl: 60, data: text }));
    return encode({ type: 'response', id, flags: 0x0180, questions, answers });
  });

/** A DNS server that answers each query with an alias of a further name. */
export const udpAliases = udpPouring((query, index) => {
  if (index > 0) return null;
  const { id = 0, questions = [] } = decode(query);
  const answers = questions.map(({ name }) => ({
    type: 'CNAME' as const,
    name,
    ttl: 60,
    data: `x${name}`,
  }));
  return encode({ type: 'response', id, flags: 0x0180, questions, answers });
});

/** A DNS server that answers a query over TCP with as many TXT records as fit into a message, again and again. */
export const dnsTexts = dnsStream((query) => {
  const { id = 0, questions = [] } = decode(query);
  const [{ name } = { name: '' }] = questions;
  const answers = Array.from({ length: 230 }, () => ({
    type: 'TXT' as const,
    name,
    ttl: 60,
    data: 'a'.repeat(255),
  }));
  return encode({ type: 'response', id, flags: 0x0180, questions, answers });
});

/** A DNS server that answers as in the other tests of the command line. */
export async function dns(): Promise<Peer> {
  const { server, asked, close } = await dnsServer();
  return { port: Number(server.replace(/^.*#/, '')), asked, close };
}
