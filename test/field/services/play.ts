import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { Semaphore } from '../../../src/core/semaphore.js';
import { createAuthority, selfSigned } from '../../lab/certificate/certificate.js';
import type { Case } from '../case.js';
import { inNamespace, play } from '../client.js';
import type { Played } from '../judge.js';
import { answerFrom, serveDns } from '../serve.js';
import { serviceCases } from './all.js';
import type { FieldCase, WebServer } from './case.js';

/**
 * Runs among the servers of network.ts: starts those of every case, runs the commands of the cases on the client, several
 * at a time, and prints what they printed as JSON. Arguments: the program to run, and the identifiers of the cases (default: all).
 */
const [program = '', ...only] = process.argv.slice(2);
const cases = serviceCases.filter(({ id }) => only.length === 0 || only.includes(id));
const run = promisify(execFile);
const directory = mkdtempSync('/run/field-');

const period = {
  validFrom: new Date(Date.now() - 86_400_000),
  validTo: new Date(Date.now() + 25 * 86_400_000),
};
const authorities = {
  test: await createAuthority('Field Test CA'),
  'Amazon RSA 2048 M02': await createAuthority('Amazon RSA 2048 M02'),
  R11: await createAuthority('R11'),
  'shop.test alone': await createAuthority('Shop CA', 'shop.test'),
};
const between = await authorities.test.certify('Field Issuing CA');
const caFile = join(directory, 'ca.pem');
writeFileSync(
  caFile,
  [authorities.test, authorities['Amazon RSA 2048 M02'], authorities.R11]
    .map(({ certificate }) => certificate)
    .join('\n'),
);
const store = join(directory, 'store');
mkdirSync(store);
const hash = await run('openssl', ['x509', '-hash', '-noout', '-in', caFile]).then(
  ({ stdout }) => stdout.trim(),
  () => 'none',
);
writeFileSync(join(store, `${hash}.0`), authorities.test.certificate);

/** The resolver of a case: an address for each, so that no case hears of another. */
const resolverOf = ({ id }: FieldCase): string => {
  const at = serviceCases.findIndex((each) => each.id === id);
  return `10.61.${Math.floor(at / 200)}.${(at % 200) + 1}`;
};

await silence(cases.flatMap(({ silent = [] }) => silent));
const started = new Set<string>();
for (const each of cases) {
  const { zone, resolvers = {}, web = [] } = each;
  if (zone !== undefined)
    await serveDns(resolverOf(each), typeof zone === 'function' ? zone : answerFrom(zone));
  for (const [at, behave] of Object.entries(resolvers)) await serveDns(at, behave);
  for (const server of web) {
    const at = `${server.address} ${server.port ?? 443}`;
    if (!started.has(at)) await serveWeb(server);
    started.add(at);
  }
}

const slots = new Semaphore(5);
const played = await Promise.all(
  cases.map(async (each) => {
    await slots.acquire();
    return playOne(each).finally(() => slots.release());
  }),
);
await new Promise((written) => process.stdout.write(JSON.stringify(played), written));
process.exit(0);

function playOne(given: FieldCase & Case): Promise<Played> {
  const home = join(directory, given.id);
  mkdirSync(home);
  const fill = (text: string): string =>
    text
      .replaceAll('{ca}', caFile)
      .replaceAll('{pem}', readFileSync(caFile, 'utf8'))
      .replaceAll('{intermediate}', between.certificate)
      .replaceAll('{bound}', authorities['shop.test alone'].certificate)
      .replaceAll('{store}', store)
      .replaceAll('{resolver}', resolverOf(given));
  const files = Object.entries({ '/etc/resolv.conf': 'nameserver {resolver}\n', ...given.files });
  const run = inNamespace(
    'client',
    home,
    Object.fromEntries(files.map(([path, text]) => [path, fill(text)])),
  );
  return play(given, { program, directory: home, fill, run });
}

async function silence(addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  const rules = addresses.map((each) => `${each.includes(':') ? 'ip6' : 'ip'} daddr ${each} drop;`).join(' ');
  await run('nft', [`table inet silent { chain input { type filter hook input priority 0; ${rules} }; }`]);
}

async function serveWeb({
  address: host,
  port = 443,
  names,
  issuer = 'test',
  certificate: kind,
  answer,
}: WebServer): Promise<void> {
  const authority = issuer === 'intermediate' ? between : authorities[issuer];
  const { certificate: cert, key } =
    kind === 'self' ? await selfSigned(names[0] ?? '', period) : await authority.issue({ names, ...period });
  const server = createTlsServer({ cert, key }, (socket) => {
    let received = '';
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text2 = answer(received.slice(0, end));
      received = '';
      if (text2 !== null) socket.end(text2);
    });
  });
  server.on('tlsClientError', () => {});
  server.listen(port, host);
  await once(server, 'listening');
}
