import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import dnsPacket from 'dns-packet';

/** Servers on loopback, for the tests of the program. */

/** Options of a command whose answer comes from this process, which may stand still on a busy machine. */
export const patient = ['--timeout', '60s'];

export interface DnsServer {
  /** In the syntax of `--server`. */
  server: string;
  /** Resolves when the first question has come. */
  asked: Promise<void>;
  close(): void;
}

/** Answers for every name, except that `missing.example` does not exist and `silent.example` gets no reply. */
export async function dnsServer(usual = '10.0.1.23'): Promise<DnsServer> {
  const socket = createSocket('udp4');
  let announce: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    announce = resolve;
  });
  socket.on('message', (message, peer) => {
    announce();
    const query = dnsPacket.decode(message);
    const [question] = query.questions ?? [];
    if (question === undefined || question.name === 'silent.example') return;
    const reply = dnsPacket.encode({
      type: 'response',
      id: query.id ?? 0,
      flags:
        dnsPacket.RECURSION_DESIRED |
        dnsPacket.RECURSION_AVAILABLE |
        (question.name === 'missing.example' ? 3 : 0),
      questions: [question],
      answers: question.name === 'missing.example' ? [] : answersTo(question.name, question.type, usual),
    });
    socket.send(reply, peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { server: `127.0.0.1#${socket.address().port}`, asked, close: () => socket.close() };
}

function answersTo(name: string, type: string, usual: string): dnsPacket.Answer[] {
  if (type === 'A')
    return [{ name, type: 'A', ttl: 60, data: name === 'other.example' ? '10.9.9.9' : usual }];
  if (type === 'PTR') return [{ name, type: 'PTR', ttl: 60, data: 'api.example' }];
  if (type === 'TXT') return [{ name, type: 'TXT', ttl: 60, data: 'before\x1b[31mafter' }];
  return [];
}

/** A TCP server that accepts connections and sends nothing. */
export async function tcpServer(): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: portOf(server), server };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}
