import { awaitLateResults } from '../../fleet/nats/late-results.js';
import { brokerOptions } from '../broker-options.js';
import { required } from '../options.js';
import { fleetResult } from './diagnose.js';
import { lateWaitMs, lateWaitOptions } from './late-wait.js';
import { openBroker } from './nats.js';
import { keptJob } from './saved-jobs.js';
import type { FleetVerb } from './verb.js';

export const fleetShow: FleetVerb = {
  name: 'show',
  summary: 'a job again, with the results that came late',
  positional: { name: 'job', required: true, help: 'the id that fleet diagnose printed' },
  options: { ...brokerOptions, ...lateWaitOptions },
  examples: [],
  async run(args, context) {
    const saved = keptJob(required(args, 0));
    const { connection, fleet } = await openBroker(args, context);
    try {
      const wait = { waitMs: lateWaitMs(args), stop: context.stop };
      return fleetResult(await awaitLateResults(connection, fleet, saved, wait));
    } finally {
      await connection.close();
    }
  },
};
