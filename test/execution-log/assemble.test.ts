import fc from 'fast-check';
import t from 'tap';
import type { JudgedRequest } from '../../src/documents/log.js';
import { hideSecrets, RequestAssembler } from '../../src/execution-log/assemble.js';
import { judgeRequest } from '../../src/execution-log/judge.js';
import { readLine } from '../../src/execution-log/line.js';
import { runs } from '../runs.js';
import { DENIED, denial, EVENTS, IDS, linesOf, SECRET, SHAPES, SLOW, THROTTLED, WORKED } from './logs.js';

function judged(lines: readonly string[], mostOpen?: number): JudgedRequest[] {
  const found: JudgedRequest[] = [];
  const assembler = new RequestAssembler((facts) => found.push(judgeRequest(facts)), mostOpen);
  for (const [index, line] of lines.entries()) {
    assembler.push(readLine(line), index + 1);
    if (mostOpen !== undefined && assembler.open > mostOpen) throw new Error('more open than it may hold');
  }
  assembler.end();
  return found;
}

const causes = (requests: readonly JudgedRequest[]): Record<string, string> =>
  Object.fromEntries(requests.map(({ id, cause }) => [id, cause]));

const expected = {
  [DENIED]: 'policy.endpoint-implicit',
  [WORKED]: 'none',
  [SLOW]: 'backend.timeout',
  [THROTTLED]: 'api.throttled',
};

for (const [name, shape] of Object.entries(SHAPES)) {
  t.test(`the shape "${name}": every request with its cause`, async (t) => {
    const requests = judged(linesOf(shape));
    if (name !== 'console' && name !== 'old') t.same(causes(requests), expected);
    // In shapes without ids only the order of the requests is known.
    t.same(
      requests.map(({ cause }) => cause),
      Object.values(expected),
    );
    t.equal(requests.find(({ id }) => id === WORKED)?.method, 'GET');
    t.notMatch(JSON.stringify(requests), SECRET);
  });
}

t.test('interleaved lines are assigned to their requests', async (t) => {
  const queues = IDS.map((id) => linesOf(SHAPES.bare, [id]));
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (picks) => {
      const left = queues.map((lines) => [...lines]);
      const mixed: string[] = [];
      for (const pick of picks) {
        const waiting = left.filter((lines) => lines.length > 0);
        if (waiting.length === 0) break;
        const line = waiting[pick % waiting.length]?.shift();
        if (line !== undefined) mixed.push(line);
      }
      t.same(causes(judged(mixed)), expected);
    }),
    { numRuns: runs(50) },
  );
});

t.test(
  'any lines, some of them missing or broken: no throw, and no more requests held than allowed',
  async () => {
    const known = Object.values(SHAPES).flatMap((shape) => linesOf(shape));
    const line = fc.oneof(
      fc.constantFrom(...known),
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.constantFrom(...known), fc.nat(80)).map(([text, cut]) => text.slice(cut)),
      fc.uuid().map((id) => `(${id}) Starting execution for request: ${id}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), (lines) => {
        judged(lines, 3);
      }),
      { numRuns: runs(100) },
    );
  },
);

t.test('missing first or last lines are reported, not guessed', async (t) => {
  const lines = linesOf(SHAPES.bare, [SLOW]);
  const [began] = judged(lines.slice(0, 3));
  t.match(began, { class: 'inconclusive', cause: 'none', complete: false, status: null });
  t.match(began?.summary, /during the call to backend\.internal/);
  const [ended] = judged(lines.slice(3));
  t.match(ended, { cause: 'backend.timeout', complete: false, status: 504, method: null });
});

t.test('the text of a body is not read as a sentence of API Gateway', async (t) => {
  const lines = [
    ...linesOf(SHAPES.bare, [WORKED]).slice(0, 9),
    'Execution failed due to a timeout error',
    denial(' with an explicit deny'),
    ...linesOf(SHAPES.bare, [WORKED]).slice(9),
  ];
  t.same(causes(judged(lines)), { [WORKED]: 'none' });
});

t.test('the wording of a denial decides the policy', async (t) => {
  for (const [suffix, cause] of [
    ['', 'policy.denied'],
    [' with an explicit deny', 'policy.denied'],
    [' because no resource-based policy allows the execute-api:Invoke action', 'policy.resource-implicit'],
    [' with an explicit deny in a resource-based policy', 'policy.resource-explicit'],
    [' because no VPC endpoint policy allows the execute-api:Invoke action', 'policy.endpoint-implicit'],
    [' with an explicit deny in a VPC endpoint policy', 'policy.endpoint-explicit'],
    [' because no identity-based policy allows the execute-api:Invoke action', 'policy.identity'],
    [' with an explicit deny in a service control policy', 'policy.organization'],
  ] as const) {
    t.same(causes(judged([`(${DENIED}) ${denial(suffix)}`])), { [DENIED]: cause }, suffix);
  }
});

t.test('one sentence, one cause', async (t) => {
  const key = 'API Key ****F0yrv6 exceeded';
  for (const [text, cause] of [
    [
      `${key} quota limit for API Stage r/dev: Key quota exhausted for Usage Plan ID n. Limit: 500`,
      'api.throttled',
    ],
    [
      `${key} throttle limit for API Stage r/dev: Key throttle limit exceeded for Usage Plan ID n`,
      'api.throttled',
    ],
    ['Execution failed due to configuration error: Invalid endpoint address', 'backend.error'],
    ['Execution failed due to configuration error: Malformed Lambda proxy response', 'backend.error'],
    [
      'Execution failed due to a network error communicating with endpoint: Connection is closed',
      'backend.network',
    ],
    ['Lambda execution failed with status 200 due to customer function error: boom', 'backend.error'],
    ['Lambda invocation failed with status: 429. Lambda request id: x', 'backend.error'],
    ['Unauthorized request: x', 'api.authentication'],
    ['Access denied. Reason: Could not find issuer for certificate', 'api.authentication'],
    ['Gateway response type: WAF_FILTERED with status code: 403', 'api.waf'],
    ['Gateway response type: THROTTLED with status code: 418', 'api.throttled'],
    ['Gateway response type: AUTHORIZER_CONFIGURATION_ERROR with status code: 500', 'api.authentication'],
    ['Gateway response type: BAD_REQUEST_BODY with status code: 400', 'http.error'],
    ['Gateway response type: DEFAULT_5XX with status code: 500', 'none'],
    ['Gateway response type: constructor with status code: 500', 'none'],
    ['Execution failed due to configuration error: Authorizer error', 'api.authentication'],
    ['Execution failed due to an internal error', 'backend.error'],
    ['Request body does not match model schema for content type application/json: []', 'http.error'],
    ['Missing required request parameters: [limit]', 'http.error'],
    ['Method completed with status: 401', 'api.authentication'],
    ['Method completed with status: 500', 'backend.error'],
    ['Method completed with status: 404', 'http.error'],
  ] as const) {
    t.same(causes(judged([`(${DENIED}) ${text}`])), { [DENIED]: cause }, text);
  }
});

t.test('secrets are removed from what is quoted', async (t) => {
  for (const text of [
    `Authorization: Bearer ${SECRET}`,
    `{"x-api-key":"${SECRET}"}`,
    `https://h.test/p?sig=${SECRET}&a=1`,
    `https://user:${SECRET}@h.test/`,
    `x-amz-security-token=${SECRET}`,
    `password: '${SECRET}'`,
    `basic ${SECRET}`,
  ]) {
    t.notMatch(hideSecrets(text), SECRET, text);
  }
  t.equal(hideSecrets(denial('')), denial(''));
});

t.test('every request is found once', async (t) => {
  t.equal(judged(linesOf(SHAPES.bare)).length, Object.keys(EVENTS).length);
});
