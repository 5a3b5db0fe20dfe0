import { list } from '../../core/text.js';
import type { Gate } from '../../documents/facts.js';
import { hostAnswers } from '../../documents/observed/dns.js';
import { addressesOf, addressOutcomes } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { contextOf } from './context.js';
import { clientEnd, targetEnd } from './ends.js';
import { nameGates } from './names/names.js';
import { networkGates } from './network.js';
import { requestGates } from './request/request.js';

/** More addresses than any endpoint has interfaces. */
const mostAddresses = 50;

/**
 * What the configuration in the evidence decides on the way from this host to the target, in path order: the name, the packets
 * there and back for each address of the target, the request. Empty without configuration, and for parts that are about
 * another place. The gates of a masked report are those that it has.
 */
export function gatesOf(evidence: Evidence): Gate[] {
  const facts = evidence.observations.configuration ?? null;
  if (facts === null) return [];
  if (facts.redacted === true) return evidence.gates ?? [];
  const context = contextOf(evidence, facts);
  const addresses = addressesToJudge(evidence);
  const clients = new Map(([4, 6] as const).map((family) => [family, clientEnd(evidence, facts, family)]));
  const first = clients.get(4) ?? clients.get(6) ?? null;
  const network = context.use.network;
  const ends = addresses.flatMap((address) => {
    const client = clients.get(familyOf(address) === 6 ? 6 : 4) ?? null;
    const target = network ? targetEnd(evidence, facts, address, client) : null;
    return target === null ? [] : [{ client, target }];
  });
  // The request went to the first address that answered.
  const asked = evidence.observations.http[0]?.address;
  const path = ends.find(({ target }) => target.address === asked) ?? ends[0];
  return [
    ...(network ? nameGates(context, first) : []),
    ...merged(ends.map((each) => networkGates(context, each))),
    ...requestGates(context, path?.client ?? first, path?.target ?? null),
  ];
}

/** Evidence with its gates, for `classify`. */
export function withGates(evidence: Evidence): Evidence {
  return { ...evidence, gates: gatesOf(evidence) };
}

/** The addresses that packets went to, or else those that the name gave. */
function addressesToJudge(evidence: Evidence): string[] {
  const tried = addressesOf(addressOutcomes(evidence));
  const given = hostAnswers(evidence)[0]?.doc.addresses.map(({ address }) => address) ?? [];
  return (tried.length > 0 ? tried : given).slice(0, mostAddresses);
}

/** The gates of several addresses as one list: those that say the same are one gate. */
function merged(paths: readonly Gate[][]): Gate[] {
  const places: string[] = [];
  const at = new Map<string, Map<string, Gate>>();
  for (const path of paths) {
    let before = -1;
    for (const gate of path) {
      const place = `${gate.gate} ${gate.end} ${gate.direction}`;
      if (!places.includes(place)) places.splice(before + 1, 0, place);
      before = places.indexOf(place);
      const said = at.get(place) ?? new Map<string, Gate>();
      at.set(place, said);
      const key = [gate.state, gate.resource, gate.rule, withoutAddress(gate)].join('\n');
      const same = said.get(key);
      said.set(key, same === undefined ? gate : joinedGate(same, gate));
    }
  }
  return places.flatMap((place) => [...(at.get(place)?.values() ?? [])].map(aboutAll));
}

/** A gate that was judged for several addresses names them all, and no single interface. */
function aboutAll(gate: Gate): Gate {
  const { addresses = [] } = gate;
  const [first = ''] = addresses;
  if (addresses.length < 2) return gate;
  return {
    ...gate,
    text: gate.text.replace(whole(first), list(addresses, 4)).replace(/, eni-[0-9a-f]+\)/g, ')'),
  };
}

/** An address that is not a part of a longer one: 10.0.1.5, and not the beginning of 10.0.1.50. */
function whole(address: string): RegExp {
  return new RegExp(`(?<![\\w.:])${address.replaceAll('.', '\\.')}(?![\\w:]|\\.\\d)`, 'g');
}

/** What a gate says of any address. */
function withoutAddress({ text, addresses = [] }: Gate): string {
  return addresses
    .reduce((rest, address) => rest.replace(whole(address), '…'), text)
    .replace(/\beni-[0-9a-f]+\b/g, '…');
}

function joinedGate(one: Gate, other: Gate): Gate {
  const remedies = [...(one.remedies ?? []), ...(other.remedies ?? [])].filter(
    (each, index, all) =>
      all.findIndex(({ command, text }) => command === each.command && text === each.text) === index,
  );
  return {
    ...one,
    addresses: [...new Set([...(one.addresses ?? []), ...(other.addresses ?? [])])],
    ...(remedies.length === 0 ? {} : { remedies: remedies.slice(0, 20) }),
  };
}
