import { shellLine } from '../../core/shell-line.js';
import { duration } from '../../core/text.js';
import { awsNameOf } from '../../documents/aws-name.js';
import {
  type AddressOutcome,
  acceptedHere,
  addressesOf,
  closedAtOnceOutcomes,
} from '../../documents/observed/tcp.js';
import { handshakes } from '../../documents/observed/tls.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { TlsDocument, TlsStatus } from '../../documents/tls.js';
import { scopeOf } from '../../net/address/scope.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import { allowInMesh, listeners, listRuleset } from '../remedies/local.js';

/** What a program does with a connection that it accepted, and cannot or will not pass on. */
const endings: Partial<Record<TlsStatus, string>> = {
  closed: 'closes',
  reset: 'resets',
  timeout: 'does not answer on',
};

/**
 * A rule of this host redirects connections to the target to a program on it, such as the sidecar of a service mesh, and that
 * program does not pass them on. The target itself may never have been asked.
 */
const answeredHere = rule(
  'policy.proxy',
  {
    id: 'policy.proxy/this-host',
    words: 'a program on this host answers instead of the target',
    needs: ['tcp', 'tls'],
  },
  (evidence): Judgement | null => {
    const here = acceptedHere(evidence);
    const ended = here.flatMap((outcome) => {
      const shown = endOf(evidence, outcome);
      return shown === null ? [] : [{ outcome, ...shown }];
    });
    const [first] = ended;
    if (first === undefined) return null;
    const addresses = addressesOf(ended.map(({ outcome }) => outcome));
    return {
      phase: first.phase,
      confidence: isElsewhere(evidence, addresses) ? 'high' : 'medium',
      summary: `A program on this host accepts the connections to ${places(addresses)} in place of the target, and ${first.does} them.`,
      evidence: [acceptance(first.outcome), ...ended.map(({ item }) => item)],
      remedies: [
        { text: 'Find the rule that redirects them, and the port to which it does', command: listRuleset },
        listeners,
        allowInMesh(evidence.target.host, evidence.target.port),
      ],
      alternatives: [
        possible(
          'tls.closed',
          `${shellLine(listRuleset)}: is it the address of a service whose server runs on this host?`,
          'low',
          'the address belongs to a service whose server runs on this host, and ends the connections itself',
        ),
      ],
      claims: ofEach('accepted-here', first.outcome.address, addresses),
      check: shellLine(listRuleset),
    };
  },
);

/** What shows that this host accepted the connection. */
export function acceptance({ ref, address, window }: AddressOutcome): EvidenceItem {
  return {
    observation: ref,
    text: `the SYN-ACK of ${address} offers a window of ${window} octets, one segment of the loopback interface: this host accepted the connection itself`,
  };
}

interface Ending {
  phase: 'connect' | 'tls';
  does: string;
  item: EvidenceItem;
}

function endOf(evidence: Evidence, { address }: AddressOutcome): Ending | null {
  const failed = handshakes(evidence).find(({ doc }) => doc.address === address && endings[doc.status]);
  if (failed !== undefined) {
    const { ref, doc } = failed;
    return {
      phase: 'tls',
      does: endings[doc.status] ?? '',
      item: { observation: ref, text: handshakeWords(doc) },
    };
  }
  if (evidence.target.url !== null) return null;
  const closed = closedAtOnceOutcomes(evidence).find((each) => each.address === address);
  return closed === undefined
    ? null
    : {
        phase: 'connect',
        does: 'closes',
        item: {
          observation: closed.ref,
          text: `the connection was closed ${duration(closed.afterOpen?.afterMs ?? 0)} later, before anything was sent on it`,
        },
      };
}

function handshakeWords({ address, status, durationMs, errorCode }: TlsDocument): string {
  if (status === 'timeout')
    return `no answer to the ClientHello to ${address} within ${duration(durationMs)}`;
  return `the connection to ${address} ended ${duration(durationMs)} into the handshake${errorCode === null ? '' : ` (${errorCode})`}`;
}

/** Whether the target cannot be on this host: a name of AWS, or public addresses. A private one can be that of a service here. */
function isElsewhere({ target }: Evidence, addresses: readonly string[]): boolean {
  return (
    target.privateApi !== null ||
    awsNameOf(target.host.toLowerCase()) !== null ||
    addresses.every((each) => scopeOf(each) === 'public')
  );
}

export const acceptedHereRules: readonly Rule[] = [answeredHere];
