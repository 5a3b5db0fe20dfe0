import { test } from 'tap';
import {
  type ConfigurationReading,
  type ReadingOptions,
  readConfiguration,
} from '../../src/aws/read-configuration.js';
import type { CallOutcome } from '../../src/aws/session.js';
import { classify } from '../../src/diagnose/classify.js';
import { withGates } from '../../src/diagnose/configuration/gates.js';
import { loggedRequest } from '../../src/execution-log/logged-request.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { factsOf, healthy } from '../diagnose/configuration/vpc.js';
import { answeredWith, CLIENT, forbidden, HOST, http } from '../diagnose/evidence.js';
import { EVENTS, SECRET, SLOW, WORKED } from '../execution-log/logs.js';
import { type FakeAccount, type FakeCall, failure, fakeAws } from './fake-session.js';

const [apiId = ''] = HOST.split('.');
const target = parseTarget(`https://${HOST}/prod/orders`);
const ends = Promise.resolve({ addresses: ['10.0.1.5'], own: [CLIENT], identities: [] });
const eventsOf = (id: string) =>
  (EVENTS[id] ?? []).map((text) => ({ timestamp: 1, message: `(${id}) ${text}` }));

async function read(
  log: (call: FakeCall) => CallOutcome,
  answer = http(504, { requestId: SLOW }),
  options: Partial<ReadingOptions> = {},
  gateway: FakeAccount['gateway'] = {},
): Promise<ConfigurationReading & { asked: FakeCall[] }> {
  const { open, calls } = fakeAws({ ec2: healthy, gateway }, (call) =>
    call.service === 'logs' ? log(call) : null,
  );
  const requests = Promise.resolve([answer]);
  const reading = await readConfiguration(target, ends, {
    open,
    requests,
    judgeLog: loggedRequest,
    timeoutMs: 3000,
    ...options,
  });
  return { ...reading, asked: calls.filter(({ service }) => service === 'logs') };
}

test('the execution log is asked for the very request, and its texts are not kept', async (t) => {
  const { facts, asked } = await read(() => ({ answer: { events: eventsOf(SLOW) } }));
  const [call] = asked;
  t.match(call?.input, {
    logGroupName: `API-Gateway-Execution-Logs_${apiId}/prod`,
    filterPattern: `"${SLOW}"`,
  });
  const { startTime, endTime } = call?.input ?? {};
  t.equal(Number(endTime) - Number(startTime), 600_000);
  t.match(facts.executionLog, { requestId: SLOW, cause: 'backend.timeout' });
  t.notMatch(JSON.stringify(facts), /Execution failed|backend\.internal/);
  const worked = await read(
    () => ({ answer: { events: eventsOf(WORKED) } }),
    http(500, { requestId: WORKED }),
  );
  t.notMatch(JSON.stringify(worked.facts), SECRET);
});

test('an empty page with a token is followed, and a request without a fault asks nothing', async (t) => {
  const { facts, asked } = await read(({ input }) =>
    input.nextToken === undefined
      ? { answer: { events: [], nextToken: 'more' } }
      : { answer: { events: eventsOf(SLOW) } },
  );
  t.equal(asked.length, 2);
  t.equal(facts.executionLog?.cause, 'backend.timeout');
  t.same((await read(() => failure('never'), http(200))).asked, []);
  t.same((await read(() => failure('never'), http(403, { requestId: '" or everything' }))).asked, []);
});

test('lines that are not there yet are asked for once more, unless the request is old or the reading ends', async (t) => {
  const justSent = http(504, { requestId: SLOW, startedAt: new Date().toISOString() });
  const waits: number[] = [];
  const onProgress = (moreMs: number): void => {
    if (moreMs > 0) waits.push(moreMs);
  };
  let asked = 0;
  const late = (): CallOutcome => {
    asked += 1;
    return { answer: { events: asked === 1 ? [] : eventsOf(SLOW) } };
  };
  const { facts } = await read(late, justSent, { timeoutMs: 60_000, onProgress });
  t.equal(facts.executionLog?.cause, 'backend.timeout');
  t.same([asked, waits.at(-1)], [2, 3000]);

  const nothing = (): CallOutcome => ({ answer: { events: [] } });
  t.equal((await read(nothing, justSent, { timeoutMs: 60_000, onProgress: () => {} })).asked.length, 2);
  const old = http(504, { requestId: SLOW, startedAt: '2026-01-01T00:00:00.000Z' });
  t.equal((await read(nothing, old, { timeoutMs: 60_000 })).asked.length, 1);
  const gateway = {
    GetStages: { item: [{ stageName: 'prod', methodSettings: { '*/*': { loggingLevel: 'OFF' } } }] },
  };
  t.equal((await read(nothing, justSent, { timeoutMs: 60_000 }, gateway)).asked.length, 1);
  const ends = new AbortController();
  const onLag = (moreMs: number): void => {
    if (moreMs === 3000) ends.abort();
  };
  const ended = { timeoutMs: 60_000, stop: ends.signal, onProgress: onLag };
  t.equal((await read(nothing, justSent, ended)).asked.length, 1);
});

test('a log that is refused, off or of another shape leaves the request unknown', async (t) => {
  const outcomes: [CallOutcome, object][] = [
    [failure('AccessDeniedException'), { status: 'denied', text: /logs:FilterLogEvents/ }],
    [failure('ResourceNotFoundException'), { status: 'error', text: /no execution log/ }],
    [{ answer: { events: 'none' } }, { status: 'error', text: /not one of AWS/ }],
    [{ answer: {} }, { status: 'error' }],
    [{ answer: { events: [] } }, { status: 'ok' }],
    [{ answer: { events: [{ message: 'nothing of a request' }] } }, { status: 'ok' }],
  ];
  for (const [outcome, call] of outcomes) {
    const { facts } = await read(() => outcome);
    t.equal(facts.executionLog, undefined);
    t.match(facts.calls.at(-1), { action: 'FilterLogEvents', ...call });
  }
});

test('the log names the cause where the answer does not, and is evidence where it does', async (t) => {
  const id = '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998';
  const judged = (requestId: string) => {
    const summary = 'The backend did not answer in time.';
    const executionLog = { requestId, cause: 'backend.timeout', confidence: 'certain', summary } as const;
    const evidence = answeredWith([forbidden()], { configuration: factsOf({}, { executionLog }) });
    return classify(withGates(evidence));
  };
  t.match(judged(id), { class: 'service', cause: 'backend.timeout', confidence: 'certain' });
  t.ok(judged(id).evidence.some(({ text }) => text.startsWith(`the execution log has request ${id}`)));
  t.not(judged('00000000-0000-4000-8000-000000000000').cause, 'backend.timeout');
});
