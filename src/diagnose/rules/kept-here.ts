import { shellLine } from '../../core/shell-line.js';
import { type AddressOutcome, addressOutcomes } from '../../documents/observed/tcp.js';
import type { Alternative } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { heardOnTheWay, spokenBy } from '../refutations/packets.js';
import type { Advice } from '../remedies/advice.js';
import { callFilter, fullConnectionTable, listRuleset, routeGet, securityModule } from '../remedies/local.js';
import { unlike } from './unlike-answers.js';

/** What this host itself refuses its connections by, and where to look for it. */
interface Kept {
  cause: 'local.firewall' | 'local.permission' | 'route.local';
  words: string;
  by: (outcome: AddressOutcome) => boolean;
  says: string;
  remedies: (address: string) => Advice[];
  rival: Alternative;
}

const lookAtUnit: Advice = {
  text: 'If pprobe runs in a systemd unit or container, look for a filter of the unit (IPAddressDeny) or a network policy',
  command: ['systemctl', 'show', '--property=IPAddressDeny,IPAddressAllow', 'UNIT'],
};

const outside = possible('local.permission', 'try the connection outside the container or service unit');

const KEPT: readonly Kept[] = [
  {
    cause: 'local.firewall',
    words: 'this host blocks connections, and other packets leave it',
    by: ({ cause }) => cause === 'local-firewall',
    says: 'blocked a connection',
    remedies: () => [
      {
        text: 'Look in the firewall of this host for a rule that chooses by user, group, cgroup, source port or mark: raw sockets, and programs of other users, can pass it',
        command: listRuleset,
      },
      fullConnectionTable,
      lookAtUnit,
    ],
    rival: outside,
  },
  {
    cause: 'local.permission',
    words: 'this host forbids connections, and other packets leave it',
    by: ({ cause, status }) => cause === 'local-policy' || (cause === null && status === 'denied'),
    says: 'forbade a connection',
    remedies: () => [securityModule, callFilter, lookAtUnit],
    rival: possible('local.firewall', shellLine(listRuleset)),
  },
  {
    cause: 'route.local',
    words: 'this host has no route for connections, and other packets leave it',
    by: ({ cause, status, local }) =>
      status === 'unreachable' && local && cause !== 'icmp' && cause !== 'local-policy',
    says: 'found no route for a connection',
    remedies: (address) => [
      {
        text: 'Look for a rule of this host that chooses a routing table by user, mark or port: packets of raw sockets can take another one',
        command: ['ip', ...(familyOf(address) === 6 ? ['-6'] : []), 'rule', 'show'],
      },
      { text: `Compare with the route that the kernel gives for ${address}`, command: routeGet(address) },
    ],
    rival: outside,
  },
];

/** This host refused its connections, and other packets to the same port left it. */
function kept({ cause, words, by, says, remedies, rival }: Kept): Rule {
  return rule(
    cause,
    { id: `${cause}/connections`, words, needs: ['tcp', 'trace'] },
    (evidence): Judgement | null => {
      const left = unlike(
        addressOutcomes(evidence).filter(by),
        (address) => spokenBy(evidence, address) ?? heardOnTheWay(evidence, address),
      );
      const [first] = left;
      if (first === undefined) return null;
      const { outcome, shown } = first;
      const { address, errno } = outcome;
      const advice = remedies(address);
      return {
        phase: 'local',
        confidence: 'medium',
        summary: `This host ${says} to TCP ${evidence.target.port} of ${address}, while other packets to it left and were answered.`,
        evidence: [
          {
            observation: outcome.ref,
            text: `connect() to ${address} ended with ${errno ?? 'SYNs that this host dropped'}`,
          },
          shown,
        ],
        remedies: advice,
        alternatives: [rival],
        claims: ofEach('sometimes-answers', address),
        check: shellLine(advice[0]?.command ?? []),
      };
    },
  );
}

export const keptHereRules: readonly Rule[] = KEPT.map(kept);
