import { shellLine } from '../../core/shell-line.js';
import { duration, list } from '../../core/text.js';
import { isOwnAddress } from '../../documents/observed/link.js';
import { addressesOf, addressOutcomes, silentOutcomes } from '../../documents/observed/tcp.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import { listRuleset, openOwnAddress } from '../remedies/local.js';

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

export const ownDropRules: readonly Rule[] = [ownAddress];
