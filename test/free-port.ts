import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 that is free over UDP and TCP, for a program that is told its port. It is outside the range from which the
 * kernel takes the ports of connections and of servers without a wish (ip(7), ip_local_port_range), so that none of them takes it
 * before the program does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = outsideRange();
    const udp = createSocket('udp4');
    const tcp = createServer();
    const bound = [once(udp, 'listening'), once(tcp, 'listening')];
    udp.bind(port, '127.0.0.1');
    tcp.listen(port, '127.0.0.1');
    const results = await Promise.allSettled(bound);
    const closed = [once(udp, 'close'), ...(tcp.listening ? [once(tcp, 'close')] : [])];
    udp.close();
    tcp.close();
    await Promise.all(closed);
    if (results.every(({ status }) => status === 'fulfilled')) return port;
  }
}

/** A port of the larger part of 10000 to 65535 that lies below or above the kernel's range. */
function outsideRange(): number {
  const [first = 0, last = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .split(/\s+/)
    .map(Number);
  const [least, count] =
    first - 10_000 > 65_535 - last ? [10_000, first - 10_000] : [last + 1, 65_535 - last];
  return least + Math.floor(Math.random() * count);
}
