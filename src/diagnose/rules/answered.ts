import type { Cause } from '../../documents/causes.js';
import type { Gate } from '../../documents/facts.js';
import type { Finding } from '../finding.js';
import type { Advice, AdviceQuestion, OpenEnds } from '../remedies/advice.js';

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
  // An address that is not an endpoint's has a gate `interface` that does not allow.
  endpoint: ({ gate, resource }) =>
    gate === 'interface' || (gate === 'endpoint' && resource?.startsWith('vpce-') === true),
};

/** The questions of an alternative that every place states in the same way. */
const questionsOf: Partial<Record<Cause, readonly AdviceQuestion[]>> = {
  'api.not-matched': ['api', 'stage'],
  'dns.endpoint-mismatch': ['endpoint'],
};

/** Whether the gates allow all that is concerned, and there is such a gate. */
function isAllowed(gates: readonly Gate[], concerns: (gate: Gate) => boolean): boolean {
  const concerned = gates.filter(concerns);
  return concerned.length > 0 && concerned.every(({ state }) => state === 'allow');
}

/** Whether each of the gates that answer a question has the answer, and there is such a gate. */
function isAnswered(gates: readonly Gate[], asks: AdviceQuestion): boolean {
  // Which groups an address has is known before it is known what their rules allow.
  if (asks !== 'interfaces') return isAllowed(gates, answeredBy[asks]);
  const concerned = gates.filter(answeredBy.interfaces);
  return (
    concerned.length > 0 && concerned.every(({ state, resource }) => state !== 'unknown' || resource !== null)
  );
}

type Wanted = Pick<Advice, 'opens' | 'asks'>;

/** Whether a remedy opens something that is not open yet, or asks for something that the configuration read does not say. */
function isNeeded({ opens, asks }: Wanted, gates: readonly Gate[]): boolean {
  if (opens !== undefined && isAllowed(gates, openedBy[opens])) return false;
  return asks === undefined || !isAnswered(gates, asks);
}

/**
 * A remedy without what the configuration read makes needless: nothing where all of it is answered, and of a remedy about several
 * addresses, or about both ends, what is left.
 */
function needed(advice: Advice, gates: readonly Gate[]): Advice[] {
  const { about, opens } = advice;
  if (about === undefined) return isNeeded(advice, gates) ? [advice] : [];
  const at = (address: string) => gates.filter(({ addresses = [address] }) => addresses.includes(address));
  const left = about.addresses.filter((address) => isNeeded(advice, at(address)));
  if (left.length === 0) return [];
  const ends = openEnds(opens, left.map(at));
  const isWhole = left.length === about.addresses.length && ends.client && ends.target;
  return isWhole ? [advice] : about.only(left, ends);
}

/** The ends at which what a remedy opens is not open for all addresses. Only network ACLs and routes have two. */
function openEnds(opens: Advice['opens'], atEach: readonly (readonly Gate[])[]): OpenEnds {
  if (opens !== 'acl' && opens !== 'routes') return { client: true, target: true };
  const isOpen = (end: Gate['end']): boolean =>
    atEach.some((gates) => !isAllowed(gates, (gate) => openedBy[opens](gate) && gate.end === end));
  return { client: isOpen('client'), target: isOpen('target') };
}

/** Remedies without what the configuration read makes needless. */
export function stillNeeded(remedies: readonly Advice[], gates: readonly Gate[]): Advice[] {
  return remedies.flatMap((remedy) => needed(remedy, gates));
}

/** A finding without the remedies and alternatives that the gates make needless. What was observed stays. */
export function withoutAnswered(gates: readonly Gate[], found: Finding): Finding {
  const remedies = stillNeeded(found.remedies, gates);
  const alternatives = found.alternatives.filter(({ cause, observed }) => {
    const questions = questionsOf[cause as Cause] ?? [];
    return observed === true || questions.length === 0 || questions.some((asks) => isNeeded({ asks }, gates));
  });
  const isSame =
    remedies.length === found.remedies.length &&
    remedies.every((remedy, index) => remedy === found.remedies[index]) &&
    alternatives.length === found.alternatives.length;
  return isSame ? found : { ...found, remedies, alternatives };
}
