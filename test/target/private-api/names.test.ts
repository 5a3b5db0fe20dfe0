import fc from 'fast-check';
import { test } from 'tap';
import {
  aliasName,
  defaultName,
  isApiId,
  isVpceId,
  readPrivateName,
  usualApiId,
} from '../../../src/target/private-api/names.js';
import { partitionOf, SUFFIXES, suffixFits, suffixOf } from '../../../src/target/private-api/partitions.js';

test('each Region has its partition and suffix', (t) => {
  const rows: [string, string, string][] = [
    ['us-east-1', 'aws', 'amazonaws.com'],
    ['ap-southeast-5', 'aws', 'amazonaws.com'],
    ['cn-northwest-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
    ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
    ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
    ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
    ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
  ];
  for (const [region, partition, suffix] of rows) {
    t.equal(partitionOf(region), partition, region);
    t.equal(suffixOf(region), suffix, region);
    t.match(readPrivateName(`a1b2c3d4e5.execute-api.${region}.${suffix}`), {
      form: 'default',
      region,
      suffix,
    });
  }
  t.equal(partitionOf('us-nowhere-1'), 'aws', 'a Region that is not listed, by the pattern of its partition');
  t.equal(suffixOf('cn-nowhere-9'), 'amazonaws.com.cn');
  t.equal(partitionOf('xx-nowhere-1'), null);
  t.end();
});

test('a suffix of another partition does not fit', (t) => {
  t.notOk(suffixFits('cn-north-1', 'amazonaws.com'));
  t.notOk(suffixFits('us-east-1', 'amazonaws.com.cn'));
  t.ok(suffixFits('us-east-1', 'amazonaws.com'));
  t.ok(suffixFits('us-east-1', 'api.aws'), 'dual-stack');
  t.ok(suffixFits('xx-nowhere-1', 'amazonaws.com'), 'a Region not known here is not judged');
  t.end();
});

test('similar names are not read', (t) => {
  for (const name of [
    'execute-api.us-east-1.amazonaws.com.example.com',
    'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com.evil',
    'a1b2c3d4e5.execute-api.amazonaws.com',
    'x.a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
    'a1b2c3d4e5.execute-api.us-east-1xamazonaws.com',
    'vpce-xyz-abcd1234.execute-api.us-east-1.vpce.amazonaws.com',
    's3.us-east-1.amazonaws.com',
  ]) {
    t.equal(readPrivateName(name), null, name);
  }
  t.end();
});

test('ids of APIs and endpoints', (t) => {
  t.ok(isVpceId('vpce-0123456789abcdef0'));
  t.ok(isVpceId('vpce-1a2b3c4d'));
  t.notOk(isVpceId('vpce-0123456789'));
  t.ok(isApiId('0qzs2sy7bh'));
  t.notOk(isApiId('0QZS2SY7BH'));
  t.ok(usualApiId('0qzs2sy7bh'));
  t.notOk(usualApiId('0qzs2sy7b'));
  t.end();
});

test('a name made of parts is read as those parts', (t) => {
  const id = (length: number) => fc.stringMatching(new RegExp(`^[a-z0-9]{${length}}$`));
  const region = fc.constantFrom('us-east-1', 'cn-north-1', 'eusc-de-east-1', 'us-gov-west-1');
  const vpce = fc.stringMatching(/^vpce-[0-9a-f]{17}$/);
  fc.assert(
    fc.property(id(10), vpce, region, id(8), (apiId, vpceId, where, random) => {
      const parts = { apiId, vpceId, region: where };
      t.match(readPrivateName(defaultName(parts) ?? ''), {
        form: 'default',
        apiId,
        vpceId: null,
        region: where,
      });
      t.match(readPrivateName(aliasName(parts) ?? ''), { form: 'alias', apiId, vpceId, region: where });
      const own = `${vpceId}-${random}.execute-api.${where}.vpce.${suffixOf(where)}`;
      t.match(readPrivateName(own), { form: 'vpce', apiId: null, vpceId, region: where });
    }),
    { numRuns: 50 },
  );
  t.equal(defaultName({ apiId: null, vpceId: null, region: 'us-east-1' }), null);
  t.equal(aliasName({ apiId: 'a1b2c3d4e5', vpceId: null, region: 'us-east-1' }), null);
  t.equal(
    SUFFIXES.indexOf('amazonaws.com') > SUFFIXES.indexOf('amazonaws.com.cn'),
    true,
    'the longer suffix is tried first',
  );
  t.end();
});
