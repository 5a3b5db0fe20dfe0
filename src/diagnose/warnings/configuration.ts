import { list } from '../../core/text.js';
import type { Gate } from '../../documents/facts.js';
import { allWorked } from '../../documents/observed/http.js';
import { opened } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import { isOld, useOf } from '../configuration/use.js';
import { remediesOfGates, told } from '../rules/configured.js';
import { requestGateKinds } from '../rules/configured-request.js';
import type { WarningRule } from './warning.js';

/** The gates that packets or requests contradict: they deny what passed. */
function contradicted(evidence: Evidence): Gate[] {
  const isAnswered = allWorked(evidence);
  return (evidence.gates ?? []).filter(({ state, addresses, gate }) => {
    if (state !== 'deny') return false;
    if (addresses !== undefined) return addresses.some((each) => opened(evidence, each));
    return isAnswered && requestGateKinds.has(gate);
  });
}

/** Packets pass although a rule denies them: the rule is not what they met. */
const passesNevertheless: WarningRule = {
  id: 'configuration.contradicted',
  saidBy: [],
  judge: (evidence) => {
    const gates = contradicted(evidence);
    const [first] = gates;
    if (first === undefined) return null;
    const resources = [...new Set(gates.flatMap(({ resource }) => resource ?? []))];
    return {
      text: `The configuration read denies what passes: by ${list(resources, 4)} ${evidence.target.host} could not be reached. It is of another time or place, or the traffic takes another way.`,
      evidence: told(gates),
      remedies: [
        {
          text: 'Read the configuration again, of the interface that this host sends from and of those that the name resolves to',
        },
      ],
    };
  },
};

/** Some of this host's ports do not pass a network ACL, although this connection did. */
const passesPartly: WarningRule = {
  id: 'configuration.acl-partly',
  saidBy: ['tcp.network-acl'],
  judge: (evidence) => {
    const gates = (evidence.gates ?? []).filter(
      ({ state, addresses = [] }) => state === 'partly' && addresses.some((each) => opened(evidence, each)),
    );
    const [first] = gates;
    if (first === undefined) return null;
    return {
      text: `A network ACL denies some of the ports that this host connects from, so that some connections to ${evidence.target.host} fail: ${first.text}.`,
      evidence: told(gates),
      remedies: remediesOfGates(gates),
    };
  },
};

/** Facts of another place say nothing about these packets. */
const notUsed: WarningRule = {
  id: 'configuration.not-used',
  saidBy: [],
  judge: (evidence) => {
    const facts = evidence.observations.configuration ?? null;
    if (facts === null) return null;
    const { reasons } = useOf(evidence, facts);
    const [first] = reasons;
    if (first === undefined) return null;
    return {
      text: reasons.join(' '),
      evidence: reasons.map((text) => ({ observation: 'configuration', text })),
      remedies: [
        {
          text: 'Read the configuration of the account, VPC and Region that this host is in: pprobe collect --commands prints the commands',
        },
      ],
    };
  },
};

/** Facts of another time may no longer describe what the packets met. */
const old: WarningRule = {
  id: 'configuration.old',
  saidBy: [],
  judge: (evidence) => {
    const facts = evidence.observations.configuration ?? null;
    if (facts === null) return null;
    const use = useOf(evidence, facts);
    if (!isOld(use) || use.olderMs === null) return null;
    const hours = Math.round(Math.abs(use.olderMs) / 360_000) / 10;
    const text = `The configuration was read ${hours} hours ${use.olderMs > 0 ? 'before' : 'after'} the packets were sent, and may have been another one then.`;
    return {
      text,
      evidence: [{ observation: 'configuration', text: `read at ${facts.collectedAt}` }],
      remedies: [{ text: 'Measure and read the configuration at the same time' }],
    };
  },
};

export const configurationWarnings: readonly WarningRule[] = [passesNevertheless, passesPartly, notUsed, old];
