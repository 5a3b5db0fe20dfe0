import { shellLine } from '../../core/shell-line.js';
import { addressesOf, addressOutcomes, withStatus } from '../../documents/observed/tcp.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import { listRuleset, repairTunnel, routeGet } from '../remedies/local.js';
import { unexplained } from './unreachable.js';

/** A tunnel of this host refused the packets: the ICMP error comes from this host itself, and a tunnel has no neighbours. */
const tunnelRefuses = rule(
  'route.local',
  {
    id: 'route.local/tunnel',
    words: 'a tunnel of this host takes no packets to the address',
    needs: ['tcp'],
  },
  (evidence): Judgement | null => {
    const refused = unexplained(evidence, withStatus(addressOutcomes(evidence), 'unreachable')).filter(
      (each) => each.cause === 'icmp' && each.local,
    );
    const [first] = refused;
    if (first === undefined) return null;
    const { ref, from, icmp, errno, address, localAddress } = first;
    const addresses = addressesOf(refused);
    const tunnel = evidence.vantage.networks?.find(({ network }) => network.split('/')[0] === localAddress);
    const named = tunnel === undefined ? 'A tunnel' : `The tunnel ${tunnel.interface}`;
    return {
      phase: 'path',
      confidence: 'medium',
      summary: `${named} of this host takes no packets to ${places(addresses)}.`,
      evidence: [
        {
          observation: ref,
          text: `this host itself (${from ?? 'one of its addresses'}) answered the SYN to ${address} with ${icmp === null ? 'an ICMP error' : `ICMP type ${icmp.type} code ${icmp.code}`}${errno === null ? '' : ` (${errno})`}, as a tunnel does that has nowhere to pass it on`,
        },
      ],
      remedies: repairTunnel(address, tunnel?.interface ?? null),
      alternatives: [
        possible(
          'local.firewall',
          `${shellLine(listRuleset)}: a rule that rejects with host unreachable`,
          'medium',
        ),
      ],
      claims: ofEach('not-sent', address, addresses),
      check: shellLine(routeGet(address)),
    };
  },
);

export const ownTunnelRules: readonly Rule[] = [tunnelRefuses];
