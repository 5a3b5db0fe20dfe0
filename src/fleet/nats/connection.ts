import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { orAborted } from '../../core/deadline.js';
import { CapabilityError, InvalidInputError } from '../../core/errors.js';
import { randomBelow } from '../../core/random.js';
import { quoted, quotedTarget } from '../../core/text.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import type { DeniedPlaces } from '../../target/allow-list.js';
import { checkHost, checkSendable } from '../../target/host.js';
import type { NatsConnection, NodeConnectionOptions } from './client.js';

/** Where the broker is and how to trust it. */
export interface Broker {
  /** `tls://HOST[:PORT]` or `nats://HOST[:PORT]`. */
  server: string;
  /** Accept a connection without TLS to another host. */
  insecure: boolean;
  /** A file with the authorities to trust for TLS; null for those of Node. */
  caFile: string | null;
}

/** A checked `Broker`. */
interface BrokerAddress {
  host: string;
  port: number;
  isTls: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const right = 'give tls://HOST[:PORT], or nats://HOST[:PORT] on loopback';
const defaultPort = 4222;

/** Reads the URL of a broker. Throws InvalidInputError. */
export function readBroker({ server, insecure }: Broker): BrokerAddress {
  const [, scheme, authority = ''] = /^([a-z]+):\/\/([^/?#]+)\/?$/i.exec(server) ?? [];
  if (scheme === undefined || !['nats', 'tls'].includes(scheme.toLowerCase()))
    throw new InvalidInputError(
      '--server',
      `--server: ${quotedTarget(server)} is not the URL of a broker; ${right}`,
    );
  if (authority.includes('@'))
    throw new InvalidInputError(
      '--server',
      '--server: carried credentials; give them by PPROBE_NATS_NKEY, PPROBE_NATS_CREDS, or PPROBE_NATS_USER and PPROBE_NATS_PASSWORD',
    );
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const written = bracketed === undefined ? (plain ?? '') : `[${bracketed}]`;
  const port = portText === undefined ? defaultPort : Number(portText);
  if (written === '' || port < 1 || port > 65_535)
    throw new InvalidInputError(
      '--server',
      `--server: ${quotedTarget(server)} is not the URL of a broker; ${right}`,
    );
  const host = checkHost(written, '--server');
  checkSendable(host, '--server');
  const isTls = scheme.toLowerCase() === 'tls';
  if (!isTls && !insecure && !isLoopback(host))
    throw new InvalidInputError(
      '--server',
      `--server: ${quotedTarget(server)} is not encrypted; give tls://${authority}, or --insecure where the network is trusted`,
    );
  return { host, port, isTls };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (familyOf(host) !== null && scopeOf(host) === 'loopback');
}

/** What the environment says of who connects, without what it contains. Throws InvalidInputError where it contradicts itself. */
function authenticatorOf(
  environment: Environment,
  client: typeof import('./client.js'),
): Pick<NodeConnectionOptions, 'authenticator' | 'user' | 'pass'> {
  const { PPROBE_NATS_NKEY: nkey, PPROBE_NATS_CREDS: creds } = environment;
  const { PPROBE_NATS_USER: user, PPROBE_NATS_PASSWORD: pass } = environment;
  const given = [nkey, creds, user].filter((each) => each !== undefined && each !== '');
  if (given.length > 1)
    throw new InvalidInputError(
      'PPROBE_NATS_NKEY',
      'PPROBE_NATS_NKEY, PPROBE_NATS_CREDS and PPROBE_NATS_USER: set one of them',
    );
  if (nkey) {
    const seed = readSecret('PPROBE_NATS_NKEY', nkey).toString('utf8').trim();
    if (!/^SU[A-Z2-7]{56}$/.test(seed))
      throw new InvalidInputError('PPROBE_NATS_NKEY', 'PPROBE_NATS_NKEY: the file has no user seed, SU…');
    return { authenticator: client.nkeyAuthenticator(new TextEncoder().encode(seed)) };
  }
  if (creds) return { authenticator: client.credsAuthenticator(readSecret('PPROBE_NATS_CREDS', creds)) };
  return user ? { user, pass: pass ?? '' } : {};
}

/** Which credentials were refused, without what they are, and what to do. */
function credentialsHint(environment: Environment): string {
  const variables = ['PPROBE_NATS_NKEY', 'PPROBE_NATS_CREDS', 'PPROBE_NATS_USER'];
  const given = variables.find((name) => environment[name]);
  return given === undefined
    ? ', because none are set; set PPROBE_NATS_NKEY=FILE, PPROBE_NATS_CREDS=FILE, or PPROBE_NATS_USER and PPROBE_NATS_PASSWORD'
    : ` of ${given}; look whether the configuration of nats-server has this user, and whether it was read again since`;
}

function readSecret(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CapabilityError(path, `${variable}: cannot read ${quoted(path)}: ${why}`, null, { cause });
  }
}

/** How to connect, beside where. */
export interface ConnectPlan {
  name: string;
  /** null: the client's own. */
  inboxPrefix: string | null;
  /** The longest random wait before a reconnection, milliseconds. */
  spreadMs: number;
  /** Between questions whether the broker is still there, milliseconds; the fourth without an answer ends the connection. */
  pingMs?: number | undefined;
  /** Ends the attempt with its reason. */
  signal?: AbortSignal | undefined;
}

/** Node's channel of the sockets that this process opens. */
const socketsMade = 'net.client.socket';

/** Between two attempts to connect, milliseconds, beside the random wait. */
const retryMs = 500;
const usualPingMs = 10_000;

/**
 * Connects once. The connection reconnects by itself for ever.
 *
 * @throws CapabilityError where the broker refuses the credentials or does not speak TLS, with `missing` `credentials` or `tls`, and
 * any other error of the client where nobody answers. An abort rejects with the signal's reason
 */
export async function connectBroker(
  broker: Broker,
  { name, inboxPrefix, spreadMs, pingMs = usualPingMs, signal }: ConnectPlan,
  environment: Environment = process.env,
): Promise<NatsConnection> {
  const { host, port, isTls } = readBroker(broker);
  const client = await import('./client.js');
  const authenticator = authenticatorOf(environment, client);
  const { caFile } = broker;
  const sockets = new Set<Socket>();
  const collect = (message: unknown): void => {
    sockets.add((message as { socket: Socket }).socket);
  };
  signal?.throwIfAborted();
  subscribe(socketsMade, collect);
  let connecting: Promise<NatsConnection> | null = null;
  try {
    connecting = client.connect({
      servers: `${host.includes(':') ? `[${host}]` : host}:${port}`,
      name,
      ...(inboxPrefix === null ? {} : { inboxPrefix }),
      ...authenticator,
      ...(isTls ? { tls: caFile === null ? {} : { caFile } } : {}),
      maxReconnectAttempts: -1,
      reconnectDelayHandler: () => retryMs + randomBelow(Math.max(retryMs, spreadMs)),
      ignoreAuthErrorAbort: true,
      // Servers that the broker tells of are not in the configuration of who runs this.
      ignoreClusterUpdates: true,
      pingInterval: pingMs,
      maxPingOut: 3,
      timeout: 5000,
      noAsyncTraces: true,
    });
    return await (signal === undefined ? connecting : orAborted(connecting, signal));
  } catch (error) {
    // The client keeps the connection to a server that accepts it and says nothing, and this process could not end.
    for (const socket of sockets) socket.destroy();
    // An abort can come when the connection is there already: without its end, it would reconnect for ever.
    connecting?.then(
      (late) => late.close(),
      () => {},
    );
    signal?.throwIfAborted();
    // A broker that is busy, as after its restart, ends the connection before it has read the credentials.
    const isLate = error instanceof Error && /timeout/i.test(error.message);
    if (error instanceof client.AuthorizationError && !isLate)
      throw new CapabilityError(
        'credentials',
        `the broker at ${host}:${port} refuses the credentials${credentialsHint(environment)}`,
        null,
        {
          cause: error,
        },
      );
    if (isTls && error instanceof Error && /tls/i.test(error.message))
      throw new CapabilityError(
        'tls',
        `the broker at ${host}:${port} does not speak TLS: ${error.message}`,
        null,
        {
          cause: error,
        },
      );
    throw error;
  } finally {
    unsubscribe(socketsMade, collect);
  }
}

/** The names and addresses of the broker, which no job may name: those of the URL now, and the one that the connection uses. */
export async function brokerPlaces(broker: Broker, connected: NatsConnection | null): Promise<DeniedPlaces> {
  const { host } = readBroker(broker);
  const current = connected?.getServer().replace(/^\[(.*)\]:\d+$|^([^:]*):\d+$/, '$1$2') ?? null;
  const known = [host, ...(current === null ? [] : [current])];
  const addresses = known.filter((each) => familyOf(each) !== null);
  const names = known.filter((each) => familyOf(each) === null);
  const found = await Promise.all(names.map((each) => lookup(each, { all: true }).catch(() => [])));
  return { names, addresses: [...addresses, ...found.flat().map(({ address }) => address)] };
}

/** The first version without the advisories of June 2026 about leaf nodes and queue subscriptions. */
const soundVersions: ReadonlyArray<readonly [number, number, number]> = [
  [2, 11, 16],
  [2, 12, 7],
  [2, 14, 0],
];

/** What to tell the operator about the broker's version; null where it is fine or not known. */
export function versionAdvice(version: string | undefined): string | null {
  const [major = 0, minor = 0, patch = 0] = (version ?? '').split(/[.-]/).map(Number);
  if (major === 0 || Number.isNaN(major + minor + patch)) return null;
  const line = soundVersions.find(([, known]) => minor <= known) ?? [2, 14, 0];
  const isSound =
    major > line[0] || (major === line[0] && (minor > line[1] || (minor === line[1] && patch >= line[2])));
  return isSound
    ? null
    : `the broker runs nats-server ${version}, which has known faults; use 2.11.16, 2.12.7 or later`;
}
