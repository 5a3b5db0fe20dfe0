// Runs inside namespaces of its own, with a resolv.conf of its own: argv[2]. Servers on 127.0.0.1 and 127.0.0.2, port 53, have the habits of servers
// that people have met. Prints what getent(1) and pprobe say to each, as JSON.

import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { decode } from 'dns-packet';
import { resolve } from '../../src/probe/dns/resolve.js';
import { type Asked, address, cname, opt, rawRecord, reply, soa } from '../probe/dns/server.js';

type Habit = (asked: Asked) => { afterMs: number; packet: Buffer } | null;

const good =
  (data: string, afterMs = 0): Habit =>
  (asked) => ({
    afterMs,
    packet: reply(asked, {
      answers: asked.type === 'A' ? [address(asked.name, data)] : [],
      authorities: asked.type === 'A' ? [] : [soa('test')],
    }),
  });
const says =
  (content: Parameters<typeof reply>[1], flags = 0x8180): Habit =>
  (asked) => {
    const packet = reply(asked, content);
    packet.writeUInt16BE(flags | (content?.rcode ?? 0), 2);
    return { afterMs: 0, packet };
  };
const withoutEdns =
  (habit: Habit): Habit =>
  (asked) =>
    asked.edns ? habit(asked) : good('10.0.0.5')(asked);

/** The habits of the first and the second server. */
const cases: Record<string, [Habit, Habit?]> = {
  'every reply takes 2.6 s': [good('10.0.0.5', 2600)],
  'the first server takes 1.6 s': [good('10.0.0.5', 1600), good('10.0.0.6')],
  'the first server is silent': [() => null, good('10.0.0.6')],
  'EDNS is dropped': [withoutEdns(() => null), good('10.0.0.6')],
  'EDNS gives SERVFAIL': [withoutEdns(says({ rcode: 2 })), good('10.0.0.6')],
  'EDNS gives NXDOMAIN': [withoutEdns(says({ rcode: 3 }))],
  'SERVFAIL, then a good server': [says({ rcode: 2 }), good('10.0.0.6')],
  'REFUSED, then a good server': [says({ rcode: 5 }), good('10.0.0.6')],
  'an empty reply without RA, then a good server': [says({}, 0x8100), good('10.0.0.6')],
  'NXDOMAIN, then a good server': [says({ rcode: 3 }), good('10.0.0.6')],
  'no data, then a good server': [says({ authorities: [soa('test')] }), good('10.0.0.6')],
  'OPT in the answer section': [
    (asked) => ({
      afterMs: 0,
      packet: reply(asked, {
        answers: asked.type === 'A' ? [address(asked.name, '10.0.0.5'), opt()] : [opt()],
      }),
    }),
  ],
  'an alias of a name that does not exist': [says({ rcode: 3, answers: [cname('a.test', 'gone.test')] })],
  'a DNAME without its CNAME': [
    says({ answers: [rawRecord('test', 39, Buffer.from('\x03net\0', 'latin1'))] }),
  ],
  'AAAA is never answered': [(asked) => (asked.type === 'A' ? good('10.0.0.5')(asked) : null)],
};

async function start(at: string, habitNow: () => Habit): Promise<void> {
  const server = createSocket('udp4');
  server.on('message', (raw, from) => {
    const packet = decode(raw);
    const [question] = packet.questions ?? [];
    const edns = (packet.additionals ?? []).some(({ type }) => type === 'OPT');
    const { name = '', type = '' } = question ?? {};
    const response = habitNow()({ transport: 'udp', id: packet.id ?? 0, name, type, edns, raw });
    if (response === null) return;
    setTimeout(() => server.send(response.packet, from.port, from.address), response.afterMs);
  });
  server.bind(53, at);
  await once(server, 'listening');
  const tcp = createServer();
  tcp.listen(53, at);
  await once(tcp, 'listening');
}

let current: [Habit, Habit?] = [() => null];
await start('127.0.0.1', () => current[0]);
await start('127.0.0.2', () => current[1] ?? (() => null));
const said: Record<string, { getent: string[]; pprobe: string[]; status: string }> = {};
for (const [name, habits] of Object.entries(cases)) {
  current = habits;
  const servers = habits.length === 1 ? ['127.0.0.1'] : ['127.0.0.1', '127.0.0.2'];
  const lines = [...servers.map((server) => `nameserver ${server}`), 'options timeout:3 attempts:2', ''];
  writeFileSync(process.argv[2] ?? '', lines.join('\n'));
  const asking = promisify(execFile)('getent', ['ahosts', 'a.test.']).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const [printed, document] = await Promise.all([asking, resolve('a.test.')]);
  const getent = [...new Set(printed.split('\n').flatMap((line) => line.split(/\s+/)[0] || []))];
  said[name] = { getent, pprobe: document.addresses.map((each) => each.address), status: document.status };
}
console.log(JSON.stringify(said));
process.exit();
