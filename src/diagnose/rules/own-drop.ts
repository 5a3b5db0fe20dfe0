import { shellLine } from '../../core/shell-line.js';
import { count, duration, list } from '../../core/text.js';
import { isOwnAddress } from '../../documents/observed/link.js';
import { addressesOf, addressOutcomes, silentOutcomes } from '../../documents/observed/tcp.js';
import { familyOf } from '../../net/address/address.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import { followSource, listRuleset, openOwnAddress, routeGet } from '../remedies/local.js';

/** Silence that this host itself makes. */

/** An address of this host itself is silent: packets to it pass nothing but this host's own firewall and lo. */
const ownAddress = rule(
  'local.firewall',
  {
    id: 'local.firewall/own-address',
    words: 'this host drops packets to its own address',
    needs: ['tcp'],
  },
  (evidence): Judgement | null => {
    const silent = silentOutcomes(evidence).filter(({ address }) => isOwnAddress(evidence, address));
    const [first] = silent;
    if (first === undefined || silent.length < addressOutcomes(evidence).length) return null;
    const { port } = evidence.target;
    const addresses = addressesOf(silent);
    return {
      phase: 'local',
      // A program that accepts nothing more has a full queue of new connections, which drops them too.
      confidence: 'medium',
      summary: `This host itself drops packets to its own ${addresses.length === 1 ? 'address ' : ''}${places(addresses)} on TCP ${port}.`,
      evidence: [
        {
          observation: first.ref,
          text: `no answer within ${duration(first.durationMs)} from ${list(addresses)}, which ${addresses.length === 1 ? 'is an address' : 'are addresses'} of this host: no router, security group or network ACL is on the way`,
        },
      ],
      remedies: openOwnAddress(port),
      alternatives: [
        possible(
          'tcp.timeout-all',
          'ss -ltn: Recv-Q above Send-Q on the port',
          'low',
          'the program on the port hangs, and its queue of new connections is full',
        ),
      ],
      claims: ofEach('silent', first.address, addresses),
      check: shellLine(listRuleset),
    };
  },
);

/**
 * While addresses were silent, this host dropped packets that came in by another interface than the one it sends by. An instance
 * with several network interfaces does so where its routes do not follow the source address.
 */
const reversePath = rule(
  'local.firewall',
  {
    id: 'local.firewall/reverse-path',
    words: 'this host drops answers by its reverse path filter',
    needs: ['tcp'],
  },
  (evidence): Judgement | null => {
    const { ownDrops } = evidence.observations;
    const silent = silentOutcomes(evidence).filter(({ address }) => familyOf(address) === 4);
    const [first] = silent;
    // An answer is sent again and again; a single packet can be any other.
    if (ownDrops === undefined || ownDrops.reversePath < 2 || first === undefined) return null;
    const addresses = addressesOf(silent);
    return {
      phase: 'local',
      // Packets of other programs can be what was dropped.
      confidence: 'medium',
      summary: `Answers of ${places(addresses)} probably arrive, and the reverse path filter of this host drops them.`,
      evidence: [
        {
          observation: 'ownDrops',
          text: `this host dropped ${count(ownDrops.reversePath, 'packet')} during the measurement because they came in by another interface than the one that leads back (rp_filter)`,
        },
        {
          observation: first.ref,
          text: `no answer within ${duration(first.durationMs)} from ${list(addresses)}`,
        },
      ],
      remedies: followSource(first.address),
      alternatives: [
        possible(
          'tcp.timeout-all',
          'a capture of packets (tcpdump) shows whether answers arrive',
          'medium',
          'the packets dropped are others, and something drops those of this connection on the way',
        ),
      ],
      claims: ofEach('silent', first.address, addresses),
      check: shellLine(routeGet(first.address)),
    };
  },
);

export const ownDropRules: readonly Rule[] = [ownAddress, reversePath];
