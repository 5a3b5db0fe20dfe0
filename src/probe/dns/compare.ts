import type { DnsComparison, DnsDocument } from './types.js';

/**
 * Lays the answers of two names side by side. For a private API these are its own name and its endpoint's: the sets
 * must be equal, else the first name leads elsewhere. Pure.
 */
export function compareAnswers(first: DnsDocument, second: DnsDocument): DnsComparison {
  const ofFirst = first.addresses.map(({ address }) => address);
  const ofSecond = second.addresses.map(({ address }) => address);
  const onlyFirst = ofFirst.filter((address) => !ofSecond.includes(address));
  const onlySecond = ofSecond.filter((address) => !ofFirst.includes(address));
  return {
    name: second.question.name,
    status: second.status,
    addresses: second.addresses,
    same: ofFirst.length > 0 && onlyFirst.length === 0 && onlySecond.length === 0,
    onlyFirst,
    onlySecond,
  };
}
