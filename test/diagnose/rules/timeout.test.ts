import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { attempt, evidence, HOST, hops, tcp, tcpOf, trace } from '../evidence.js';
import { resolved } from './situations.js';

test('a destination NAT, where all hops answer as the target, is no loop', (t) => {
  const path = hops(...Array<string>(8).fill('10.0.1.5'));
  const verdict = classify(
    evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('filtered', path)],
    }),
  );
  t.equal(verdict.cause, 'tcp.timeout-all');
  t.end();
});

test('an error of a router about another address is no answer of that address', (t) => {
  const verdict = classify(
    evidence({
      target: 'db.internal:5432',
      tcp: [
        tcpOf('db.internal', [
          attempt('10.0.1.5', 'timeout', { port: 5432 }),
          attempt('10.0.2.5', 'unreachable', { port: 5432, from: '10.9.9.9', icmp: { type: 3, code: 1 } }),
        ]),
      ],
    }),
  );
  const other = verdict.alternatives.find(({ cause }) => cause === 'tcp.timeout-some');
  t.match(other?.text, '10.0.1.5 does not answer on TCP 5432, while 10.0.2.5 has another result');
  t.end();
});

test('a host that is down is told beside the silence, where a router could still report it', (t) => {
  const asked = (waitedMs: number) => {
    const verdict = classify(
      evidence({
        target: 'db.internal:5432',
        tcp: [tcpOf('db.internal', [attempt('10.0.1.5', 'timeout', { port: 5432, durationMs: waitedMs })])],
        trace: [
          trace('filtered', hops('10.0.9.1', null, null), {
            host: 'db.internal',
            port: 5432,
            target: { reply: 'none', from: null, rttMs: null, icmp: null, sent: 3, waitedMs },
          }),
        ],
      }),
    );
    t.equal(verdict.cause, 'tcp.timeout-all');
    return verdict.alternatives
      .filter(({ text }) => text?.startsWith('the host is down'))
      .map(({ check }) => check);
  };
  t.same(asked(1900), ['pprobe trace 10.0.1.5 -p 5432 --wait 5s: !H says it']);
  t.same(asked(5000), [], 'the router would have said so by then');
  t.end();
});
