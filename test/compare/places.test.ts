import t from 'tap';
import { comparisonOf } from '../../src/compare/compare.js';
import type { TcpStatus } from '../../src/documents/tcp.js';
import { dns, HOST, http, tcp, tls } from '../diagnose/evidence.js';
import { report } from './reports.js';

/** Faults at one place, seen from several: what is the same, what differs, and what no host can know. */
const [A, B, C, SIX] = ['10.0.1.5', '10.0.2.5', '10.0.3.5', '2600:1f18::5'];
const zones = [dns(HOST, [A, B, C])];
const open: Record<string, TcpStatus> = { [A]: 'open', [B]: 'open', [C]: 'open' };
const reaches = (statuses = open, answers = zones) => ({
  dns: answers,
  tcp: [tcp(HOST, statuses)],
  tls: [tls('ok')],
  http: [http(200)],
});
const bDead = reaches({ ...open, [B]: 'timeout' });
const dead = { dns: zones, tcp: [tcp(HOST, { [A]: 'timeout', [B]: 'timeout', [C]: 'timeout' })] };
const found = (...reports: ReturnType<typeof report>[]) => comparisonOf(reports).findings;

t.test('an address that one subnet does not reach: nobody is told to open what is open', async (t) => {
  const findings = found(
    report('a1', '10.0.1.20', reaches()),
    report('b1', '10.0.2.20', bDead),
    report('c1', '10.0.3.20', reaches()),
  );
  t.match(findings, [
    { kind: 'works-in-some', summary: /a1 and c1 reach .* at every address, b1 only at some/, remedies: [] },
    { kind: 'address-differs', confidence: 'high', summary: /b1 gets no answer from it/ },
  ]);
  t.notMatch(JSON.stringify(findings.map(({ remedies }) => remedies)), /10\.0\.1\.5|10\.0\.3\.5/);
});

t.test('one dead address beside a host that reaches none: two faults', async (t) => {
  t.match(
    found(
      report('h1', '10.0.1.20', bDead),
      report('h3', '10.0.3.20', bDead),
      report('h4', '10.0.4.20', dead),
    ),
    [
      { kind: 'works-in-some', summary: /^h1 and h3 reach .*, h4 does not, at the same addresses/ },
      { kind: 'address-fails-everywhere', summary: /10\.0\.2\.5/ },
    ],
  );
});

t.test('the same cause at different addresses is not one fault', async (t) => {
  const cDead = reaches({ ...open, [C]: 'timeout' });
  const kinds = found(report('h1', '10.0.1.20', bDead), report('h2', '10.0.2.20', cDead)).map(
    ({ kind }) => kind,
  );
  t.same(kinds, ['address-differs', 'address-differs']);
  const own = (zone: number) => {
    const address = `10.${zone}.1.5`;
    return report(`v${zone}`, `10.${zone}.1.20`, {
      dns: [dns(HOST, [address])],
      tcp: [tcp(HOST, { [address]: 'timeout' })],
    });
  };
  const [, same] = found(own(1), own(2), own(3));
  t.match(same, { kind: 'same-fault', confidence: 'low', meaning: /different addresses/ });
});

t.test('a dead address seen from one subnet only may be the fault of that subnet', async (t) => {
  const [, address] = found(report('h1', '10.0.1.20', bDead), report('h2', '10.0.1.21', bDead));
  t.match(address, {
    kind: 'address-fails-everywhere',
    confidence: 'medium',
    meaning: /hosts are in one subnet/,
  });
});

t.test('connections over IPv4 do not show that IPv6 leaves the host', async (t) => {
  const answers = [dns(HOST, [A, SIX])];
  const findings = found(
    report('a2', '10.0.1.21', reaches({ [A]: 'open', [SIX]: 'open' }, answers)),
    report('b1', '10.0.2.20', reaches({ [A]: 'open', [SIX]: 'timeout' }, answers)),
  );
  const six = findings.find(({ kind }) => kind === 'address-differs');
  t.match(six, { confidence: 'medium', meaning: /b1 connects over IPv4 only: .* no route for IPv6/ });
  t.match(six?.check, /the IPv6 address of b1$/, 'no IPv4 address in a rule for IPv6');
});

t.test('zones with an address each: a private answer that fails beside several that work', async (t) => {
  const zonal = (zone: number, status: TcpStatus) => {
    const address = `10.0.${zone}.5`;
    const answers = [dns(HOST, [address])];
    const given =
      status === 'open'
        ? reaches({ [address]: status }, answers)
        : { dns: answers, tcp: [tcp(HOST, { [address]: status })] };
    return report(`h${zone}`, `10.0.${zone}.20`, given);
  };
  t.match(found(zonal(1, 'open'), zonal(2, 'timeout'), zonal(3, 'open')), [
    {
      kind: 'dns-differs',
      confidence: 'low',
      meaning: /If 10\.0\.2\.5 is the endpoint that is meant for h2, DNS is right/,
    },
  ]);
});

t.test('a public answer of a resolver with the same address: its own network must be changed', async (t) => {
  const elsewhere = '52.94.1.10';
  const [first, second] = found(
    report('a1', '10.0.1.20', reaches({ [A]: 'open' }, [dns(HOST, [A])])),
    report('b1', '10.1.1.20', {
      dns: [dns(HOST, [elsewhere])],
      tcp: [tcp(HOST, { [elsewhere]: 'open' })],
      tls: [tls('ok')],
      http: [http(403, { address: elsewhere, errorType: 'ForbiddenException', message: 'Forbidden' })],
    }),
  );
  t.match(first, {
    kind: 'dns-differs',
    confidence: 'high',
    meaning: /too, which answers its network differently/,
  });
  t.match(first?.remedies[0]?.text, /associate the private zone with the VPC there/);
  t.notMatch(first?.remedies[0]?.text, /10\.0\.0\.2/, 'b1 uses that resolver already');
  t.match(second, { kind: 'answer-differs', meaning: /may not reach the same server: compare DNS first/ });
});
