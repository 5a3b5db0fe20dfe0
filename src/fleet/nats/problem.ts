import { CapabilityError } from '../../core/errors.js';
import { ownRefusalWords } from '../../documents/terms/errno.js';

/** Errors of the NATS client that are no mistake of this program: their `name`s. */
const away = new Set(['ConnectionError', 'ClosedConnectionError', 'DrainingConnectionError']);
const silent = new Set(['TimeoutError', 'RequestError']);
const noStreams = new Set(['NoRespondersError', 'JetStreamNotEnabled']);
const forbidden = new Set([
  'AuthorizationError',
  'PermissionViolationError',
  'UserAuthenticationExpiredError',
]);

/** Codes of getaddrinfo(3) and of connect(2), which the client hands on. */
const unreached = /^(?:ENOTFOUND|EAI_\w+|E(?:HOST|NET)UNREACH|ECONN\w+|ETIMEDOUT)$/;

/**
 * What an error of the NATS client says about the broker at `place` and what to do, as a CapabilityError; any other error as it is.
 * Pure.
 */
export function brokerProblem(error: unknown, place: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const missing = (what: string, remedy: string): CapabilityError =>
    new CapabilityError('broker', `the broker at ${place} ${what}; ${remedy}`, null, { cause: error });
  const own = ownProblem(error);
  if (own !== null)
    return new CapabilityError(code, `${own}; the broker at ${place} was not asked`, null, { cause: error });
  if (forbidden.has(name))
    return missing(
      `does not let this user do that: ${message}`,
      'give the user of the controller its rights, as docs/nats.conf has them',
    );
  // A request that nobody takes, and one whose answer does not come, are both a RequestError with a cause.
  if (noStreams.has(name) || /no responders|jetstream (?:is )?not enabled/i.test(message))
    return missing(
      'has no JetStream, or its hub is away',
      'enable "jetstream" in the configuration of nats-server, and try again',
    );
  if (silent.has(name))
    return missing(
      `does not answer: ${message}`,
      'look whether nats-server runs there and is not stopped, and try again',
    );
  if (away.has(name) || unreached.test(code))
    return missing(
      `does not answer: ${message}`,
      'look whether nats-server runs there, and whether this host may connect to it',
    );
  if (name.startsWith('JetStream')) return missing(`refuses that: ${message}`, 'look into its log');
  return error;
}

/** Why this host cannot connect to a broker, whatever that does; null where the error is not of this host. Pure. */
export function ownProblem(error: Error): string | null {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const words = ownRefusalWords(code);
  return words === null ? null : `this host cannot connect (${code}): ${words}`;
}
