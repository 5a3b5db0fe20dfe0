import { list } from '../../../core/text.js';
import {
  allOfTruths,
  anyOfTruths,
  hasVariable,
  holds,
  isKnownOperator,
  type KeyValue,
  type Truth,
  wildcardMatch,
} from './condition.js';
import type { Condition, Principals, Statement } from './document.js';

/** A request as a policy sees it. */
export interface PolicyRequest {
  /** `anonymous`; the ARN of a signed caller; null where it is not known. */
  caller: string | null;
  /** `execute-api:Invoke`. */
  action: string;
  /** The parts of the ARN that is called. An unknown part is null. */
  resource: {
    partition: string;
    region: string;
    account: string | null;
    apiId: string;
    /** `prod/GET/orders`. */
    path: string | null;
  } | null;
  /** The value of a condition key, whose name is in lower case. */
  key(name: string): KeyValue;
}

/** What a policy decides about a request. */
export interface PolicyDecision {
  state: 'allow' | 'explicit-deny' | 'implicit-deny' | 'unknown';
  /** The statement that decides; of an implicit deny, the Allow that comes nearest. Null where there is none. */
  statement: Statement | null;
  /** The condition that decides, with the value that the request has. */
  condition: { condition: Condition; given: KeyValue } | null;
  /** Why, in words that follow the number of the statement. */
  why: string;
}

/** What the statements decide: a Deny that matches, else an Allow that does. What is not known decides nothing. */
export function evaluatePolicy(statements: readonly Statement[], request: PolicyRequest): PolicyDecision {
  const judged = statements.map((statement) => ({ statement, parts: partsOf(statement, request) }));
  const matches = judged.map((each) => ({
    ...each,
    match: allOfTruths(each.parts.map(({ truth }) => truth)),
  }));
  const of = (effect: Statement['effect'], match: Truth) =>
    matches.find((each) => each.statement.effect === effect && each.match === match);
  const denying = of('deny', true);
  if (denying !== undefined)
    return decided('explicit-deny', denying.statement, denying.parts, isSelective(denying.parts));
  const unsure =
    of('deny', null) ??
    matches.find(({ statement, match }) => statement.effect === 'unknown' && match !== false);
  if (unsure !== undefined)
    return decided('unknown', unsure.statement, unsure.parts, ({ truth }) => truth === null);
  const allowing = of('allow', true);
  if (allowing !== undefined) return decided('allow', allowing.statement, allowing.parts, () => false);
  const perhaps = of('allow', null);
  if (perhaps !== undefined)
    return decided('unknown', perhaps.statement, perhaps.parts, ({ truth }) => truth === null);
  const near = matches
    .filter(({ statement }) => statement.effect === 'allow')
    .sort((one, other) => misses(one.parts) - misses(other.parts))[0];
  return near === undefined
    ? { state: 'implicit-deny', statement: null, condition: null, why: 'it has no Allow' }
    : decided('implicit-deny', near.statement, near.parts, ({ truth }) => truth === false);
}

/** One element of a statement, and whether the request matches it. */
interface Part {
  truth: Truth;
  words: string;
  condition: { condition: Condition; given: KeyValue } | null;
}

/** The parts that make a statement match this request and not all: its conditions, or else what it excludes. */
function isSelective(parts: readonly Part[]): (part: Part) => boolean {
  if (parts.some(({ condition }) => condition !== null)) return ({ condition }) => condition !== null;
  const excludes = ({ words }: Part): boolean => words.startsWith('Not');
  return parts.some(excludes) ? excludes : ({ words }) => /^(?:Principal|Resource) (?!\*$)/.test(words);
}

function misses(parts: readonly Part[]): number {
  return parts.filter(({ truth }) => truth === false).length;
}

function decided(
  state: PolicyDecision['state'],
  statement: Statement,
  parts: readonly Part[],
  isDeciding: (part: Part) => boolean,
): PolicyDecision {
  const deciding = parts.filter(isDeciding);
  return {
    state,
    statement,
    condition: deciding.find(({ condition }) => condition !== null)?.condition ?? null,
    why: list(
      deciding.map(({ words }) => words),
      3,
    ).replace(/^none$/, ''),
  };
}

function partsOf(statement: Statement, request: PolicyRequest): Part[] {
  const { principal, notPrincipal, actions, notActions, resources, notResources, conditions, variables } =
    statement;
  const element = (truth: Truth, words: string): Part => ({ truth, words, condition: null });
  const inverse = (truth: Truth): Truth => (truth === null ? null : !truth);
  const parts: Part[] = [];
  if (principal !== null)
    parts.push(element(isPrincipal(principal, request), `Principal ${principalWords(principal)}`));
  else if (notPrincipal !== null)
    parts.push(
      element(inverse(isExcepted(notPrincipal, request)), `NotPrincipal ${principalWords(notPrincipal)}`),
    );
  else parts.push(element(null, 'no Principal'));
  if (actions !== null) parts.push(element(isAction(actions, request), `Action ${list(actions, 3)}`));
  else if (notActions !== null)
    parts.push(element(inverse(isAction(notActions, request)), `NotAction ${list(notActions, 3)}`));
  else parts.push(element(null, 'no Action'));
  if (resources !== null) parts.push(element(isResourceOf(resources, request), resourceWords(resources)));
  else if (notResources !== null)
    parts.push(element(inverse(isResourceOf(notResources, request)), `NotResource ${list(notResources, 3)}`));
  else parts.push(element(null, 'no Resource'));
  for (const written of conditions) {
    const condition = variables
      ? { ...written, values: written.values.map((each) => resolvedVariables(each, request)) }
      : written;
    const given = request.key(condition.key.toLowerCase());
    parts.push({
      truth: holds(condition, given),
      words: `${condition.operator} ${condition.key} ${list(condition.values, 4)}, and ${givenWords(condition, given)}`,
      condition: { condition, given },
    });
  }
  return parts;
}

/** The resources of a statement. One that ends in a slash before its method is the ARN of none: `…:a1b2c3d4e5/prod/`. */
function resourceWords(resources: readonly string[]): string {
  const cut = resources.every((each) => /^[^/]*\/(?:[^/]+\/)?$/.test(each));
  return `Resource ${list(resources, 3)}${cut ? ', which lacks the star at its end and is the ARN of no method' : ''}`;
}

function givenWords({ operator, key }: Condition, given: KeyValue): string {
  if (!isKnownOperator(operator)) return `the operator ${operator} is not known here`;
  if (given === 'unknown') return `what the request has for ${key} is not known`;
  return given === 'absent' ? `the request has no ${key}` : `the request has ${list(given, 3)}`;
}

function principalWords(principals: Principals): string {
  return list(
    [...principals].flatMap(([kind, names]) =>
      names.map((name) => (kind === 'AWS' ? name : `${kind} ${name}`)),
    ),
    3,
  );
}

function isPrincipal(principals: Principals, { caller }: PolicyRequest): Truth {
  const names = principals.get('AWS') ?? [];
  if (names.includes('*')) return true;
  if (principals.has('*')) return null;
  // An account or a role is never an anonymous caller.
  if (caller === 'anonymous') return false;
  if (caller === null) return null;
  return anyOfTruths(names.map((name) => isCaller(name, caller)));
}

/** Whether a principal of a policy is a signed caller. */
function isCaller(name: string, caller: string): Truth {
  if (name === caller) return true;
  const [, service = '', account = '', kind = '', who = ''] =
    /^arn:[\w-]+:(iam|sts)::(\d{12}):([\w-]+)\/(.+)$/.exec(caller) ?? [];
  if (account === '') return null;
  if (name === account || name.endsWith(`::${account}:root`)) return true;
  const [, named, role] = /^arn:[\w-]+:(?:iam|sts)::(\d{12}):(.+)$/.exec(name) ?? [];
  // Another account, as its number or as one of its own.
  if (/^\d{12}$/.test(name) || (named !== undefined && named !== account)) return false;
  if (role === undefined) return null;
  // The ARN of a session has the name of its role without the role's path.
  const isSession = service === 'sts' && kind === 'assumed-role';
  if (isSession && role.startsWith('role/')) return role.split('/').at(-1) === who.split('/')[0];
  return false;
}

/**
 * Whether NotPrincipal leaves a caller out. Of a session it has to name the session itself, beside its role and account (IAM user
 * guide, "NotPrincipal"), so that its role alone does not say.
 */
function isExcepted(principals: Principals, request: PolicyRequest): Truth {
  const { caller } = request;
  const names = principals.get('AWS') ?? [];
  const truth = isPrincipal(principals, request);
  const isSession = caller !== null && /^arn:[\w-]+:sts::/.test(caller);
  return truth === true && isSession && !names.includes('*') && !names.includes(caller) ? null : truth;
}

function isAction(actions: readonly string[], { action }: PolicyRequest): Truth {
  const name = action.toLowerCase();
  return actions.some((each) => wildcardMatch(each.toLowerCase(), name));
}

function isResourceOf(resources: readonly string[], request: PolicyRequest): Truth {
  return anyOfTruths(resources.map((pattern) => isOneResource(pattern, request)));
}

/** Stands for a part of an ARN that is not known: no pattern names it. */
const nobody = '\u0001';

function isOneResource(pattern: string, { resource }: PolicyRequest): Truth {
  if (pattern === '*') return true;
  if (resource === null || hasVariable(pattern)) return null;
  const { partition, region, account, apiId, path } = resource;
  const own = `arn:${partition}:execute-api:${region}:${account ?? nobody}:${apiId}/`;
  const short = 'execute-api:/';
  // Of the short forms, this one is expanded when a policy is saved; templates have it. What others stand for is not known.
  if (/^execute-api:/i.test(pattern) && !pattern.startsWith(short)) return null;
  const full = pattern.startsWith(short) ? own + pattern.slice(short.length) : pattern;
  const [segments, tail] = [full.split(':').slice(0, 5), full.split(':').slice(5).join(':')];
  // An account in the pattern may be the one that is not known.
  const isGuess =
    account === null && segments.length === 5 && !/^\**$/.test(segments[4] ?? '') && segments[4] !== nobody;
  const wanted = isGuess ? [...segments.slice(0, 4), '*', tail].join(':') : full;
  if (path !== null) {
    const match = isArn(wanted, own + path);
    return match === true && isGuess ? null : match;
  }
  if (wanted.endsWith('*') && isArn(wanted, `${own}${nobody}`) === true) return isGuess ? null : true;
  return isArn(wanted.replace(/\/.*$/s, '/*'), `${own}${nobody}`) === false ? false : null;
}

/**
 * Whether a pattern is the ARN. A star stands for text in its segment, and reaches over colons only where it is the last character
 * of its segment (IAM user guide, "IAM JSON policy elements: Resource"); what it is elsewhere is not known.
 */
function isArn(pattern: string, arn: string): Truth {
  const parts = (text: string): string[] => {
    const all = text.split(':');
    return [...all.slice(0, 5), all.slice(5).join(':')];
  };
  const [wanted, given] = [parts(pattern), parts(arn)];
  if (
    pattern.split(':').length >= 6 &&
    given.every((part, index) => wildcardMatch(wanted[index] ?? '', part))
  )
    return true;
  if (!wildcardMatch(pattern, arn)) return false;
  return wanted.slice(0, 5).every((part) => !/\*(?!$)/.test(part)) ? true : null;
}

/** A value with the policy variables whose values the request is known to have, and those that it lacks with their default. */
function resolvedVariables(value: string, request: PolicyRequest): string {
  return value.replaceAll(
    /\$\{([\w:/.-]+)(?:\s*,\s*'([^']*)')?\}/g,
    (whole, name: string, other?: string) => {
      const given = request.key(name.toLowerCase());
      if (given === 'absent') return other ?? whole;
      const [only, ...more] = given === 'unknown' ? [] : given;
      return only === undefined || more.length > 0 ? whole : only;
    },
  );
}
