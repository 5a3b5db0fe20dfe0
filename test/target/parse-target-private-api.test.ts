import { test } from 'tap';
import { type ParseTargetOptions, parseTarget } from '../../src/target/parse-target.js';
import { VPCE, VPCE_NAME } from '../diagnose/evidence.js';

test('the names of a private API', (t) => {
  const nothing = { apiId: null, vpceId: null, endpointName: null };
  const api = { apiId: 'a1b2c3d4e5' };
  const rows: [string, ParseTargetOptions, object][] = [
    [
      'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod/orders',
      {},
      { ...nothing, ...api, form: 'default', region: 'us-east-1', stage: 'prod', partition: 'aws' },
    ],
    [
      'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
      {},
      { ...nothing, ...api, form: 'default', region: 'eu-central-1', stage: null, partition: 'aws' },
    ],
    [
      `https://a1b2c3d4e5-${VPCE}.execute-api.us-east-1.amazonaws.com/dev`,
      {},
      {
        ...nothing,
        ...api,
        form: 'alias',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'dev',
        partition: 'aws',
      },
    ],
    [
      'https://a1b2c3d4e5-vpce-1a2b3c4d.execute-api.us-east-1.amazonaws.com/dev',
      {},
      {
        ...nothing,
        ...api,
        form: 'alias',
        vpceId: 'vpce-1a2b3c4d',
        region: 'us-east-1',
        stage: 'dev',
        partition: 'aws',
      },
    ],
    [
      `https://${VPCE_NAME}/prod`,
      api,
      {
        ...nothing,
        ...api,
        form: 'vpce',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'prod',
        partition: 'aws',
      },
    ],
    [
      `${VPCE}-abcd1234-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com`,
      {},
      { ...nothing, form: 'zonal', vpceId: VPCE, region: 'us-east-1', stage: null, partition: 'aws' },
    ],
    [
      `${VPCE}-abcd1234-use1-az2.execute-api.us-east-1.vpce.amazonaws.com`,
      {},
      { ...nothing, form: 'zonal', vpceId: VPCE, region: 'us-east-1', stage: null, partition: 'aws' },
    ],
    [
      'https://execute-api.us-east-1.amazonaws.com/prod',
      api,
      { ...nothing, ...api, form: 'service', region: 'us-east-1', stage: 'prod', partition: 'aws' },
    ],
    [
      'https://orders.corp.example/v1/x',
      api,
      { ...nothing, ...api, form: 'custom', region: null, stage: null, partition: null },
    ],
    [
      'https://orders.corp.example/v1/x',
      { vpce: VPCE_NAME },
      {
        ...nothing,
        form: 'custom',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: null,
        partition: 'aws',
        endpointName: VPCE_NAME,
      },
    ],
    [
      'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod',
      { vpce: VPCE_NAME.toUpperCase() },
      {
        ...api,
        form: 'default',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'prod',
        partition: 'aws',
        endpointName: VPCE_NAME,
      },
    ],
    [
      'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod',
      { vpce: VPCE },
      {
        ...api,
        form: 'default',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'prod',
        partition: 'aws',
        endpointName: `a1b2c3d4e5-${VPCE}.execute-api.us-east-1.amazonaws.com`,
      },
    ],
    [
      'a1b2c3d4e5.execute-api.cn-northwest-1.amazonaws.com.cn',
      {},
      { ...nothing, ...api, form: 'default', region: 'cn-northwest-1', stage: null, partition: 'aws-cn' },
    ],
    [
      `${VPCE}-abcd1234.execute-api.cn-north-1.vpce.amazonaws.com.cn`,
      {},
      { ...nothing, form: 'vpce', vpceId: VPCE, region: 'cn-north-1', stage: null, partition: 'aws-cn' },
    ],
    ...(
      [
        ['us-gov-west-1', 'amazonaws.com', 'aws-us-gov'],
        ['eusc-de-east-1', 'amazonaws.eu', 'aws-eusc'],
        ['us-iso-east-1', 'c2s.ic.gov', 'aws-iso'],
        ['us-isob-east-1', 'sc2s.sgov.gov', 'aws-iso-b'],
        ['eu-isoe-west-1', 'cloud.adc-e.uk', 'aws-iso-e'],
        ['us-isof-south-1', 'csp.hci.ic.gov', 'aws-iso-f'],
      ] as const
    ).map(([region, suffix, partition]): [string, ParseTargetOptions, object] => [
      `https://${VPCE}-abcd1234.execute-api.${region}.vpce.${suffix}/prod`,
      api,
      { ...nothing, ...api, form: 'vpce', vpceId: VPCE, region, stage: 'prod', partition },
    ]),
  ];
  for (const [input, options, expected] of rows)
    t.same(parseTarget(input, options).privateApi, expected, input);
  t.equal(parseTarget('https://api.example.com/prod').privateApi, null);
  t.equal(parseTarget('a1b2c3d4e5.execute-api.us-east-1.example.com').privateApi, null);
  t.end();
});

test('the first path segment is a stage only where it can be one', (t) => {
  const stageOf = (path: string) =>
    parseTarget(`https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com${path}`).privateApi?.stage;
  t.equal(stageOf('/'), null);
  t.equal(stageOf('/prod'), 'prod');
  t.equal(stageOf('/pre-prod_2/x'), 'pre-prod_2');
  t.equal(stageOf('/index.html'), null);
  t.equal(stageOf('/%20/x'), null);
  t.end();
});
