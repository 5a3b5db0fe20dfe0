import fc from 'fast-check';
import t from 'tap';
import { decodeTcp, decodeTcpOptions, encodeSyn } from '../../../src/net/packet/tcp.js';

const syn = encodeSyn({
  source: '10.0.1.10',
  destination: '203.0.113.10',
  sourcePort: 40000,
  destinationPort: 443,
  sequence: 1,
  mss: 1460,
  timestamp: 0,
});

/** A header of 20 octets with these options. */
const withOptions = (...options: number[]) => Buffer.concat([syn.subarray(0, 20), Buffer.from(options)]);
const none = { mss: null, windowScale: null, sackPermitted: false, timestamps: false };

t.test('the options of a SYN', async (t) => {
  t.equal(decodeTcp(syn)?.headerLength, 40);
  t.same(decodeTcpOptions(syn, 40), { mss: 1460, windowScale: 7, sackPermitted: true, timestamps: true });
  t.same(decodeTcpOptions(syn, 20), none, 'a header without options, followed by other octets');
});

t.test('invalid options are skipped, or end the list', async (t) => {
  t.same(
    decodeTcpOptions(withOptions(2, 3, 5, 4, 2, 1, 1, 1), 28),
    { ...none, sackPermitted: true },
    'an MSS of three',
  );
  t.same(decodeTcpOptions(withOptions(0, 4, 2, 0), 24), none, 'nothing after the end of the list is read');
  t.same(
    decodeTcpOptions(withOptions(4, 2, 3, 0), 24),
    { ...none, sackPermitted: true },
    'length 0 would never end',
  );
  t.same(
    decodeTcpOptions(withOptions(4, 2, 2, 40), 24),
    { ...none, sackPermitted: true },
    'longer than the header',
  );
});

t.test('no options make it throw or loop forever', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(90), (bytes, headerLength) => {
      const { mss, windowScale } = decodeTcpOptions(bytes, headerLength);
      return (mss ?? 0) <= 0xffff && (windowScale ?? 0) <= 0xff;
    }),
    { numRuns: Number(process.env.PPROBE_FUZZ_RUNS ?? 5000) },
  );
});
