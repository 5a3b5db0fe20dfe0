import { inspectorIn } from '../../documents/observed/tls.js';
import { familyOf } from '../../net/address/address.js';
import { isServiceLabel } from '../../target/private-api/check-api-name.js';
import { readPrivateName } from '../../target/private-api/names.js';

/** Members whose whole text is a name, at any depth of the document. */
const NAMES = new Set([
  'host',
  'hostname',
  'serverName',
  'endpointName',
  'name',
  'vpceId',
  'caFile',
  'HostedZoneId',
  'deploymentId',
]);

/** Members that are lists of names. */
const NAME_LISTS = new Set(['chain', 'names']);

/** Members that are distinguished names, or a common name. */
const SUBJECTS = new Set(['subject', 'issuer']);

/** Members with text from the network or the user, which may contain names. */
const TEXTS = new Set([
  'url',
  'input',
  'message',
  'via',
  'server',
  'location',
  'firstLine',
  'title',
  'banner',
  'data',
  'text',
]);

/** Members with paths of files on the host, or with a message that contains one. */
const PATHS = new Set(['path', 'problem']);

/**
 * Members with pprobe's own words, where no names are collected: resolv.conf and host.docker.internal in them are not of the
 * network. The names that they quote are known from the reports.
 */
const OWN = new Set(['tool', 'alert', 'verdict', 'findings', 'docs']);

/** Words in members for names that are not names. */
const COMMON = new Set(['', '*', '-', 'http', 'https', 'localhost']);

/** Names of hosts and other things, and API ids, in lower case and without a final dot. */
export interface KnownNames {
  names: Set<string>;
  apis: Set<string>;
}

/**
 * The names in a document: hosts, API ids, certificate subjects, roles and sessions of callers. Addresses, account ids and
 * resource ids are recognized by their form and are not collected.
 */
export function namesIn(document: unknown): KnownNames {
  const known: KnownNames = { names: new Set(), apis: new Set() };
  collect(known, document, '', false);
  for (const name of known.names) {
    addTo(known.apis, readPrivateName(name)?.apiId ?? '');
    // Also in a name that is not a valid name of an API.
    const labels = name.split('.');
    addTo(known.apis, labels[labels.findIndex(isServiceLabel) - 1] ?? '');
  }
  return known;
}

function collect(known: KnownNames, value: unknown, key: string, listed: boolean): void {
  if (typeof value === 'string') {
    collectText(known, value, key, listed);
  } else if (Array.isArray(value)) {
    for (const each of value) collect(known, each, key, true);
  } else if (typeof value === 'object' && value !== null) {
    for (const [member, each] of Object.entries(value)) {
      if (member === 'environment') collectProxies(known, each);
      else if (member === 'names' && !Array.isArray(each)) collectHopNames(known, each);
      // The members are the names of headers, which identify no person or host.
      else if (member === 'headers')
        for (const text of textsIn(each)) collectText(known, text, 'text', false);
      // In a log, only the summary of a request names its backend.
      else if (member === 'summary' && 'extendedId' in value) collect(known, each, 'text', false);
      else if (!OWN.has(member)) collect(known, each, member, false);
    }
  }
}

function collectText({ names, apis }: KnownNames, value: string, key: string, listed: boolean): void {
  if (key === 'apiId' || key === 'restApiId') addTo(apis, value);
  // The id of a zone has no form of its own: it is known by where it stands.
  if (key === 'HostedZoneId' || (key === 'resource' && /^(?:\/hostedzone\/)?Z[0-9A-Z]{2,31}$/.test(value)))
    addTo(names, value);
  if (PATHS.has(key)) collectPath(names, value);
  if (listed ? NAME_LISTS.has(key) : NAMES.has(key)) addTo(names, value);
  // An issuer that is only the name of a product does not identify a user of it.
  if (SUBJECTS.has(key) && inspectorIn(value) !== value) {
    addTo(names, value);
    // The parts of `O=Corp, CN=host` also occur alone. A shorter part is a country.
    for (const part of value.split(/[\n,]\s*/)) if (part.length > 5) addTo(names, part.replace(/^\w+=/, ''));
  }
  if (!TEXTS.has(key) && !SUBJECTS.has(key) && !NAME_LISTS.has(key)) return;
  for (const [token] of value.matchAll(/[\p{L}\p{N}_.*-]+/gu))
    if (isDotted(token)) addTo(names, trimmed(token));
  for (const [, host = ''] of value.matchAll(/:\/\/(?:[^/\s@]{1,200}@)?([^/\s:?#"'<>\]\\]+)/g))
    addTo(names, host);
  for (const [arn] of value.matchAll(/\barn:[\w-]+:[^\s"',]+/g)) collectArn({ names, apis }, arn);
}

/** Collects the user of a home directory, and directories and files that are called as a host. */
function collectPath(names: Set<string>, text: string): void {
  for (const [, user = ''] of text.matchAll(/\/(?:home|Users)\/([^/\s:`]+)/g)) addTo(names, user);
  for (const [token] of text.matchAll(/[\p{L}\p{N}_.*-]+/gu)) {
    const name = token.replace(/\.(?:pem|crt|cer|der|p7b|bundle|d|\d+)$/i, '');
    if (isDotted(name)) addTo(names, trimmed(name));
  }
}

/** Collects from `arn:aws:execute-api:{region}:{account}:{api}/…` and `arn:aws:sts::{account}:assumed-role/{role}/{session}`. */
function collectArn({ names, apis }: KnownNames, arn: string): void {
  const [, , service, , , ...rest] = arn.split(':');
  const [first = '', ...path] = rest.join(':').split('/');
  if (service === 'execute-api' && first !== '*') addTo(apis, first);
  if (service === 'iam' || service === 'sts')
    for (const part of path) addTo(names, part.replace(/[.;:]$/, ''));
}

/** Collects the names of hops, which a trace has by address. */
function collectHopNames({ names }: KnownNames, byAddress: unknown): void {
  if (typeof byAddress !== 'object' || byAddress === null) return;
  for (const name of Object.values(byAddress)) if (typeof name === 'string') addTo(names, name);
}

/** Collects from proxy variables, whose hosts need not have a dot; `NO_PROXY` is a list of them. */
function collectProxies({ names }: KnownNames, environment: unknown): void {
  for (const value of valuesIn(environment)) {
    for (const part of value.split(/[\s,;/:@]+/)) addTo(names, part.replace(/^\*?\./, ''));
  }
}

function valuesIn(environment: unknown): string[] {
  if (typeof environment !== 'object' || environment === null) return [];
  const own = 'value' in environment && typeof environment.value === 'string' ? [environment.value] : [];
  return [...own, ...Object.values(environment).flatMap(valuesIn)];
}

/** Every text in a value, at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function isDotted(token: string): boolean {
  return /[\p{L}\p{N}_-]\.\p{L}[\p{L}\p{N}-]*[\p{L}\p{N}]$/u.test(trimmed(token));
}

function trimmed(token: string): string {
  return token.replace(/^[.-]+/, '').replace(/(?<![.-])[.-]+$/, '');
}

function addTo(names: Set<string>, text: string): void {
  const name = text.toLowerCase().replace(/\.$/, '');
  // Amazon's certificate authorities identify no user. Numbers are not names, and addresses have a known form.
  if (COMMON.has(name) || /^amazon\b/.test(name) || /^[\d.]*$/.test(name) || familyOf(name) !== null) return;
  names.add(name);
}
