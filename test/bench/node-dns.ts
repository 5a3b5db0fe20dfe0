import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';

// The peer: looks up every name of a file with c-ares of node:dns, many at a time, and prints an address per line.
const [file = '', port = '', concurrency = '100'] = process.argv.slice(2);
const resolver = new Resolver();
resolver.setServers([`127.0.0.1:${port}`]);
const names = readFileSync(file, 'utf8').trim().split('\n');
const found: string[] = [];
let next = 0;

async function work(): Promise<void> {
  while (next < names.length) {
    const index = next++;
    const answer = await resolver.resolve4(names[index] ?? '').catch((error: Error) => [error.message]);
    found[index] = answer.join(' ');
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, work));
process.stdout.write(`${found.join('\n')}\n`);
