import { answer, type FieldCase } from './case.js';

/** The request that the user's client sends: `-H`. */

const VPCE = 'vpce-0123456789abcdef0-abcd1234.execute-api.us-east-1.vpce.amazonaws.com';
const CERTIFICATE = ['*.execute-api.us-east-1.amazonaws.com', '*.execute-api.us-east-1.vpce.amazonaws.com'];
const ID = 'a1b2c3d4e5';

const forbidden = answer(
  '403 Forbidden',
  {
    'content-type': 'application/json',
    'x-amz-apigw-id': 'Vts2FFmArPEFh8g=',
    'x-amzn-requestid': '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
    'x-amzn-errortype': 'ForbiddenException',
  },
  '{"message":"Forbidden"}',
);
const fine = answer(
  '200 OK',
  {
    'content-type': 'application/json',
    'x-amz-apigw-id': 'Vts2FFmArPEFh8g=',
    'x-amzn-requestid': '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
  },
  '{}',
);

/** A VPC endpoint, which knows the API by the header x-apigw-api-id or by Host. */
function endpoint(
  id: string,
  last: number,
  situation: string,
  source: string,
  options: readonly string[],
  expected: FieldCase['expected'],
  key?: string,
): FieldCase {
  const address = `10.64.11.${last}`;
  const matches = (head: string): boolean =>
    new RegExp(`^x-apigw-api-id: *${ID}\\r?$`, 'im').test(head) ||
    new RegExp(`^host: *${ID}\\.execute-api\\.`, 'im').test(head);
  return {
    id,
    situation,
    source,
    args: ['diagnose', `https://${VPCE}/prod/orders`, '--ca-file', '{ca}', '--no-trace', ...options],
    zone: { [VPCE]: [address] },
    web: [
      {
        address,
        names: CERTIFICATE,
        issuer: 'Amazon RSA 2048 M02',
        answer: (head) => {
          if (!matches(head)) return forbidden;
          if (key !== undefined && !new RegExp(`^x-api-key: *${key}\\r?$`, 'im').test(head)) return forbidden;
          return fine;
        },
      },
    ],
    expected,
  };
}

const DEVELOPER_PORTAL = 'https://github.com/awslabs/aws-api-gateway-developer-portal/issues/75';
const AWSCURL = 'https://github.com/okigan/awscurl/issues/68';
const AMPLIFY = 'https://github.com/aws-amplify/amplify-js/issues/6514';

export const requestCases: readonly FieldCase[] = [
  endpoint(
    'R1',
    1,
    "the endpoint's own name with x-apigw-api-id, as the client sends it",
    AWSCURL,
    ['-H', `x-apigw-api-id: ${ID}`],
    { exitCodes: [0] },
  ),
  endpoint(
    'R2',
    2,
    "the endpoint's own name with Host, as the client sends it",
    DEVELOPER_PORTAL,
    ['-H', `Host: ${ID}.execute-api.us-east-1.amazonaws.com`],
    { exitCodes: [0] },
  ),
  endpoint(
    'R3',
    3,
    "the endpoint's own name without a header, but the API is known",
    AMPLIFY,
    ['--api-id', ID],
    { exitCodes: [16], causes: ['api.not-matched'], says: [/x-apigw-api-id/i, new RegExp(ID)] },
  ),
  endpoint(
    'R4',
    4,
    'a key in a header is sent and never printed',
    AWSCURL,
    ['-H', `x-apigw-api-id: ${ID}`, '-H', 'x-api-key: Zwx81-not-to-be-seen'],
    { exitCodes: [0], never: [/Zwx81/] },
    'Zwx81-not-to-be-seen',
  ),
  endpoint(
    'R5',
    5,
    'a header without a colon',
    'https://curl.se/docs/manpage.html#-H',
    ['-H', 'x-apigw-api-id'],
    { exitCodes: [2], says: [/NAME: *VALUE|colon/i] },
  ),
  endpoint(
    'R6',
    6,
    'a header with a line break, which would be a second header',
    'https://github.com/dart-lang/http/issues/1368',
    ['-H', 'x-a: b\r\nx-c: d'],
    { exitCodes: [2] },
  ),
  endpoint(
    'R7',
    7,
    'another API in the header than the one that the endpoint knows',
    AMPLIFY,
    ['-H', 'x-apigw-api-id: zzzzzzzzzz'],
    { exitCodes: [16], causes: ['api.not-matched'], says: [/zzzzzzzzzz/] },
  ),
  {
    ...endpoint(
      'R8',
      8,
      'a token is sent and not accepted',
      AWSCURL,
      ['-H', `x-apigw-api-id: ${ID}`, '-H', 'Authorization: Bearer Zwx82-not-to-be-seen'],
      {
        exitCodes: [16],
        causes: ['api.authentication'],
        never: [/Zwx82/, /pprobe sends no credentials/, /did not carry/],
      },
    ),
    web: [
      {
        address: '10.64.11.8',
        names: CERTIFICATE,
        issuer: 'Amazon RSA 2048 M02',
        answer: () =>
          answer(
            '401 Unauthorized',
            {
              'content-type': 'application/json',
              'x-amz-apigw-id': 'Vts2FFmArPEFh8g=',
              'x-amzn-requestid': '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
              'x-amzn-errortype': 'UnauthorizedException',
            },
            '{"message":"Unauthorized"}',
          ),
      },
    ],
  },
];
