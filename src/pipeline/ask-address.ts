import type { TLSSocket } from 'node:tls';
import type { Observations } from '../diagnose/observations.js';
import { exceptionOf } from '../diagnose/private-api/answer.js';
import { defaultName } from '../diagnose/private-api/names.js';
import type { Target } from '../diagnose/target.js';
import { ask } from '../probe/http/ask.js';
import type { HttpDocument, HttpVariant } from '../probe/http/types.js';
import { variantHeaders } from '../probe/http/variant.js';
import { handshake } from '../probe/tls/handshake.js';
import type { ObserveOptions } from './observe.js';

/** What tells a wrong name from a wrong policy, in the order asked. */
const namingVariants: HttpVariant[] = ['host', 'api-id', 'bogus'];

/**
 * Shakes hands with one open address and, where that succeeded, asks it: once as the URL says, and where the gateway
 * answered that it knows no such API, again with the headers that would name it, over the same connection.
 */
export async function askAddress(
  target: Target,
  address: string,
  options: ObserveOptions,
  observations: Observations,
): Promise<void> {
  const { timeoutMs, source, ca, signal, stop } = options;
  options.onProgress?.(`shaking hands with ${address}`);
  const { document, socket } = await handshake(
    { address, port: target.port, serverName: target.host },
    { timeoutMs, source, ca, signal, stop },
  );
  observations.tls.push(document);
  if (socket === null) return;
  try {
    if (options.http !== false) await askOver(socket, target, address, options, observations);
  } finally {
    socket.destroy();
  }
}

async function askOver(
  socket: TLSSocket,
  target: Target,
  address: string,
  options: ObserveOptions,
  observations: Observations,
): Promise<void> {
  const { url, privateApi } = target;
  if (url === null) return;
  const { timeoutMs, signal, stop } = options;
  const apiHost = privateApi === null ? null : defaultName(privateApi);
  const names = { apiHost: apiHost === target.host ? null : apiHost, apiId: privateApi?.apiId ?? null };

  async function askOnce(variant: HttpVariant): Promise<HttpDocument | null> {
    const headers = variantHeaders(variant, names);
    if (headers === null || url === null || socket.destroyed) return null;
    options.onProgress?.(`asking ${url}`);
    const document = await ask(socket, { variant, url, address, headers }, { timeoutMs, signal, stop });
    observations.http.push(document);
    return document;
  }

  const plain = await askOnce('plain');
  // This is how the gateway says that it found no API by this name; only then do other names teach anything.
  if (plain === null || exceptionOf(plain) !== 'ForbiddenException' || names.apiId === null) return;
  for (const variant of namingVariants) await askOnce(variant);
}
