import t from 'tap';
import { questionTypes, recordTypeOf, typeName } from '../../../../src/probe/dns/message/record-type.js';

t.test('a type is a mnemonic in upper or lower case, or a number', async (t) => {
  t.same(recordTypeOf('A'), { name: 'A', number: 1 });
  t.same(recordTypeOf('aaaa'), { name: 'AAAA', number: 28 });
  t.same(recordTypeOf('HTTPS'), { name: 'HTTPS', number: 65 });
  t.same(recordTypeOf('type65'), { name: 'HTTPS', number: 65 });
  t.same(recordTypeOf('TYPE731'), { name: 'TYPE731', number: 731 });
  t.same(recordTypeOf('ANY'), { name: 'ANY', number: 255 });
  t.equal(typeName(65535), 'TYPE65535');
});

t.test('every question type is accepted', async (t) => {
  for (const name of questionTypes) t.equal(recordTypeOf(name).name, name);
  t.notOk(questionTypes.includes('AXFR'));
  t.notOk(questionTypes.includes('OPT'));
});

t.test('the error for an unknown type suggests similar types', async (t) => {
  t.throws(() => recordTypeOf('AAA'), {
    message: 'type "AAA" is not a record type: write AAAA or CAA, or TYPE and its number, like TYPE65',
  });
  t.throws(() => recordTypeOf('CNMAE'), { message: /write CNAME,/ });
  t.throws(() => recordTypeOf('TX'), { message: /write .*TXT/ });
  t.throws(() => recordTypeOf('HTTP'), { message: /write HTTPS,/ });
  t.throws(() => recordTypeOf('MXX'), { message: /write MX,/ });
  t.throws(() => recordTypeOf('1'), { message: /write one of A, AAAA, CNAME,/ });
  t.throws(() => recordTypeOf(''), { message: /write one of/ });
  t.throws(() => recordTypeOf('UNKNOWN_65'), { name: 'InvalidInputError' });
  t.throws(() => recordTypeOf('TYPE65536'), { name: 'InvalidInputError' });
  t.throws(() => recordTypeOf('A\nB', '--type'), {
    argument: '--type',
    message: /^--type "A\\nB" is not a record type/,
  });
});

t.test('types that a question cannot have are refused', async (t) => {
  for (const text of ['AXFR', 'IXFR', 'TYPE252'])
    t.throws(() => recordTypeOf(text), { message: /zone transfer, not a lookup/ });
  for (const text of ['OPT', 'TSIG', 'TKEY', 'TYPE0', 'TYPE41', 'TYPE128']) {
    t.throws(() => recordTypeOf(text), { message: /cannot be asked for/ }, text);
  }
});
