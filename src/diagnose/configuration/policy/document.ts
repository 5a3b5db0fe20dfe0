/** One statement of a policy, with every element as a list. */
export interface Statement {
  /** From 1, as it stands in the policy. */
  number: number;
  effect: 'allow' | 'deny' | 'unknown';
  principal: Principals | null;
  notPrincipal: Principals | null;
  actions: string[] | null;
  notActions: string[] | null;
  resources: string[] | null;
  notResources: string[] | null;
  conditions: Condition[];
  /** Whether `${…}` stands for a value of the request: only in policies of version 2012-10-17. */
  variables: boolean;
  /** As it was written. */
  source: Readonly<Record<string, unknown>>;
}

/** Principals by their kind: `AWS`, `Service`, `Federated`. */
export type Principals = ReadonlyMap<string, readonly string[]>;

/** One key under one operator. */
export interface Condition {
  operator: string;
  key: string;
  values: string[];
}

/** A policy that was read, or why it cannot be. */
export type PolicyDocument = { statements: Statement[] } | { problem: string };

/**
 * Reads a policy. API Gateway gives its policies with each quotation mark escaped once more, sometimes in quotation marks, and
 * other answers of AWS encode them as in a URL.
 */
export function readPolicy(text: string): PolicyDocument {
  const value = unescaped(text);
  if (value === undefined) return { problem: 'the policy is not JSON' };
  const holder = membersOf(value);
  if (holder === null) return { problem: 'the policy is JSON, but not an object' };
  const listed = listOfAny(holder.Statement);
  if (listed.length === 0) return { problem: 'the policy has no statement' };
  const variables = holder.Version === '2012-10-17';
  return { statements: listed.map((each, index) => statementOf(each, index, variables)) };
}

/** The JSON in a text that is escaped several times; undefined for what is not JSON. */
function unescaped(text: string): unknown {
  let current = text.trim();
  for (let times = 0; times < 6; times++) {
    const value = parsedJson(current);
    if (typeof value === 'object' && value !== null) return value;
    const inner =
      typeof value === 'string'
        ? value
        : /^%7b/i.test(current)
          ? decoded(current)
          : current.includes('\\')
            ? parsedJson(`"${current.replaceAll('\n', '\\n')}"`)
            : undefined;
    if (typeof inner !== 'string' || inner === current) return undefined;
    current = inner.trim();
  }
  return undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

function listOfAny(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}

/** The texts of an element that is one text or a list; null where it is absent. */
function texts(value: unknown): string[] | null {
  if (value === undefined) return null;
  return listOfAny(value).map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each)));
}

function statementOf(value: unknown, index: number, variables: boolean): Statement {
  const source = membersOf(value) ?? {};
  const effect = String(source.Effect).toLowerCase();
  return {
    number: index + 1,
    effect: effect === 'allow' || effect === 'deny' ? effect : 'unknown',
    principal: principals(source.Principal),
    notPrincipal: principals(source.NotPrincipal),
    actions: texts(source.Action),
    notActions: texts(source.NotAction),
    resources: texts(source.Resource),
    notResources: texts(source.NotResource),
    conditions: Object.entries(membersOf(source.Condition) ?? {}).flatMap(([operator, keys]) =>
      Object.entries(membersOf(keys) ?? {}).map(
        ([key, values]): Condition => ({ operator, key, values: texts(values) ?? [] }),
      ),
    ),
    variables,
    source,
  };
}

function principals(value: unknown): Principals | null {
  if (value === undefined) return null;
  const byKind = membersOf(value);
  if (byKind === null) return new Map([['AWS', texts(value) ?? []]]);
  return new Map(Object.entries(byKind).map(([kind, each]) => [kind, texts(each) ?? []]));
}
