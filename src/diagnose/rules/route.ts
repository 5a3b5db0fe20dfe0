import { shellLine } from '../../core/shell-line.js';
import { count, list } from '../../core/text.js';
import { addressesOf, addressOutcomes } from '../../documents/observed/tcp.js';
import { blackhole, explainingTraces, isTtlExceeded } from '../../documents/observed/trace.js';
import type { Evidence } from '../../documents/report.js';
import { ofEach } from '../claims.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { checkBeyond, correctLoop } from '../remedies/network.js';

/** Routers forward the packets to each other, as the trace concluded, or as a router said when the TTL ran out. */
const routeLoop = rule(
  'route.loop',
  { needs: ['tcp', 'trace'], docs: DOCS.routeTables },
  (evidence): Judgement | null => tracedLoop(evidence) ?? expiredOnTheWay(evidence),
);

function tracedLoop(evidence: Evidence): Judgement | null {
  for (const { ref, doc } of explainingTraces(evidence)) {
    if (doc.loop === null) continue;
    const { members, firstTtl } = doc.loop;
    const routers = list(members);
    return {
      phase: 'path',
      confidence: 'high',
      summary: `Packets to ${doc.address} loop between routers from hop ${firstTtl} on and never arrive.`,
      evidence: [
        {
          observation: ref,
          text: `from hop ${firstTtl} on, ${routers} answer in turn, again and again, up to hop ${doc.hops.at(-1)?.ttl ?? firstTtl}`,
        },
      ],
      remedies: [correctLoop(doc.address, members)],
      claims: [...ofEach('not-reached', doc.address), { says: 'stopped-on-the-way', address: doc.address }],
      check: shellLine(pprobeAgain(evidence.target, { command: 'trace', address: doc.address })),
    };
  }
  return null;
}

/** A SYN with the usual TTL of 64 expires only in a loop, or behind a device that lowers the TTL. */
function expiredOnTheWay(evidence: Evidence): Judgement | null {
  const expired = addressOutcomes(evidence).filter(
    ({ cause, icmp, address }) => cause === 'icmp' && icmp !== null && isTtlExceeded(address, icmp),
  );
  const [first] = expired;
  if (first === undefined) return null;
  const trace = pprobeAgain(evidence.target, { command: 'trace', address: first.address });
  return {
    phase: 'path',
    confidence: 'medium',
    summary: `Packets to ${places(addressesOf(expired))} loop between routers: ${first.from ?? 'one of them'} reports that their TTL ran out.`,
    evidence: [
      {
        observation: first.ref,
        text: `${first.from ?? 'a router'} answered the SYN to ${first.address} with ICMP type ${first.icmp?.type ?? 11} code 0, time exceeded in transit`,
      },
    ],
    remedies: [
      { text: 'Trace the path to find the routers of the loop', command: trace },
      ...(first.from === null ? [] : [correctLoop(first.address, [first.from])]),
    ],
    claims: ofEach('not-reached', first.address, addressesOf(expired)),
    check: shellLine(trace),
  };
}

/** The last hop that answers is where the packets are lost, or where a security group begins: weak evidence alone. */
const routeBlackhole = rule(
  'route.blackhole-after-hop',
  { needs: ['trace'], docs: DOCS.routeTables },
  (evidence): Judgement | null => {
    for (const { ref, doc } of explainingTraces(evidence)) {
      const last = blackhole(doc);
      if (last === null) continue;
      return {
        phase: 'connect',
        confidence: 'low',
        summary: `No hop after ${last.from} (hop ${last.ttl}) answers on the path to ${doc.address}.`,
        evidence: [
          {
            observation: ref,
            text: `${last.from} answers at hop ${last.ttl}; the next ${count(last.silent, 'hop')} do not`,
          },
        ],
        remedies: [checkBeyond(last.from, doc.address)],
        claims: ofEach('silent', doc.address),
        check: `on ${last.from}, look up the route to ${doc.address} and the filters`,
      };
    }
    return null;
  },
);

export const routeRules: readonly Rule[] = [routeLoop, routeBlackhole];
