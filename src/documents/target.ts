import type { HeaderValue, Hostname, IpAddress, Port, ServerName, Text, Url } from './scalars.js';

/** The parts of the name of a private API. A part that this form of the name does not have is null. */
export interface PrivateApi {
  /**
   * `default`: `{api}.execute-api.{region}…`; `alias`: `{api}-{vpce}.execute-api.…`; `vpce` and `zonal`: the endpoint's own
   * names; `service`: `execute-api.{region}…`; `custom`: any other name that `--api-id` or `--vpce` declares a private API.
   */
  form: 'default' | 'alias' | 'vpce' | 'zonal' | 'service' | 'custom';
  apiId: Text | null;
  vpceId: Text | null;
  region: Text | null;
  /** The first segment of the URL's path; null for a custom name, whose base path hides API and stage. */
  stage: Text | null;
  /** `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, `aws-iso`, … */
  partition: Text | null;
  /**
   * Another name of the same endpoint, which must have the same addresses as the host: the one given by `--vpce`, or the
   * alias `{api}-{vpce}…` where `--vpce` gave an id. null when there is nothing to compare with.
   */
  endpointName: Hostname | null;
}

/** A header that was given for the request. */
export interface GivenHeader {
  /** The name. @minLength 1 @maxLength 256 */
  field: string;
  /** Of Host and x-apigw-api-id; null for every other header, whose value can be a secret. */
  value: HeaderValue | null;
}

/**
 * The options of a diagnosis that say how it was measured, as they were given. A command in a remedy repeats them. An
 * option that was not given is absent; `--vpce` and `--api-id` are part of `privateApi`.
 */
export interface GivenOptions {
  /** `-4` or `-6`. */
  family?: 4 | 6;
  /** `--source`: an address of this host. */
  source?: IpAddress;
  /** `--control`. */
  control?: { host: Hostname; port: Port };
  /** `--server`, once for each time it was given. */
  servers?: ServerName[];
  /** `--vpc-resolver`. */
  vpcResolver?: Text;
  /** `--ca-file`: the path of the file. */
  caFile?: Text;
  /** `-H`. @maxItems 64 */
  headers?: GivenHeader[];
  /** `--timeout`, milliseconds. @minimum 0 */
  timeoutMs?: number;
  /** `--no-http`. */
  http?: false;
  /** `--trace` or `--no-trace`. */
  trace?: boolean;
}

/** What the user wants to reach, parsed and checked. */
export interface Target {
  /** As typed, without query and fragment, which can contain secrets. @maxLength 16384 */
  input: string;
  /** A name in ASCII, lower case, without final dot; or an address in canonical form without brackets. */
  host: Hostname;
  port: Port;
  /**
   * The URL to request, without userinfo, query and fragment. null when HTTP is not spoken: an address alone, or a port other
   * than 443 without `https://`.
   */
  url: Url | null;
  privateApi: PrivateApi | null;
  /** Absent in documents of earlier versions, and where nothing was given. */
  given?: GivenOptions;
}
