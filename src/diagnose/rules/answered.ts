import type { Cause } from '../../documents/causes.js';
import type { Gate } from '../../documents/facts.js';
import type { Finding } from '../finding.js';
import type { Advice, AdviceQuestion } from '../remedies/advice.js';

/** What the gates of a report answer, so that no remedy or alternative of it asks for the same. */

type Kinds<Name extends string> = Readonly<Record<Name, (gate: Gate) => boolean>>;

/** The gates that tell whether something is already open. */
const openedBy: Kinds<NonNullable<Advice['opens']>> = {
  inbound: ({ gate, end }) => gate === 'security-group' && end === 'target',
  outbound: ({ gate, end }) => gate === 'security-group' && end === 'client',
  acl: ({ gate }) => gate === 'network-acl',
  routes: ({ gate }) => gate === 'route',
  'private-dns': ({ gate }) => gate === 'private-dns' || gate === 'vpc-attribute' || gate === 'dhcp-options',
  alias: ({ rule }) => rule === 'vpcEndpointIds',
};

const isAccess = ({ rule }: Gate): boolean => rule === 'access association' || /^statement /.test(rule ?? '');

/** The gates that answer a question: whether each thing exists and is as a request needs it. */
const answeredBy: Kinds<AdviceQuestion> = {
  api: ({ gate }) => gate === 'api',
  stage: ({ gate }) => gate === 'stage',
  'base-path': (gate) => gate.gate === 'domain-name' && !isAccess(gate),
  access: (gate) => gate.gate === 'domain-name' && isAccess(gate),
  // The rules of the groups at an address were read by way of its network interface.
  interfaces: ({ gate, end }) => gate === 'security-group' && end === 'target',
};

/** The questions of an alternative that every place states in the same way. */
const questionsOf: Partial<Record<Cause, readonly AdviceQuestion[]>> = {
  'api.not-matched': ['api', 'stage'],
};

/** Whether the gates allow all that is concerned, and there is such a gate. */
function isAllowed(gates: readonly Gate[], concerns: (gate: Gate) => boolean): boolean {
  const concerned = gates.filter(concerns);
  return concerned.length > 0 && concerned.every(({ state }) => state === 'allow');
}

/** Whether a remedy opens something that is not open yet, or asks for something that the configuration read does not say. */
export function isNeeded({ opens, asks }: Pick<Advice, 'opens' | 'asks'>, gates: readonly Gate[]): boolean {
  if (opens !== undefined && isAllowed(gates, openedBy[opens])) return false;
  return asks === undefined || !isAllowed(gates, answeredBy[asks]);
}

/** A finding without the remedies and alternatives that the gates make needless. What was observed stays. */
export function withoutAnswered(gates: readonly Gate[], found: Finding): Finding {
  const remedies = found.remedies.filter((remedy) => isNeeded(remedy, gates));
  const alternatives = found.alternatives.filter(({ cause, observed }) => {
    const questions = questionsOf[cause as Cause] ?? [];
    return observed === true || questions.length === 0 || questions.some((asks) => isNeeded({ asks }, gates));
  });
  const isSame =
    remedies.length === found.remedies.length && alternatives.length === found.alternatives.length;
  return isSame ? found : { ...found, remedies, alternatives };
}
