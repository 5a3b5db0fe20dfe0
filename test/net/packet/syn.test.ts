import t from 'tap';
import { addressToBytes } from '../../../src/net/packet/address-bytes.js';
import { internetChecksum, pseudoHeader } from '../../../src/net/packet/checksum.js';
import { decodeTcp, encodeSyn, tcpFlag } from '../../../src/net/packet/tcp.js';

const fields = {
  source: '10.0.1.10',
  destination: '203.0.113.10',
  sourcePort: 40000,
  destinationPort: 443,
  sequence: 0xdeadbeef,
  mss: 1460,
  timestamp: 0x01020304,
};

t.test("has the kernel's shape: MSS, SACK permitted, timestamps, window scale 7, window 64240", async (t) => {
  const syn = encodeSyn(fields);
  t.equal(syn.length, 40);
  t.match(decodeTcp(syn), {
    sourcePort: 40000,
    destinationPort: 443,
    sequence: 0xdeadbeef,
    acknowledgment: 0,
    flags: tcpFlag.syn,
    window: 64240,
    headerLength: 40,
  });
  // As tcpdump prints a connect(): mss 1460,sackOK,TS val … ecr 0,nop,wscale 7.
  t.equal(syn.subarray(20).toString('hex'), '020405b4' + '0402' + '080a0102030400000000' + '01030307');
});

for (const [family, source, destination] of [
  ['IPv4', '10.0.1.10', '203.0.113.10'],
  ['IPv6', 'fd10::1:10', '2001:db8:113::10'],
] as const) {
  t.test(`${family}: its checksum covers the pseudo-header`, async (t) => {
    const syn = encodeSyn({ ...fields, source, destination });
    const pseudo = pseudoHeader(addressToBytes(source), addressToBytes(destination), 6, syn.length);
    t.equal(internetChecksum(pseudo, syn), 0);
  });
}
