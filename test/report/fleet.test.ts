import t from 'tap';
import type { FleetDocument, FleetResult } from '../../src/documents/fleet.js';
import { fleetText } from '../../src/report/text/fleet.js';
import { samples } from '../documents/samples.js';
import { plain } from './documents.js';

function silent(reasons: Record<string, string>): FleetDocument {
  const agents = Object.keys(reasons);
  const counts = { answered: 0, refused: 0, failed: 0, 'no-answer': 0, late: 0, invalid: 0 };
  return {
    ...samples.fleet,
    roster: agents.map((agent) => ({ agent, group: null, host: agent })),
    results: agents.map(
      (agent): FleetResult => ({
        agent,
        outcome: 'silent',
        reason: reasons[agent] ?? '',
        clock: null,
        elapsedMs: 1,
        report: null,
      }),
    ),
    counts: { ...counts, roster: agents.length, silent: agents.length },
    comparison: null,
  };
}

t.test('hosts with one reason share a line; a name that is part of a word stays as it is', async (t) => {
  const refusal = (host: string): string => `connect to host ${host} port 22: Connection refused`;
  const text = fleetText(silent({ a: refusal('a'), 'ops@web-1:2222': refusal('web-1'), o: refusal('o') }), {
    ...plain,
    columns: 200,
  });
  t.match(text, /3 hosts \(a, ops@web-1:2222 and o\): connect to host HOST port 22: Connection refused/);
  t.match(fleetText(silent({ o: refusal('o') }), { ...plain, columns: 200 }), /o: connect to host o port 22/);
});

t.test('the target does not read as a host with an outcome', async (t) => {
  const document = silent({ a: 'no reply', b: 'no reply', c: 'no route' });
  document.job = { ...document.job, target: '127.0.0.1:34267' };
  t.equal(
    fleetText(document, { ...plain, columns: 200 }).trimEnd(),
    [
      '0 of 3 hosts answered; 3 silent. Target: 127.0.0.1:34267',
      '  silent     2 hosts (a and b): no reply',
      '  silent     c: no route',
    ].join('\n'),
  );
});

t.test('the agents that are silent were last seen by the broker at some time', async (t) => {
  const document = silent({ a: 'no report', b: 'no report' });
  const seenAt = '2026-03-01T14:02:11.372Z';
  document.roster = document.roster.map((member) => (member.agent === 'b' ? { ...member, seenAt } : member));
  t.match(fleetText(document, plain), '\n  last seen  b at 2026-03-01T14:02:11Z\n');
  t.notMatch(fleetText({ ...document, results: [] }, plain), /last seen/);
});
