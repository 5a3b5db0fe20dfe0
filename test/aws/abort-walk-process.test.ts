import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readConfiguration } from '../../src/aws/read-configuration.js';
import { openSdk } from '../../src/aws/sdk/sdk.js';
import type { OpenSession } from '../../src/aws/session.js';
import { sessionIn } from '../../src/aws/thread.js';
import { tryCalls } from '../../src/aws/try-calls.js';
import { endsOfHere } from '../../src/observe/known-ends.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { account } from '../aws-server/account.js';
import { startAwsServer } from '../aws-server/server.js';
import { validateDocument } from '../documents/validate.js';
import { type Signals, walk } from '../observe/abort-walk.js';
import { useTestCredentials } from './sdk-environment.js';

// This file has a process of its own: the SDK reads the environment.
useTestCredentials();
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const bundle = fileURLToPath(new URL('../../dist/aws-sdk.cjs', import.meta.url));
const target = parseTarget('https://abc123defg.execute-api.us-east-1.amazonaws.com/prod');
/** A limit that ends nothing here: after the stop AWS is silent, and what did not hear the stop would wait for it. */
const timeoutMs = 600_000;

/** Of a request that API Gateway refused: its lines are in the execution log, or not yet. */
const refused = {
  requestId: '0a1b2c3d-0000-4000-8000-000000000001',
  status: 403,
  startedAt: new Date().toISOString(),
};

t.test('reading the configuration', async (t) => {
  const server = await startAwsServer({ description: account });
  t.teardown(() => server.close());
  process.env.AWS_ENDPOINT_URL = server.url;
  const isReady = (): void => server.change({ description: account });
  const after = (): void => server.change({ description: account, faults: { '*': { kind: 'silent' } } });

  const read =
    (open: OpenSession) =>
    async ({ stop }: Signals) => {
      isReady();
      const ends = endsOfHere(target, {
        source: '10.0.3.5',
        imds: false,
        dns: { servers: ['127.0.0.1#9'] },
        stop,
      });
      const reading = await readConfiguration(target, ends, {
        open,
        timeoutMs,
        vpcId: 'vpc-0a',
        requests: Promise.resolve([refused]),
        judgeLog: async () => null,
        stop,
      });
      await ends;
      return reading;
    };
  const checked = (result: unknown): string[] => {
    const { facts, problem } = result as Awaited<ReturnType<typeof readConfiguration>>;
    const limits = facts.calls.filter(({ text }) => /no answer within|time for reading/.test(text ?? ''));
    return [
      ...validateDocument(facts).map(String),
      ...limits.map(({ action, text }) => `${action}: ${text}`),
      ...(problem === null || /before credentials were found/.test(problem) ? [] : [problem]),
    ];
  };
  await walk(t, 'with the SDK in this thread', read(openSdk), { checked, isAbortable: false, after });
  await walk(
    t,
    'with the SDK in a thread',
    read((options) => sessionIn(bundle, options)),
    {
      checked,
      isAbortable: false,
      after,
    },
  );
  await walk(
    t,
    'what the credentials may read',
    async ({ stop }) => {
      isReady();
      return tryCalls({ open: openSdk, region: 'us-east-1', timeoutMs, stop });
    },
    { checked: () => [], isAbortable: false, after },
  );
});
