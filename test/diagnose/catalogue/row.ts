import type { DiagnoseOptions } from '../../../src/diagnose/diagnose.js';

/** One misconfiguration of the catalogue, made in the lab, and what must be said of it. */
export interface CatalogueRow {
  /** Its numbers in the catalogue of misconfigurations; what has none there is a cause of the contract. */
  rows: string;
  what: string;
  /** A fault of the lab; null: it is healthy, and the target is what is wrong. */
  fault: string | null;
  /** Default: the API's URL. */
  target?: string;
  options?: DiagnoseOptions;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** `class cause confidence`. */
  verdict: string;
  /** What the remedies, or the checks of the alternatives, must name. */
  remedy: RegExp | null;
  /** It is over only when a timeout is. */
  waits?: true;
}

/** The ends of a security group's rule: who calls, and what is called. */
export function from(...ids: string[]): RegExp {
  return new RegExp(ids.map((id) => `(?=[\\s\\S]*${id.replaceAll('.', '\\.')})`).join(''));
}
