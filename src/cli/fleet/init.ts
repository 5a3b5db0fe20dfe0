import type { Bound } from '../../core/check-options.js';
import { orAborted } from '../../core/deadline.js';
import { startDocument } from '../../documents/header.js';
import { defaultMaxBytes, initFleet } from '../../fleet/nats/init.js';
import { FleetNames } from '../../fleet/nats/names.js';
import { presentAgents } from '../../fleet/nats/roster.js';
import { brokerOptions } from '../broker-options.js';
import { numberOption, numberSpec } from '../options.js';
import { agentsResult } from './agents.js';
import { openBroker } from './nats.js';
import type { FleetVerb } from './verb.js';

const maxMegabytes: Bound = {
  noun: 'a number of megabytes',
  unit: null,
  min: 1,
  max: 1_000_000,
  default: defaultMaxBytes / 1024 ** 2,
};

export const fleetInit: FleetVerb = {
  name: 'init',
  summary:
    'makes the stream of the results and the bucket of the agents; changes nothing where they are there',
  positional: null,
  options: {
    ...brokerOptions,
    'max-megabytes': numberSpec(maxMegabytes, 'How many megabytes the stream keeps'),
  },
  examples: [
    {
      command: 'pprobe fleet init --server tls://nats.example --fleet core',
      help: 'Once, before the first agent starts',
    },
  ],
  async run(args, context) {
    const header = startDocument('agents');
    const megabytes = numberOption(args, 'max-megabytes', maxMegabytes);
    const { connection, fleet } = await openBroker(args, context);
    const { stop } = context;
    try {
      const maxBytes = megabytes === undefined ? undefined : megabytes * 1024 ** 2;
      const { stream, bucket, made } = await orAborted(initFleet(connection, fleet, maxBytes), stop);
      const agents = await orAborted(presentAgents(connection, new FleetNames(fleet), fleet), stop);
      const done = made ? 'were made' : 'are there';
      return agentsResult(
        { ...header(), fleet, stream, bucket, agents },
        () => `The stream ${stream} and the bucket ${bucket} ${done}.\n`,
      );
    } finally {
      await connection.close();
    }
  },
};
