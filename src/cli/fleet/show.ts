import { withLateResults } from '../../fleet/nats/late-results.js';
import { brokerOptions } from '../broker-options.js';
import { required } from '../options.js';
import { fleetResult } from './diagnose.js';
import { openBroker } from './nats.js';
import { keptJob } from './saved-jobs.js';
import type { FleetVerb } from './verb.js';

export const fleetShow: FleetVerb = {
  name: 'show',
  summary: 'a job again, with the results that came late',
  positional: { name: 'job', required: true, help: 'the id that fleet diagnose printed' },
  options: brokerOptions,
  examples: [],
  async run(args, context) {
    const saved = keptJob(required(args, 0));
    const { connection, fleet } = await openBroker(args, context);
    try {
      return fleetResult(await withLateResults(connection, fleet, saved));
    } finally {
      await connection.close();
    }
  },
};
