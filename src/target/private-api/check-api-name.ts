import { usualApiId } from './names.js';
import { hasSuffix, isKnownRegion, meantRegion, SUFFIXES, suffixFits, suffixOf } from './partitions.js';

/** A fault in a name under `execute-api`, found in its text alone. */
export interface NameProblem {
  cause: 'url.malformed' | 'url.wrong-suffix' | 'url.wrong-region';
  /** certain: the name breaks the documented form; medium: it differs from all names seen so far. */
  confidence: 'certain' | 'medium';
  /** What fails: `name`, the name does not resolve; `api`, API Gateway does not find the API. */
  stops: 'name' | 'api';
  /** A sentence part that completes "NAME …": `ends in amazonaws.com, but …`. */
  what: string;
}

/** The faults of a name, and the corrected name; null where it is not known. */
export interface NameCheck {
  problems: NameProblem[];
  right: string | null;
}

const SERVICE = 'execute-api';
/** Common misspellings of the label. */
const NEARLY = /^(?:exec(?:ute)?[-_]?apis?|api-execute|execute-api-fips|excute-api|exceute-api)$/;
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}$/;
const ZONE = /^(?<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9])[a-z]$/;

/** Whether a label of a host name is `execute-api` or a misspelling of it. */
export function isServiceLabel(label: string): boolean {
  return label === SERVICE || NEARLY.test(label);
}

interface Parts {
  /** Labels before the service's. */
  before: string[];
  service: string;
  region: string | null;
  isUnderVpce: boolean;
  suffix: string;
}

/** Splits a name that is meant to be one of API Gateway's; null for any other name. */
function partsOf(name: string): Parts | null {
  const labels = name.split('.');
  const at = labels.findIndex(isServiceLabel);
  const service = labels[at];
  if (service === undefined) return null;
  const after = labels.slice(at + 1);
  const isAws = /(?:^|\.)amazonaws(?:\.|$)/.test(name) || SUFFIXES.some((suffix) => hasSuffix(name, suffix));
  const [first = ''] = after;
  const hasRegion = REGION.test(first) || ZONE.test(first);
  // `execute-api.internal.example` is not a name of AWS.
  if (!isAws && !(hasRegion && isKnownRegion(first))) return null;
  const rest =
    hasRegion || (first !== 'vpce' && first !== 'amazonaws' && after.length > 2) ? after.slice(1) : after;
  const isUnderVpce = rest[0] === 'vpce';
  return {
    before: labels.slice(0, at),
    service,
    region: rest.length < after.length ? first : null,
    isUnderVpce,
    suffix: rest.slice(isUnderVpce ? 1 : 0).join('.'),
  };
}

/**
 * Checks a name against the documented invoke-URL forms and its parts against each other. `name` is lower case, without
 * final dot. A name that is not meant to be one of API Gateway's has no problems.
 */
export function checkApiName(name: string): NameCheck {
  const parts = partsOf(name);
  if (parts === null) return { problems: [], right: null };
  const region = regionOf(parts);
  const label = labelOf(parts);
  const suffix = suffixProblems(parts, region.right);
  const problems = [...serviceProblems(parts), ...region.problems, ...suffix, ...label.problems];
  const ending = region.right === null ? null : suffixOf(region.right);
  const right =
    problems.length === 0 || ending === null || label.right === null
      ? null
      : `${label.right === '' ? '' : `${label.right}.`}${SERVICE}.${region.right}.${label.underVpce ? 'vpce.' : ''}${ending}`;
  return { problems, right: right === name ? null : right };
}

function serviceProblems({ service }: Parts): NameProblem[] {
  return service === SERVICE ? [] : [malformed(`has ${service} instead of ${SERVICE}`)];
}

function regionOf({ region }: Parts): { problems: NameProblem[]; right: string | null } {
  if (region === null) return { problems: [malformed(`has no Region after ${SERVICE}`)], right: null };
  const zone = ZONE.exec(region)?.groups?.region;
  if (zone !== undefined) {
    return {
      problems: [malformed(`has ${region} instead of a Region: it is an Availability Zone of ${zone}`)],
      right: zone,
    };
  }
  const meant = meantRegion(region);
  const hint = meant === null ? '' : `; ${meant} may be meant`;
  if (!REGION.test(region))
    return { problems: [malformed(`has ${region} instead of a Region${hint}`)], right: meant };
  if (isKnownRegion(region)) return { problems: [], right: region };
  const problem: NameProblem = {
    cause: 'url.wrong-region',
    confidence: 'medium',
    stops: 'name',
    what: `has the Region ${region}, which is not a known one${hint}`,
  };
  return { problems: [problem], right: meant };
}

function suffixProblems({ suffix }: Parts, region: string | null): NameProblem[] {
  const right = region === null ? null : suffixOf(region);
  if (suffix === '') return [malformed(`ends after the Region${right === null ? '' : `, without ${right}`}`)];
  if (region === null || right === null || suffixFits(region, suffix)) return [];
  return [
    {
      cause: 'url.wrong-suffix',
      confidence: 'certain',
      stops: 'name',
      what: `ends in ${suffix}, but names in ${region} end in ${right}`,
    },
  ];
}

interface Label {
  problems: NameProblem[];
  /** The corrected label, '' for a name without one; null where it is not known. */
  right: string | null;
  underVpce: boolean;
}

/** Checks the labels before the service: an API's id, an endpoint's name, both ids, or nothing. */
function labelOf({ before, isUnderVpce }: Parts): Label {
  const [label, ...more] = before;
  if (label === undefined) {
    const problems = isUnderVpce
      ? [malformed('has .vpce. after the Region, but no name of an endpoint before it')]
      : [];
    return { problems, right: isUnderVpce ? null : '', underVpce: false };
  }
  if (more.length > 0) {
    return {
      problems: [malformed(`has ${before.length} labels before ${SERVICE} instead of one`)],
      right: null,
      underVpce: false,
    };
  }
  if (label.startsWith('vpce-')) return endpointLabel(label, isUnderVpce);
  const alias = /^(?<api>.*?)-(?<vpce>vpce-.*)$/.exec(label)?.groups;
  const problems = isUnderVpce
    ? [malformed('has .vpce. after the Region, which only names of endpoints have')]
    : [];
  if (alias?.api === undefined || alias.vpce === undefined) {
    const id = idProblems(label);
    return { problems: [...problems, ...id], right: id.length === 0 ? label : null, underVpce: false };
  }
  const wrong = [...idProblems(alias.api).map(stopsName), ...vpceProblems(alias.vpce)];
  return { problems: [...problems, ...wrong], right: wrong.length === 0 ? label : null, underVpce: false };
}

function endpointLabel(label: string, isUnderVpce: boolean): Label {
  const [, id = label, rest] = /^(vpce-[^-]*)(?:-(.*))?$/.exec(label) ?? [];
  const wrong = vpceProblems(id);
  if (rest === undefined) {
    const bare = malformed(
      `has only the id of an endpoint; its DNS names have more characters after the id (${id}-…)`,
    );
    return { problems: [...wrong, bare], right: null, underVpce: true };
  }
  const place = isUnderVpce
    ? []
    : [malformed('has no .vpce. after the Region, which names of endpoints have')];
  return { problems: [...wrong, ...place], right: wrong.length === 0 ? label : null, underVpce: true };
}

function vpceProblems(id: string): NameProblem[] {
  const digits = id.slice('vpce-'.length);
  if (!/^[0-9a-f]*$/.test(digits))
    return [malformed(`has ${id}, which is not an endpoint id (vpce- and 17 or 8 hexadecimal digits)`)];
  if (digits.length === 17 || digits.length === 8) return [];
  return [malformed(`has ${id} with ${digits.length} digits; endpoint ids have 17, old ones 8`)];
}

/** Private DNS has a wildcard record that resolves with any id; then API Gateway does not find the API. */
function idProblems(id: string): NameProblem[] {
  if (!/^[a-z0-9]+$/.test(id)) {
    return [
      {
        ...malformed(
          `has ${id === '' ? 'nothing' : id} instead of the id of an API, which is ten letters and digits`,
        ),
        stops: 'api',
      },
    ];
  }
  return usualApiId(id)
    ? []
    : [
        {
          ...malformed(`has the API id ${id} with ${id.length} characters; ids have ten`),
          confidence: 'medium',
          stops: 'api',
        },
      ];
}

/** The name of an API and an endpoint together is a DNS record of its own: with a wrong id it does not exist. */
function stopsName(problem: NameProblem): NameProblem {
  return { ...problem, stops: 'name' };
}

function malformed(what: string): NameProblem {
  return { cause: 'url.malformed', confidence: 'certain', stops: 'name', what };
}
