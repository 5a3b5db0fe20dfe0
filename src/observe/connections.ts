import type { TLSSocket } from 'node:tls';
import { exceptionOf } from '../documents/gateway-answer.js';
import type { HttpDocument, HttpVariant } from '../documents/http.js';
import type { Observations } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import type { TcpAttempt, TcpDocument } from '../documents/tcp.js';
import type { TlsPurpose } from '../documents/tls.js';
import { ask } from '../probe/http/ask.js';
import { variantHeaders } from '../probe/http/request.js';
import { connectAddresses } from '../probe/tcp/connect-addresses.js';
import { type Connection, handshake } from '../probe/tls/handshake.js';
import { defaultName } from '../target/private-api/names.js';
import type { Branches, Signals } from './branches.js';
import { connectTimeoutMs, type ObserveOptions } from './options.js';
import { startSecondLooks } from './second-look.js';

/**
 * Connects to every address at once; the moment one opens it is shaken hands with and asked over that very connection,
 * without waiting for the others. Resolves when all of it has ended, with what TCP came to.
 */
export async function connectAndAsk(
  target: Target,
  addresses: readonly string[],
  options: ObserveOptions,
  branches: Branches,
  observations: Observations,
  onAttempt: (attempt: TcpAttempt) => void,
): Promise<TcpDocument> {
  const { host, port, url } = target;
  const { timeoutMs = connectTimeoutMs, source } = options;
  const some = addresses.length === 1 ? addresses[0] : `${addresses.length} addresses`;
  options.onProgress?.(`connecting to ${some}`);
  const asking: Promise<void>[] = [];
  const askAddress = startAsking(target, options, branches.signals, observations);
  const document = await connectAddresses(
    { host, port, addresses, resolution: null },
    {
      timeoutMs,
      source,
      ...branches.signals,
      onAttempt,
      onOpen({ address, durationMs }, socket) {
        if (url === null) socket.destroy();
        else asking.push(branches.run('tls', () => askAddress(address, { socket, connectMs: durationMs })));
      },
    },
  );
  observations.tcp.push(document);
  await Promise.all(asking);
  sortByAddress(observations, addresses);
  return document;
}

/** Answers come in any order; a report that lists them by address can be laid beside another one. */
function sortByAddress(observations: Observations, addresses: readonly string[]): void {
  const purposes: readonly TlsPurpose[] = ['target', 'other-name', 'small-segments'];
  const place = ({ address }: { address: string }) => addresses.indexOf(address);
  observations.tls.sort(
    (first, second) =>
      purposes.indexOf(first.purpose ?? 'target') - purposes.indexOf(second.purpose ?? 'target') ||
      place(first) - place(second),
  );
  observations.http.sort((first, second) => place(first) - place(second));
  observations.pathMtu?.sort((first, second) => place(first) - place(second));
}

/** What tells a wrong name from a wrong policy, in the order asked. */
const namingVariants: HttpVariant[] = ['host', 'api-id', 'bogus'];

/** Shakes hands over a connection that opened and asks; rejects only as `handshake` and `ask` do. */
export type AskAddress = (address: string, connection: Connection) => Promise<void>;

/**
 * Shakes hands over an open connection and, where that succeeds, asks: once as the URL says, and where the gateway answers
 * that it knows no such API, again with the headers that would name it, over the same connection. A handshake that goes
 * silent or is cut off is looked at a second time, in other ways, while it is still waited for.
 */
function startAsking(
  target: Target,
  options: ObserveOptions,
  signals: Signals,
  observations: Observations,
): AskAddress {
  const { timeoutMs, ca } = options;
  const { host, port } = target;
  const secondLook = startSecondLooks(target, options, signals, observations);
  return async (address, connection) => {
    options.onProgress?.(`shaking hands with ${address}`);
    const look = secondLook(address, connection.connectMs);
    let socket: TLSSocket | null = null;
    try {
      const input = { address, port, serverName: host };
      const shaken = await handshake(input, { connection, timeoutMs, ca, ...signals });
      socket = shaken.socket;
      observations.tls.push(shaken.document);
      await look.finish(shaken.document);
      if (socket !== null && options.http !== false)
        await askOver(socket, target, address, options, signals, observations);
    } finally {
      socket?.destroy();
      look.drop();
    }
  };
}

async function askOver(
  socket: TLSSocket,
  target: Target,
  address: string,
  options: ObserveOptions,
  signals: Signals,
  observations: Observations,
): Promise<void> {
  const { url, privateApi } = target;
  if (url === null) return;
  const { timeoutMs, query = '', keepQuery = false } = options;
  const apiHost = privateApi === null ? null : defaultName(privateApi);
  const names = { apiHost: apiHost === target.host ? null : apiHost, apiId: privateApi?.apiId ?? null };

  async function askOnce(variant: HttpVariant): Promise<HttpDocument | null> {
    const headers = variantHeaders(variant, names);
    if (headers === null || socket.destroyed) return null;
    options.onProgress?.(`asking ${url}`);
    const input = { variant, url: `${url}${query}`, address, headers, keepQuery };
    const document = await ask(socket, input, { timeoutMs, ...signals });
    observations.http.push(document);
    return document;
  }

  const plain = await askOnce('plain');
  // This is how the gateway says that it found no API by this name; only then do other names teach anything.
  if (plain === null || exceptionOf(plain) !== 'ForbiddenException' || names.apiId === null) return;
  for (const variant of namingVariants) await askOnce(variant);
}
