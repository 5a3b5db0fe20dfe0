import fc from 'fast-check';
import { test } from 'tap';
import { parseCertificateTime } from '../../../src/probe/tls/certificate.js';

test('OpenSSL’s text of a time becomes ISO 8601', async (t) => {
  t.equal(parseCertificateTime('Jan  2 03:04:05 2026 GMT'), '2026-01-02T03:04:05.000Z');
  t.equal(parseCertificateTime('Dec 31 23:59:59 9999 GMT'), '9999-12-31T23:59:59.000Z');
  t.equal(parseCertificateTime('Feb 29 00:00:00 2024 GMT'), '2024-02-29T00:00:00.000Z');
});

test('a year of two digits is not in the last century', async (t) => {
  t.equal(parseCertificateTime('Mar  1 00:00:00 50 GMT'), '0050-03-01T00:00:00.000Z');
});

test('text that is not a time is null', async (t) => {
  const texts = [
    'Bad time value',
    '',
    'Foo  2 03:04:05 2026 GMT',
    'Feb 30 00:00:00 2026 GMT',
    'Jan  2 03:04:05 2026',
  ];
  for (const text of texts) t.equal(parseCertificateTime(text), null, text);
});

test('every time is parsed to the second', async (t) => {
  const moments = fc.date({
    min: new Date('0001-01-01Z'),
    max: new Date('9999-12-31Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moments, (moment) => {
      moment.setUTCMilliseconds(0);
      const [, day, month, year, time] = /^..., (..) (...) (\d+) (\S+)/.exec(moment.toUTCString()) ?? [];
      const text = `${month} ${String(Number(day)).padStart(2)} ${time} ${Number(year)} GMT`;
      return parseCertificateTime(text) === moment.toISOString();
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => parseCertificateTime(text) === null));
  t.pass('tried');
});
