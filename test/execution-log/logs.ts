/** Lines of execution logs in the wording of API Gateway. Ids, hosts and accounts are invented. */

export const DENIED = '11111111-2222-4333-8444-555555555501';
export const WORKED = '11111111-2222-4333-8444-555555555502';
export const SLOW = '11111111-2222-4333-8444-555555555503';
export const THROTTLED = '11111111-2222-4333-8444-555555555504';
export const SECRET = 'hunter2secret';

const ARN = 'arn:aws:execute-api:us-east-1:********4690:a1b2c3d4e5/prod/GET/orders';

export const denial = (suffix: string): string =>
  `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${ARN}${suffix}`;

/** The texts of one request's events, without time and id. */
export const EVENTS: Readonly<Record<string, readonly string[]>> = {
  [DENIED]: [
    'Extended Request Id: Vts2FFmArPEFh8g=',
    denial(' because no VPC endpoint policy allows the execute-api:Invoke action'),
    'Method completed with status: 403',
  ],
  [WORKED]: [
    'Extended Request Id: Wts2FFmArPEFh8g=',
    `Verifying Usage Plan for request: ${WORKED}. API Key:  API Stage: a1b2c3d4e5/prod`,
    "API Key  authorized because method 'GET /orders' does not require API Key. Request will not contribute to throttle or quota limits",
    'Usage Plan check succeeded for API Key  and API Stage a1b2c3d4e5/prod',
    `Starting execution for request: ${WORKED}`,
    'HTTP Method: GET, Resource Path: /orders',
    `Method request query string: {token=${SECRET}}`,
    `Method request headers: {Authorization=Bearer ${SECRET}, x-api-key=${SECRET}}`,
    'Method request body before transformations: {"a":1,',
    `Sending request to https://user:${SECRET}@backend.internal/orders?token=${SECRET}`,
    'Received response. Status: 200, Integration latency: 40 ms',
    'Endpoint response body before transformations: Execution failed due to a timeout error',
    'Successfully completed execution',
    'Method completed with status: 200',
    'AWS Integration Endpoint RequestId : 99999999-2222-4333-8444-555555555502',
  ],
  [SLOW]: [
    `Starting execution for request: ${SLOW}`,
    'HTTP Method: POST, Resource Path: /orders/{id}',
    'Sending request to https://backend.internal/orders',
    'Execution failed due to a timeout error',
    'Method completed with status: 504',
  ],
  [THROTTLED]: [
    'Key throttle limit exceeded for RestApi a1b2c3d4e5, Stage prod, Resource k0w8mc, HttpMethod POST. Limit: 1.00 Burst: 1',
    'Method completed with status: 429',
  ],
};

export const IDS = Object.keys(EVENTS);

type Shape = (id: string, text: string, index: number) => string;

const at = (index: number): Date => new Date(Date.UTC(2026, 0, 2, 3, 4, 5, index * 10));
const seconds = (index: number): string => at(index).toISOString().slice(11, 19);

/** One event as each tool prints it. The console's test has no ids. */
export const SHAPES = {
  bare: (id, text) => `(${id}) ${text}`,
  exported: (id, text, index) => `${at(index).toISOString()} (${id}) ${text}`,
  tailed: (id, text, index) =>
    `${at(index).toISOString().replace('Z', '000+00:00')} 0a1b2c3d4e5f60718293a4b5c6d7e8f9 (${id}) ${text}`,
  events: (id, text, index) =>
    `EVENTS\t3712345\t${at(index).getTime()}\tstream\t(${id}) ${text}\t${at(index).getTime()}`,
  insights: (id, text, index) =>
    `"${at(index).toISOString().replace('T', ' ').replace('Z', '')}","(${id}) ${text}"`,
  console: (_id, text, index) => `Fri Jan 02 ${seconds(index)} UTC 2026 : ${text}`,
  old: (_id, text, index) => `${at(index).toISOString()} ${text}`,
} satisfies Record<string, Shape>;

export function linesOf(shape: Shape, ids: readonly string[] = IDS): string[] {
  return ids.flatMap((id) => (EVENTS[id] ?? []).map((text, index) => shape(id, text, index)));
}

/** The answer of `aws logs filter-log-events`. */
export function filtered(ids: readonly string[] = IDS, indent?: number): string {
  const events = ids.flatMap((id) =>
    (EVENTS[id] ?? []).map((text, index) => ({
      logStreamName: 's{}"',
      timestamp: at(index).getTime(),
      message: `(${id}) ${text}`,
      eventId: `3${index}`,
    })),
  );
  return JSON.stringify({ events, searchedLogStreams: [] }, null, indent);
}
