import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { decode } from 'dns-packet';
import {
  type Asked,
  address,
  type Behaviour,
  cname,
  framed,
  type Response,
  reply,
  soa,
} from '../probe/dns/server.js';

/** Starts a DNS server on port 53 of an address, UDP and TCP. It runs until the process ends. */
export async function serveDns(at: string, behave: Behaviour): Promise<void> {
  const respond = (responses: Response[], send: (packet: Buffer) => void): void => {
    for (const response of responses) {
      if (Buffer.isBuffer(response)) send(response);
      else if ('after' in response) void response.after.then(() => send(response.packet));
      else setTimeout(() => send(response.packet), response.afterMs);
    }
  };
  const socket = createSocket(at.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (raw, from) => {
    respond(behave(read(raw, 'udp'), null), (packet) => socket.send(packet, from.port, from.address));
  });
  socket.bind(53, at);
  const stream = createServer((connection) => {
    connection.on('error', () => connection.destroy());
    connection.once('data', (octets) => {
      respond(behave(read(octets.subarray(2), 'tcp'), connection), (packet) =>
        connection.write(framed(packet)),
      );
    });
  });
  stream.listen(53, at);
  await Promise.all([once(socket, 'listening'), once(stream, 'listening')]);
}

function read(raw: Buffer, transport: Asked['transport']): Asked {
  const { id = 0, questions = [], additionals = [] } = decode(raw);
  const edns = additionals.some(({ type }) => type === 'OPT');
  return { transport, id, name: questions[0]?.name ?? '', type: questions[0]?.type ?? '', edns, raw };
}

/** Answers with these addresses, by name; an entry `alias NAME` leads to another name. A name that is not here does not exist. */
export function answerFrom(zone: Readonly<Record<string, readonly string[]>>): Behaviour {
  return (asked) => {
    const aliases = [];
    let name = asked.name.toLowerCase();
    for (let [entry] = zone[name] ?? []; entry?.startsWith('alias '); [entry] = zone[name] ?? []) {
      const target = entry.slice('alias '.length);
      aliases.push(cname(name, target));
      name = target;
    }
    const found = zone[name];
    if (found === undefined)
      return [reply(asked, { answers: aliases, rcode: 3, authorities: [soa('test')] })];
    const own = found.filter((each) => each.includes(':') === (asked.type === 'AAAA'));
    const addresses =
      asked.type === 'A' || asked.type === 'AAAA' ? own.map((each) => address(name, each)) : [];
    const authorities = addresses.length === 0 ? [soa('test')] : [];
    return [reply(asked, { answers: [...aliases, ...addresses], authorities })];
  };
}
