import { InvalidInputError } from '../core/errors.js';
import type { Broker } from '../fleet/nats/connection.js';
import { checkId } from '../fleet/nats/names.js';
import { type Arguments, flag, type OptionTable, textOption } from './options.js';

/** The options of every command that connects to a broker. */
export const brokerOptions: OptionTable = {
  server: {
    type: 'string',
    value: 'URL',
    help: 'The broker: tls://HOST[:PORT], or nats://HOST[:PORT] on loopback',
  },
  fleet: { type: 'string', value: 'NAME', help: 'The name of the fleet' },
  'ca-file': {
    type: 'string',
    value: 'PEM',
    help: "The certificate authorities to trust for the broker (Node's)",
  },
  insecure: { type: 'boolean', help: 'Connect without TLS to another host' },
};

/** The values of `brokerOptions`. Throws InvalidInputError where one is missing. */
export function brokerOf(args: Arguments): { broker: Broker; fleet: string } {
  const server = textOption(args, 'server');
  const fleet = textOption(args, 'fleet');
  if (server === undefined)
    throw new InvalidInputError(
      '--server',
      '--server: missing; give the URL of the broker, like tls://nats.example:4222',
    );
  if (fleet === undefined)
    throw new InvalidInputError('--fleet', '--fleet: missing; give the name of the fleet');
  return {
    broker: { server, insecure: flag(args, 'insecure'), caFile: textOption(args, 'ca-file') ?? null },
    fleet: checkId(fleet, '--fleet'),
  };
}

/** The options of the broker as they were given, for a command to be pasted. */
export function brokerWords(args: Arguments): string[] {
  return Object.entries(brokerOptions).flatMap(([name, { type }]) => {
    if (type === 'boolean') return flag(args, name) ? [`--${name}`] : [];
    const value = textOption(args, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
}
