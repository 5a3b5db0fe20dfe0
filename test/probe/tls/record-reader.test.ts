import fc from 'fast-check';
import { test } from 'tap';
import { paddedHello, smallestHello } from '../../../src/probe/mtu/padded-hello.js';
import { TlsRecordReader } from '../../../src/probe/tls/record-reader.js';

function record(type: number, body: readonly number[]): number[] {
  return [type, 3, 3, body.length >> 8, body.length & 255, ...body];
}

function message(type: number, length: number): number[] {
  return [type, 0, length >> 8, length & 255, ...Array<number>(length).fill(0)];
}

const serverHello = record(22, message(2, 80));
const certificate = record(22, message(11, 900));

/** The same bytes in pieces of `size`. */
function read(bytes: readonly number[], size = bytes.length): TlsRecordReader {
  const reader = new TlsRecordReader();
  for (let at = 0; at < bytes.length; at += size) reader.push(Uint8Array.from(bytes.slice(at, at + size)));
  return reader;
}

test('the progress of the peer is read from its records, in pieces of any size', async (t) => {
  const fatal = record(21, [2, 112]);
  const rows: [bytes: number[], heard: string][] = [
    [[], 'nothing'],
    [serverHello.slice(0, 20), 'nothing'],
    [serverHello, 'server-hello'],
    [[...serverHello, ...certificate.slice(0, 500)], 'server-hello'],
    [[...serverHello, ...certificate], 'certificate'],
    [record(22, [...message(2, 80), ...message(11, 900)]), 'certificate'],
    [[...serverHello, ...record(20, [1]), ...record(23, Array(40).fill(7))], 'server-hello'],
    [fatal, 'alert'],
    [[...serverHello, ...fatal], 'server-hello'],
    [[...Buffer.from('SSH-2.0-OpenSSH_9.6\r\nmore')], 'not-tls'],
    [[22, 9, 9, 0, 0], 'not-tls'],
  ];
  for (const [bytes, heard] of rows) {
    for (const size of [1, 7, Math.max(1, bytes.length)]) t.equal(read(bytes, size).heard, heard);
  }
});

test('an alert has its name, and a banner is made printable', async (t) => {
  t.same(read(record(21, [2, 112])).alert, { level: 'fatal', code: 112, name: 'unrecognized_name' });
  t.same(read(record(21, [1, 200])).alert, { level: 'warning', code: 200, name: 'alert 200' });
  t.equal(read([...record(20, [1]), ...record(21, [2, 40])]).alert, null, 'encrypted from there on');
  t.equal(read([...Buffer.from('HTTP/1.1 400 \u001b[2JBad\r\n')]).firstLine, 'HTTP/1.1 400 ?[2JBad');
  t.equal(read(serverHello).firstLine, null);
});

test('no bytes make it throw', async (t) => {
  const near = fc.array(fc.oneof(fc.constantFrom(20, 21, 22, 23, 3, 2, 11, 0), fc.nat(255)), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(
      near,
      fc.integer({ min: 1, max: 50 }),
      (bytes, size) => read(bytes, size).heard !== undefined,
    ),
  );
  t.pass('tried');
});

test('a padded ClientHello is one record of exactly the given size', async (t) => {
  for (const octets of [smallestHello, 1228, 1448, 8949]) {
    const hello = paddedHello(octets);
    t.equal(hello.length, octets);
    t.equal(hello.readUInt16BE(3), octets - 5);
    t.equal(hello.readUIntBE(6, 3), octets - 9);
  }
  t.throws(() => paddedHello(smallestHello - 1), RangeError);
});
