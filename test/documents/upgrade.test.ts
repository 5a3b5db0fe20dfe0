import { test } from 'tap';
import type { TcpAttempt, TcpCause } from '../../src/documents/tcp.js';
import type { TlsDocument } from '../../src/documents/tls.js';
import { upgradeEvidence, withAbsentMembers } from '../../src/documents/upgrade.js';
import {
  attempt,
  dns,
  evidence,
  HOST,
  hops,
  tcp,
  tcpOf,
  tls,
  trace,
  VPCE_NAME,
} from '../diagnose/evidence.js';
import { samples } from './samples.js';

function causeOf(status: TcpAttempt['status'], changes: Partial<TcpAttempt>): TcpCause | null | undefined {
  const { cause: _, ...whole } = attempt('10.0.1.5', status, changes);
  const old = evidence({ tcp: [tcpOf(HOST, [{ ...whole, ...changes }])] });
  return upgradeEvidence(old).observations.tcp[0]?.attempts[0]?.cause;
}

test('the cause of an attempt that an old report does not name', async (t) => {
  t.equal(causeOf('open', {}), 'syn-ack');
  t.equal(causeOf('refused', {}), 'rst');
  t.equal(causeOf('reset', {}), 'rst-after-syn-ack');
  t.equal(causeOf('timeout', {}), 'silence');
  t.equal(causeOf('prohibited', {}), 'icmp');
  t.equal(causeOf('denied', { errno: 'EPERM' }), 'local-firewall');
  t.equal(causeOf('denied', { errno: 'EACCES' }), 'local-policy');
  t.equal(causeOf('unreachable', { errno: 'ENETUNREACH', local: true }), 'no-route');
  t.equal(causeOf('unreachable', { errno: null, local: true }), 'no-route');
  t.equal(causeOf('unreachable', { errno: 'EHOSTUNREACH', local: true }), 'unreachable-route');
  t.equal(causeOf('unreachable', { errno: 'EINVAL', local: true }), 'blackhole-route');
  t.equal(causeOf('unreachable', { errno: 'EINVAL', local: true, address: 'fe80::1' }), 'zone-missing');
  t.equal(causeOf('unreachable', { errno: 'ENETDOWN', local: true }), null, 'a state of the interface');
  t.equal(causeOf('unreachable', { durationMs: 3050 }), 'silent-neighbour');
  t.equal(causeOf('unreachable', { durationMs: 20 }), 'icmp');
  t.equal(causeOf('error', { errno: 'ECANCELED' }), 'canceled');
  t.equal(causeOf('error', { errno: 'EMFILE', local: true }), 'no-descriptors');
});

test('what the probe recorded stays as it is', async (t) => {
  t.equal(causeOf('unreachable', { durationMs: 20, cause: 'silent-neighbour' }), 'silent-neighbour');
  t.equal(causeOf('refused', { cause: null }), null, 'null says that it is not known');
  const { target, vantage, observations, skipped } = samples.report;
  const now = { target, vantage, observations, skipped };
  const upgraded = upgradeEvidence(now).observations;
  t.same(upgraded.tcp, observations.tcp);
  t.same(upgraded.trace, observations.trace);
});

test('a trace without the reason why nothing was sent', async (t) => {
  const { unsent, ...old } = trace('open', []);
  t.equal(upgradeEvidence(evidence({ trace: [old] })).observations.trace[0]?.unsent, null);
});

test('a loop in the hops of a trace without `loop`', async (t) => {
  const ring = hops('10.0.9.1', '10.8.0.1', '10.8.0.2', '10.8.0.1', '10.8.0.2');
  const old = evidence({ trace: [{ ...trace('filtered', ring), loop: null }] });
  t.same(upgradeEvidence(old).observations.trace[0]?.loop, {
    firstTtl: 2,
    members: ['10.8.0.1', '10.8.0.2'],
  });
});

test('how far a handshake came', async (t) => {
  const progressOf = (changes: Partial<TlsDocument>) => {
    const old = tls('protocol', changes);
    return upgradeEvidence(evidence({ tls: [old] })).observations.tls[0]?.progress;
  };
  t.match(progressOf({ status: 'ok' }), { heard: 'done', sentBytes: null, acknowledged: null });
  t.match(progressOf({ status: 'timeout' }), { heard: 'nothing' });
  t.match(progressOf({ errorCode: 'ERR_SSL_WRONG_VERSION_NUMBER' }), { heard: 'not-tls' });
  t.match(progressOf({ errorCode: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }), {
    heard: 'alert',
    alert: { level: 'fatal', code: 70, name: 'protocol_version' },
  });
  t.match(progressOf({ errorCode: 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME' }), { alert: { code: 112 } });
  t.match(progressOf({ errorCode: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }), { heard: 'server-hello', alert: null });
});

test('why a lookup was made, and where the addresses came from', async (t) => {
  const both = evidence({
    options: { vpce: VPCE_NAME },
    dns: [dns(HOST, ['10.0.1.5']), dns(VPCE_NAME, ['10.0.1.5'])],
  });
  t.same(
    upgradeEvidence(both).observations.dns.map(({ asked }) => asked?.purpose),
    ['host', 'endpoint'],
  );
  const connected = [tcp(HOST, { '10.0.1.5': 'open' })];
  t.match(upgradeEvidence(evidence({ tcp: connected })).observations.origin, { source: 'hosts-file' });
  const asked = evidence({ dns: [dns(HOST, ['10.0.1.5'])], tcp: connected });
  t.match(upgradeEvidence(asked).observations.origin, { source: 'dns', addresses: ['10.0.1.5'] });
});

test('members that the first reports did not have', async (t) => {
  const old = structuredClone(samples.report);
  for (const [holder, name] of [
    [old, 'skipped'],
    [old.observations.trace[0], 'loop'],
    [old.observations.trace[0], 'names'],
    [old.observations.trace[0]?.hops[0], 'rateLimited'],
    [old.observations.trace[0]?.hops[0]?.probes[0], 'synAck'],
    [old.observations.http[0], 'via'],
    [old.observations.dns[0]?.attempts[0], 'sentMs'],
    [old.observations.dns[0]?.systemPatience, 'missingTypeMs'],
    [old.observations.tcp[0]?.resolution?.attempts[0], 'sentMs'],
    [old.observations.trace[0]?.resolution?.attempts[0], 'sentMs'],
  ] as const)
    Reflect.deleteProperty(Object(holder), name);
  const { verdict, ...expected } = structuredClone(samples.report);
  const [way] = expected.observations.trace;
  const [hop] = way?.hops ?? [];
  Object.assign(expected, { skipped: [] });
  Object.assign(Object(way), { loop: null, names: null });
  Object.assign(Object(hop), { rateLimited: false });
  Object.assign(Object(hop?.probes[0]), { synAck: null });
  Object.assign(Object(expected.observations.http[0]), { via: null });
  Object.assign(Object(expected.observations.dns[0]?.attempts[0]), { sentMs: null });
  Object.assign(Object(expected.observations.dns[0]?.systemPatience), { missingTypeMs: null });
  Object.assign(Object(expected.observations.tcp[0]?.resolution?.attempts[0]), { sentMs: null });
  Object.assign(Object(expected.observations.trace[0]?.resolution?.attempts[0]), { sentMs: null });
  t.same(withAbsentMembers({ ...old }), expected);
  t.same(withAbsentMembers({ observations: 1 }), { reportId: null, skipped: [], observations: 1 });
});
