/** The parts of an API Gateway private API's name; null parts are not in that form of the name. */
export interface PrivateApi {
  /**
   * default `{api}.execute-api.{region}…`; alias `{api}-{vpce}.execute-api.…`; vpce and zonal: the endpoint's own
   * names; service: `execute-api.{region}…` alone; custom: any other name, known to be a private API by `--api-id` or `--vpce`.
   */
  form: 'default' | 'alias' | 'vpce' | 'zonal' | 'service' | 'custom';
  apiId: string | null;
  vpceId: string | null;
  region: string | null;
  /** The first segment of the URL's path; null for a custom name, where it is a base path that hides API and stage. */
  stage: string | null;
  /** `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, `aws-iso`, … */
  partition: string | null;
  /**
   * Another name of the same endpoint, whose addresses the host's must equal: what `--vpce` gave, or the alias
   * `{api}-{vpce}…` where it gave only an id. null when there is nothing to compare with.
   */
  endpointName: string | null;
}

/**
 * The options of a diagnosis that say how it was measured, as they were given. A command in a remedy repeats them. An
 * option that was not given is absent; `--vpce` and `--api-id` are part of `privateApi`.
 */
export interface GivenOptions {
  /** `-4` or `-6`. */
  family?: 4 | 6;
  /** `--source`: an address of this host. */
  source?: string;
  /** `--control`. */
  control?: { host: string; port: number };
  /** `--server`, each as it takes it: `ADDR` or `ADDR#PORT`. */
  servers?: string[];
  /** `--vpc-resolver`. */
  vpcResolver?: string;
  /** `--ca-file`: the path, not what is in the file. */
  caFile?: string;
}

/** What was asked, parsed and checked once. */
export interface Target {
  /** As typed, without query and fragment: they may carry secrets, and this is saved and sent around. */
  input: string;
  /** An ASCII name in lower case without a final dot, or an address in canonical form without brackets. */
  host: string;
  port: number;
  /**
   * The URL to ask, or null when no HTTP is to be spoken: an address alone, or a port other than 443 without `https://`.
   * Never has userinfo, query or fragment.
   */
  url: string | null;
  privateApi: PrivateApi | null;
  /** Absent in documents of earlier versions, and where nothing was given. */
  given?: GivenOptions;
}
