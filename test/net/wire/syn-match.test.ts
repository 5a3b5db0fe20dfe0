import fc from 'fast-check';
import t from 'tap';
import { encodeIpv4 } from '../../../src/net/packet/ip.js';
import { encodeSyn, encodeTcp, tcpFlag } from '../../../src/net/packet/tcp.js';
import {
  type Flow,
  matchIcmp,
  matchSegment,
  type Sent,
  type SentSyn,
} from '../../../src/net/wire/syn-match.js';
import { runs } from '../../runs.js';
import { encodeIcmpv4 } from '../../simulation/icmp-encode.js';

const flow: Flow = { source: '10.0.1.10', address: '203.0.113.10', port: 443, ourPorts: new Set([40003]) };
const probe: SentSyn = { id: 3, flow, sourcePort: 40003, sequence: 0xfffffffe };
const sent: Sent = {
  family: 4,
  bySequence: (sequence) => (sequence === probe.sequence ? probe : undefined),
  flowTo: (address, port) =>
    address === flow.address && (port ?? flow.port) === flow.port ? flow : undefined,
};

function answer(fields: {
  acknowledgment: number;
  flags: number;
  sourcePort?: number;
  destinationPort?: number;
}) {
  return encodeTcp({
    source: flow.address,
    destination: '10.0.1.10',
    sourcePort: 443,
    destinationPort: probe.sourcePort,
    sequence: 77,
    window: 0,
    ...fields,
  });
}

function quoteOf(fields: { destination?: string; sourcePort?: number; sequence?: number }) {
  const original = {
    source: '10.0.1.10',
    destination: flow.address,
    sourcePort: probe.sourcePort,
    destinationPort: 443,
    sequence: probe.sequence,
    mss: 1460,
    timestamp: 0,
    ...fields,
  };
  const quote = encodeIpv4({ ...original, protocol: 6, ttl: 1, identification: 1 }, encodeSyn(original));
  return encodeIcmpv4({ type: 11, code: 0, quote });
}

const { syn, ack, rst } = tcpFlag;

t.test('a SYN-ACK and a RST that acknowledge sequence + 1 are replies; the sum wraps at 2^32', async (t) => {
  const acknowledgment = 0xffffffff;
  const opened = matchSegment(sent, flow.address, answer({ acknowledgment, flags: syn | ack }));
  t.match(opened, { result: 'reply', probe: { id: 3 }, reply: { kind: 'syn-ack' } });
  const refused = matchSegment(sent, flow.address, answer({ acknowledgment, flags: rst | ack }));
  t.match(refused, { result: 'reply', probe: { id: 3 }, reply: { kind: 'rst' } });
});

t.test('packets of a blind forger are discarded and counted', async (t) => {
  const wrong = answer({ acknowledgment: 12345, flags: rst | ack });
  t.match(matchSegment(sent, flow.address, wrong), { result: 'discard', reason: 'wrong-acknowledgment' });
  const bareReset = answer({ acknowledgment: 0xffffffff, flags: rst });
  t.match(matchSegment(sent, flow.address, bareReset), { result: 'discard', reason: 'unexpected-flags' });
  const challenge = answer({ acknowledgment: 0xffffffff, flags: ack });
  t.match(matchSegment(sent, flow.address, challenge), { result: 'discard', reason: 'unexpected-flags' });
});

t.test('other traffic of the host, and the own SYN on loopback, is ignored', async (t) => {
  const reply = { acknowledgment: 0xffffffff, flags: syn | ack };
  t.match(matchSegment(sent, '198.51.100.1', answer(reply)), { result: 'ignored' });
  t.match(matchSegment(sent, flow.address, answer({ ...reply, sourcePort: 80 })), { result: 'ignored' });
  t.match(matchSegment(sent, flow.address, answer({ ...reply, destinationPort: 55555 })), {
    result: 'ignored',
  });
});

t.test('a Time Exceeded is matched by what every router must quote', async (t) => {
  t.match(matchIcmp(sent, quoteOf({})), {
    result: 'reply',
    probe: { id: 3 },
    reply: { kind: 'time-exceeded', nat: false },
  });
});

t.test('a rewritten quote matches by its sequence number, and marks a NAT', async (t) => {
  const dnat = matchIcmp(sent, quoteOf({ destination: '192.168.7.7' }));
  t.match(dnat, { result: 'reply', probe: { id: 3 }, reply: { nat: true } });
  const snat = matchIcmp(sent, quoteOf({ sourcePort: 1024 }));
  t.match(snat, { result: 'reply', probe: { id: 3 } });
});

t.test('quotes of packets that were never sent: another sequence number, or another port', async (t) => {
  t.match(matchIcmp(sent, quoteOf({ sequence: 5 })), { result: 'discard', reason: 'wrong-sequence' });
  const foreign = quoteOf({ sequence: 5, sourcePort: 50000 });
  t.match(matchIcmp(sent, foreign), { result: 'discard', reason: 'unknown-probe' });
  const others = quoteOf({ sequence: 5, destination: '198.51.100.1' });
  t.match(matchIcmp(sent, others), { result: 'ignored' });
});

t.test('no bytes without the sequence number are a reply', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes, (message) => {
      const results = [matchIcmp(sent, message).result, matchSegment(sent, flow.address, message).result];
      return !results.includes('reply');
    }),
    { numRuns: runs(5000) },
  );
});
