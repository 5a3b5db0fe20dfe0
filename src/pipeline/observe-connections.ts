import type { Observations } from '../diagnose/observations.js';
import type { Target } from '../diagnose/target.js';
import { connectAddresses } from '../probe/tcp/connect-addresses.js';
import type { TcpAttempt, TcpDocument } from '../probe/tcp/types.js';
import type { TlsPurpose } from '../probe/tls/types.js';
import { startAsking } from './ask-address.js';
import type { Branches } from './branches.js';
import { connectTimeoutMs, type ObserveOptions } from './observe-options.js';

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
