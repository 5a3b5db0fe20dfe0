import { brokerOptions } from '../broker-options.js';
import { required } from '../options.js';
import { fleetResult } from './diagnose.js';
import { lateWaitOf, lateWaitOptions, waitForLate } from './late-wait.js';
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
      const wait = lateWaitOf(args, context);
      return fleetResult(await waitForLate(connection, fleet, saved, wait, context));
    } finally {
      await connection.close();
    }
  },
};
