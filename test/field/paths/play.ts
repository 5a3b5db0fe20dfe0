import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Semaphore } from '../../../src/core/semaphore.js';
import { ready } from '../../ready.js';
import { inNamespace, play } from '../client.js';
import type { Played } from '../judge.js';
import { answerFrom, serveDns } from '../serve.js';
import { networkCases } from './all.js';
import type { NetworkCase } from './case.js';
import { filled, numberOf } from './network.js';
import { testAuthority } from './servers.js';

/**
 * Runs among the servers of network.ts: starts those of every case, runs the commands of the cases on their clients, several
 * cases at a time, and prints what they printed as JSON. Arguments: the program to run, and the identifiers of the cases.
 */
const [program = '', ...only] = process.argv.slice(2);
const cases = networkCases.filter(({ id }) => only.includes(id));
const directory = mkdtempSync('/run/field-');
chmodSync(directory, 0o755);
const caFile = join(directory, 'ca.pem');
writeFileSync(caFile, (await testAuthority()).certificate);

for (const each of cases) await startServers(each);
const slots = new Semaphore(6);
const played = await Promise.all(
  cases.map(async (each) => {
    await slots.acquire();
    return playOne(each).finally(() => slots.release());
  }),
);
await new Promise((written) => process.stdout.write(JSON.stringify(played), written));
process.exit(0);

async function startServers(each: NetworkCase): Promise<void> {
  const fill = filler(each);
  if (each.zone !== undefined) {
    const zone = Object.entries(each.zone).map(([name, addresses]) => [name, addresses.map(fill)]);
    await serveDns(fill('{net}.53'), answerFrom(Object.fromEntries(zone)));
  }
  for (const [at, behave] of Object.entries(each.resolvers ?? {})) await serveDns(fill(at), behave);
  for (const [place, serve] of Object.entries(each.servers ?? {})) {
    const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(fill(place)) ?? [];
    await serve({ address, port: Number(port) });
  }
}

async function playOne(each: NetworkCase): Promise<Played> {
  const n = numberOf(each);
  const home = join(directory, each.id);
  mkdirSync(home);
  // An ordinary user writes reports here, too.
  chmodSync(home, 0o777);
  const fill = filler(each);
  const files = Object.entries({ '/etc/resolv.conf': 'nameserver {net}.53\n', ...each.files });
  const run = inNamespace(
    `client-${n}`,
    home,
    Object.fromEntries(files.map(([path, text]) => [path, fill(text)])),
  );
  const beside = (each.onClient ?? []).map((argv) =>
    spawn('nsenter', [`--net=/run/netns/client-${n}`, '--', ...argv.map(fill)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(beside.map(ready));
  const played = await play(each, { program, directory: home, fill, run });
  for (const child of beside) child.kill('SIGKILL');
  return played;
}

function filler(each: NetworkCase): (text: string) => string {
  return (text) => filled(text, numberOf(each)).replaceAll('{ca}', caFile);
}
