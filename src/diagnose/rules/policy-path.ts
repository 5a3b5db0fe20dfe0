import { command } from '../../core/shell-command.js';
import { list } from '../../core/text.js';
import { addressesOf, addressOutcomes, withStatus } from '../../documents/observed/tcp.js';
import {
  explainingTraces,
  portUnreachable,
  prohibition,
  type Rejection,
} from '../../documents/observed/trace.js';
import type { Evidence } from '../../documents/report.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { endsOf } from '../remedies/network.js';

/** A firewall that is polite enough to say so. Security groups and network ACLs never are: this is a box of another kind. */
const icmpProhibited = rule(
  'policy.icmp-prohibited',
  { needs: ['tcp', 'trace'] },
  (evidence): Judgement | null => {
    const prohibited = withStatus(addressOutcomes(evidence), 'prohibited');
    const [box] = explainingTraces(evidence).flatMap(({ ref, doc }) => {
      const by = prohibition(doc);
      return by === null ? [] : [{ ref, doc, by }];
    });
    if (box !== undefined) return named(evidence, box.ref, box.doc.address, box.by);
    const [rejecting] = explainingTraces(evidence).flatMap(({ ref, doc }) => {
      const by = portUnreachable(doc);
      return by === null || by.from === doc.address ? [] : [{ ref, doc, by }];
    });
    if (rejecting !== undefined)
      return rejected(evidence, rejecting.ref, rejecting.doc.address, rejecting.by);
    const [first] = prohibited;
    if (first === undefined) return null;

    const addresses = addressesOf(prohibited);
    const { host, port } = evidence.target;
    return {
      phase: 'path',
      confidence: 'high',
      summary: `A firewall on the path rejects TCP ${port} to ${list(addresses, 4)}: it answers "administratively prohibited".`,
      evidence: [
        {
          observation: first.ref,
          text: `connecting to ${list(addresses)} brought an ICMP prohibited message (${first.errno ?? 'no errno'})`,
        },
      ],
      remedies: [
        {
          text: 'Find the firewall: the hop marked !X in a trace is the one that rejects',
          command: command('pprobe', 'trace', first.address, '-p', String(port)),
        },
      ],
      check: `pprobe trace ${host} -p ${port}`,
    };
  },
);

function named(evidence: Evidence, ref: string, address: string, by: Rejection): Judgement {
  const { port } = evidence.target;
  const { client } = endsOf(evidence, [address]);
  const mark = by.annotation === null ? '' : ` ${by.annotation}`;
  return {
    phase: 'path',
    confidence: 'certain',
    summary: `${by.from}, ${place(by, address)}, rejects TCP ${port} to ${address} by policy.`,
    evidence: [
      {
        observation: ref,
        text: `${by.from} answers hop ${by.ttl} with ICMP type ${by.type} code ${by.code}${mark}, ${meaning(by)}`,
      },
    ],
    remedies: [
      { text: `Allow TCP ${port} from ${client ?? 'this host'} to ${address} on the firewall at ${by.from}` },
    ],
    check: command('pprobe', 'trace', address, '-p', String(port)),
  };
}

/** The default of iptables' REJECT target: "port unreachable", which no router says of TCP by itself. */
function rejected(evidence: Evidence, ref: string, address: string, by: Rejection): Judgement {
  const { port } = evidence.target;
  const { client } = endsOf(evidence, [address]);
  return {
    phase: 'path',
    confidence: 'high',
    summary: `${by.from}, ${place(by, address)}, rejects TCP ${port} to ${address}: it answers "port unreachable" in the target's stead.`,
    evidence: [
      {
        observation: ref,
        text: `${by.from} answers hop ${by.ttl} with ICMP port unreachable, as a firewall's REJECT rule does; a closed port sends RST`,
      },
    ],
    remedies: [
      { text: `Allow TCP ${port} from ${client ?? 'this host'} to ${address} on the firewall at ${by.from}` },
    ],
    check: command('pprobe', 'trace', address, '-p', String(port)),
  };
}

function place({ from, ttl }: Rejection, address: string): string {
  return from === address ? 'the target itself' : `hop ${ttl} of the path`;
}

function meaning({ type, code }: Rejection): string {
  const key = `${type}/${code}`;
  const meanings: Readonly<Record<string, string>> = {
    '3/9': 'network administratively prohibited',
    '3/10': 'host administratively prohibited',
    '3/13': 'communication administratively prohibited',
    '1/1': 'communication administratively prohibited',
    '1/5': 'source address failed ingress or egress policy',
    '1/6': 'reject route',
  };
  return meanings[key] ?? 'prohibited';
}

export const policyPathRules: readonly Rule[] = [icmpProhibited];
