import type { TLSSocket } from 'node:tls';
import type { Observations } from '../diagnose/observations.js';
import { exceptionOf } from '../diagnose/private-api/answer.js';
import { defaultName } from '../diagnose/private-api/names.js';
import type { Target } from '../diagnose/target.js';
import { ask } from '../probe/http/ask.js';
import type { HttpDocument, HttpVariant } from '../probe/http/types.js';
import { variantHeaders } from '../probe/http/variant.js';
import { type Connection, handshake } from '../probe/tls/handshake.js';
import type { Signals } from './branches.js';
import type { ObserveOptions } from './observe-options.js';
import { startSecondLooks } from './second-look.js';

/** What tells a wrong name from a wrong policy, in the order asked. */
const namingVariants: HttpVariant[] = ['host', 'api-id', 'bogus'];

/** Shakes hands over a connection that opened and asks; rejects only as `handshake` and `ask` do. */
export type AskAddress = (address: string, connection: Connection) => Promise<void>;

/**
 * Shakes hands over an open connection and, where that succeeds, asks: once as the URL says, and where the gateway answers
 * that it knows no such API, again with the headers that would name it, over the same connection. A handshake that goes
 * silent or is cut off is looked at a second time, in other ways, while it is still waited for.
 */
export function startAsking(
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
