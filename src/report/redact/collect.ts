import { inspectorIn } from '../../documents/observed/tls.js';
import { familyOf } from '../../net/address/address.js';
import { isServiceLabel } from '../../target/private-api/check-api-name.js';
import { readPrivateName } from '../../target/private-api/names.js';

/** Members whose text is a name as a whole, wherever they stand. */
const NAMES = new Set(['host', 'hostname', 'serverName', 'endpointName', 'name', 'vpceId', 'caFile']);

/** Members that are lists of names. */
const NAME_LISTS = new Set(['chain', 'names']);

/** Distinguished names or the common name out of one. */
const SUBJECTS = new Set(['subject', 'issuer']);

/** Members with text from the network or from the user, in which names may stand. */
const TEXTS = new Set([
  'url',
  'input',
  'message',
  'via',
  'server',
  'location',
  'firstLine',
  'banner',
  'data',
  'text',
]);

/** The parts of a document that are pprobe's own words: no name is learned from them. */
const OWN = new Set(['tool', 'alert', 'verdict', 'docs']);

/** Words that are no names although they stand where names do. */
const COMMON = new Set(['', '*', '-', 'http', 'https', 'localhost']);

/** Names in lower case, without final dot. */
export interface KnownNames {
  names: Set<string>;
  apis: Set<string>;
}

/**
 * The names that a document holds: hosts, API ids, certificate subjects, role and session of a caller. What is known by its
 * form alone (addresses, account ids, resource ids) need not be collected.
 */
export function namesIn(document: unknown): KnownNames {
  const known: KnownNames = { names: new Set(), apis: new Set() };
  visit(known, document, '', false);
  for (const name of known.names) {
    addTo(known.apis, readPrivateName(name)?.apiId ?? '');
    // In a name that is not right, too.
    const labels = name.split('.');
    addTo(known.apis, labels[labels.findIndex(isServiceLabel) - 1] ?? '');
  }
  return known;
}

function visit(known: KnownNames, value: unknown, key: string, listed: boolean): void {
  if (typeof value === 'string') {
    learn(known, value, key, listed);
  } else if (Array.isArray(value)) {
    for (const each of value) visit(known, each, key, true);
  } else if (typeof value === 'object' && value !== null) {
    for (const [member, each] of Object.entries(value)) {
      if (member === 'environment') proxies(known, each);
      else if (member === 'names' && !Array.isArray(each)) namesOfHops(known, each);
      // What happened to a request of a log: its backend is named nowhere else.
      else if (member === 'summary' && 'extendedId' in value) visit(known, each, 'text', false);
      else if (!OWN.has(member)) visit(known, each, member, false);
    }
  }
}

function learn({ names, apis }: KnownNames, value: string, key: string, listed: boolean): void {
  if (key === 'apiId') addTo(apis, value);
  if (listed ? NAME_LISTS.has(key) : NAMES.has(key)) addTo(names, value);
  // The name of a product alone says nothing of who uses it.
  if (SUBJECTS.has(key) && inspectorIn(value) !== value) {
    addTo(names, value);
    // `O=Corp, CN=host`: the parts stand alone in other places. What is shorter is a country.
    for (const part of value.split(/[\n,]\s*/)) if (part.length > 5) addTo(names, part.replace(/^\w+=/, ''));
  }
  if (!TEXTS.has(key) && !SUBJECTS.has(key) && !NAME_LISTS.has(key)) return;
  for (const [token] of value.matchAll(/[\p{L}\p{N}_.*-]+/gu))
    if (isDotted(token)) addTo(names, trimmed(token));
  for (const [, host = ''] of value.matchAll(/:\/\/(?:[^/\s@]{1,200}@)?([^/\s:?#"'<>\]\\]+)/g))
    addTo(names, host);
  for (const [arn] of value.matchAll(/\barn:[\w-]+:[^\s"',]+/g)) learnArn({ names, apis }, arn);
}

/** `arn:aws:execute-api:{region}:{account}:{api}/…`; `arn:aws:sts::{account}:assumed-role/{role}/{session}`. */
function learnArn({ names, apis }: KnownNames, arn: string): void {
  const [, , service, , , ...rest] = arn.split(':');
  const [first = '', ...path] = rest.join(':').split('/');
  if (service === 'execute-api' && first !== '*') addTo(apis, first);
  if (service === 'iam' || service === 'sts')
    for (const part of path) addTo(names, part.replace(/[.;:]$/, ''));
}

/** By address: the name that its PTR record gives, or null. */
function namesOfHops({ names }: KnownNames, byAddress: unknown): void {
  if (typeof byAddress !== 'object' || byAddress === null) return;
  for (const name of Object.values(byAddress)) if (typeof name === 'string') addTo(names, name);
}

/** Proxy variables hold hosts without a dot, too, and `NO_PROXY` a list of them. */
function proxies({ names }: KnownNames, environment: unknown): void {
  for (const value of valuesIn(environment)) {
    for (const part of value.split(/[\s,;/:@]+/)) addTo(names, part.replace(/^\*?\./, ''));
  }
}

function valuesIn(environment: unknown): string[] {
  if (typeof environment !== 'object' || environment === null) return [];
  const own = 'value' in environment && typeof environment.value === 'string' ? [environment.value] : [];
  return [...own, ...Object.values(environment).flatMap(valuesIn)];
}

function isDotted(token: string): boolean {
  return /[\p{L}\p{N}_-]\.\p{L}[\p{L}\p{N}-]*[\p{L}\p{N}]$/u.test(trimmed(token));
}

function trimmed(token: string): string {
  return token.replace(/^[.-]+/, '').replace(/[.-]+$/, '');
}

function addTo(names: Set<string>, text: string): void {
  const name = text.toLowerCase().replace(/\.$/, '');
  // Amazon's own authorities are the same for everyone; a number is no name, and an address is known by its form.
  if (COMMON.has(name) || /^amazon\b/.test(name) || /^[\d.]*$/.test(name) || familyOf(name) !== null) return;
  names.add(name);
}
